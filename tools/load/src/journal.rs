//! The cost of a long journal: the same requests to daemons with a thousand to ten million stored messages.

mod client;
mod costs;
mod fills;
mod search;
mod words;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::cores::Cores;
use crate::engine::{EngineError, IncompleteLoad};
use crate::plot;
use crate::progress::Stall;
use crate::target::{Durability, TargetError};
use costs::{Costs, PAGE};
pub(crate) use fills::fills;

#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the journal could not be filled")]
    NotFilled(#[from] IncompleteLoad),
    #[error(transparent)]
    Stall(#[from] Stall),
    #[error("the daemon did not answer a request")]
    Io(#[from] io::Error),
}

/// Fills one journal after another with `sizes` messages, measures each, and writes the tables to `out`.
pub(crate) fn journal(
    sizes: &[u32],
    cores: &Cores,
    durability: Durability,
    out: &mut impl Write,
) -> Result<(), JournalError> {
    let mut all = Vec::new();
    for &messages in sizes {
        writeln!(io::stderr(), "a journal of {messages} messages …")?;
        all.push(costs::measure(messages, cores, durability)?);
    }
    write_requests(&all, out)?;
    search::write_index(&all, out)?;
    Ok(search::write_pages(&all, out)?)
}

/// Writes how long a start and requests take.
fn write_requests(all: &[Costs], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "| messages stored | ms to start | history µs: p50 / p99 | join with since µs: p50 / p99 |"
    )?;
    writeln!(out, "|---|---|---|---|")?;
    for Costs { messages, start, history, join, .. } in all {
        let start = start.as_secs_f64() * 1e3;
        let [history, join] = [history, join].map(micros);
        writeln!(out, "| {messages} | {start:.1} | {history} | {join} |")?;
    }
    writeln!(out, "\nµs for {PAGE} messages of history, by messages stored\n")?;
    for Costs { messages, history, .. } in all {
        let micros = Duration::from_nanos(history.value_at_quantile(0.5)).as_secs_f64() * 1e6;
        writeln!(out, "{messages:>8} ours{micros:>8.0} {}", plot::bar(micros))?;
    }
    Ok(())
}

fn micros(times: &Histogram<u64>) -> String {
    let [p50, p99] = [0.5, 0.99].map(|of| times.value_at_quantile(of) / 1_000);
    format!("{p50} / {p99}")
}

/// Records how long it is since `began`.
fn record(times: &mut Histogram<u64>, began: Instant) {
    times.saturating_record(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
}
