//! The table: every case against rawfan and the server, alternating, several rounds.

use std::io::{self, Write};

use crate::args::Bench;
use crate::cores::Cores;
use crate::figures::Figures;
use crate::measure::{MeasureError, measure};
use crate::table::{Row, table};
use crate::target::Target;
use crate::workload::{CASES, COUNTED, Case, MESSAGES_MAX};

/// Measures and writes the table to `out`. Returns whether nothing was lost.
///
/// # Errors
/// Where a server cannot be started or throws users out, or `out` is closed.
pub(crate) fn bench(args: &Bench, cores: &Cores, out: &mut impl Write) -> anyhow::Result<bool> {
    let mut rows = Vec::new();
    for case in
        CASES.iter().filter(|case| args.only.is_empty() || args.only.contains(&case.workload))
    {
        let row = rounds(case, args.rounds, cores)?;
        // One line at a time to standard error: who waits sees that something happens.
        writeln!(io::stderr(), "{}", crate::table::line(&row))?;
        rows.push(row);
    }
    write!(out, "{}", table(&rows))?;
    Ok(rows.iter().all(|row| row.raw.fault.is_none() && row.server.fault.is_none()))
}

fn rounds(case: &Case, rounds: u32, cores: &Cores) -> Result<Row, MeasureError> {
    let (mut raw, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        for (target, figures) in [(Target::Rawfan, &mut raw), (Target::Ours, &mut ours)] {
            figures.push(measure(case, target, cores, COUNTED, MESSAGES_MAX)?);
        }
    }
    let ratios = raw.iter().zip(&ours).map(|(raw, ours)| ours.rate / raw.rate).collect();
    Ok(Row { case: *case, raw: Figures::median(&raw), server: Figures::median(&ours), ratios })
}
