//! The loads on WebSockets and on connections, alternating.

use std::io::{self, Write};

use super::{alternate, arrivals, is_ok, load, print_progress, with};
use crate::cores::Cores;
use crate::figures::{Figures, median};
use crate::measure;
use crate::table;
use crate::target::{Durability, Target};
use crate::workload::{Case, IDLE_USERS};

/// The first is the base of the ratios.
const TARGETS: [Target; 2] = [Target::Ours, Target::OursWeb];

/// Measures the loads, and the memory of idle users if `is_idle_asked`; writes the tables. Returns `false` if a measurement
/// failed.
pub(super) fn web(
    cases: &[&Case],
    is_idle_asked: bool,
    rounds: usize,
    cores: &Cores,
    out: &mut impl Write,
) -> io::Result<bool> {
    let mut is_complete = true;
    if !cases.is_empty() {
        let each: Vec<_> =
            cases.iter().flat_map(|&&case| TARGETS.map(|target| (case, target))).collect();
        let needs_more = |_, measured: &[Figures]| measured.len() < rounds;
        let all = alternate(&each, needs_more, |(case, target)| {
            print_progress(&format!("{:?}, {}", case.workload, target.name()));
            load(&case, target, cores)
        })?;
        let pairs: Vec<_> = cases
            .iter()
            .zip(all.chunks(2))
            .map(|(&&case, pair)| (case, &pair[0], &pair[1]))
            .collect();
        writeln!(out, "{}", table::webs(&pairs))?;
        is_complete &= all.iter().flatten().all(|figures| figures.fault.is_none());
    }
    if is_idle_asked {
        let each: Vec<_> = IDLE_USERS.iter().flat_map(|&users| with(&TARGETS, users)).collect();
        let bytes = arrivals(
            rounds,
            &each,
            "idle",
            |bytes| median(bytes.to_vec()),
            |target, users| Ok(measure::idle(users, target, cores, Durability::Os)?.0),
        )?;
        is_complete &= bytes.iter().all(is_ok);
        writeln!(out, "{}", table::idle_webs(&bytes))?;
    }
    Ok(is_complete)
}
