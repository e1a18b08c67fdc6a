//! The cost of a long journal: the same requests to daemons with a thousand to a million stored messages.

mod client;
mod search;
mod words;

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::cores::Cores;
use crate::dialect::NATIVE;
use crate::engine::{self, EngineError, IncompleteLoad, Outcome};
use crate::figures::median;
use crate::plan::{Bounds, Lag, Pace, Plan};
use crate::plot;
use crate::target::{self, Durability, Search, TargetError};
use client::Client;
pub(crate) use search::search;

/// How often each request is sent.
const REQUESTS: usize = 300;

/// Senders of the second fill, each in its own room.
const SENDERS: u32 = 10;

/// Fills of a journal whose median is taken.
const FILLS: usize = 3;

/// Starts of the daemon that are measured for each journal.
const STARTS: usize = 5;

/// Messages that a client missed before it joins with `since`.
const MISSED: u64 = 50;

/// Messages that one `history` requests.
const PAGE: u64 = 100;

/// Messages in flight of one sender during a fill: as many as the daemon accepts from a session.
const IN_FLIGHT: u32 = 1024;

/// How long a fill may take for each message: at least 10,000 messages per second.
const FILL_MESSAGE_MAX: Duration = Duration::from_micros(100);

/// How long a short fill may take.
const SHORT_FILL_MAX: Duration = Duration::from_secs(100);

/// Messages of the longest journal of the comparison with and without the search index: more would only take longer.
const COMPARED_MAX: u32 = 1_000_000;

/// The costs of one journal.
#[derive(Debug)]
struct Costs {
    messages: u32,
    fill: FillCost,
    starts: Duration,
    history: Histogram<u64>,
    join: Histogram<u64>,
}

/// The cost of filling a journal.
#[derive(Debug, Clone, Copy)]
struct FillCost {
    senders: u32,
    /// Messages stored per second.
    rate: f64,
    /// Processor time of the daemon per message, in microseconds.
    cpu: f64,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the journal could not be filled")]
    NotFilled(#[from] IncompleteLoad),
    #[error("the daemon did not answer a request")]
    Io(#[from] io::Error),
}

/// Measures journals of `sizes` messages, the longest last, and writes the tables to `out`; without searches.
pub(crate) fn journal(
    sizes: &[u32],
    cores: &Cores,
    durability: Durability,
    out: &mut impl Write,
) -> Result<(), JournalError> {
    let costs = measure(sizes, cores, durability)?;
    // A short journal is full before there is anything to measure.
    let mut fills: Vec<FillCost> = costs.last().map(|costs| costs.fill).into_iter().collect();
    let each = sizes.last().map_or(0, |longest| (*longest).min(COMPARED_MAX) / SENDERS);
    let (with, without) = median_fills(each, cores, durability)?;
    fills.push(with);
    write_tables(&costs, &fills, out)?;
    Ok(search::write_cost(&fills[fills.len() - 1], &without, out)?)
}

fn measure(
    sizes: &[u32],
    cores: &Cores,
    durability: Durability,
) -> Result<Vec<Costs>, JournalError> {
    let mut costs = Vec::new();
    for &messages in sizes {
        writeln!(io::stderr(), "a journal of {messages} messages …")?;
        costs.push(measure_one(messages, cores, durability)?);
    }
    Ok(costs)
}

/// Fills journals with and without the search index, alternating; returns the medians.
fn median_fills(
    each: u32,
    cores: &Cores,
    durability: Durability,
) -> Result<(FillCost, FillCost), JournalError> {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..FILLS {
        for (search, fills) in [(Search::On, &mut with), (Search::Off, &mut without)] {
            let home = target::home()?;
            fills.push(fill(home.path(), (SENDERS, each), cores, durability, search)?);
        }
    }
    Ok((median_fill(&with), median_fill(&without)))
}

fn median_fill(fills: &[FillCost]) -> FillCost {
    let of = |figure: fn(&FillCost) -> f64| median(fills.iter().map(figure).collect());
    FillCost { senders: SENDERS, rate: of(|fill| fill.rate), cpu: of(|fill| fill.cpu) }
}

fn write_tables(costs: &[Costs], fills: &[FillCost], out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "| messages stored | ms to start | history µs: p50 / p99 | join with since µs: p50 / p99 |"
    )?;
    writeln!(out, "|---|---|---|---|")?;
    for Costs { messages, starts, history, join, .. } in costs {
        let starts = starts.as_secs_f64() * 1e3;
        writeln!(
            out,
            "| {messages} | {starts:.1} | {} | {} |",
            quantiles(history),
            quantiles(join)
        )?;
    }
    writeln!(out, "\n| senders | messages stored per second | CPU µs each |")?;
    writeln!(out, "|---|---|---|")?;
    for FillCost { senders, rate, cpu } in fills {
        writeln!(out, "| {senders} | {rate:.0} | {cpu:.2} |")?;
    }
    writeln!(out, "\nµs for {PAGE} messages of history, by messages stored\n")?;
    for Costs { messages, history, .. } in costs {
        let micros = Duration::from_nanos(history.value_at_quantile(0.5)).as_secs_f64() * 1e6;
        writeln!(out, "{messages:>8} ours{micros:>8.0} {}", plot::bar(micros))?;
    }
    Ok(())
}

fn measure_one(
    messages: u32,
    cores: &Cores,
    durability: Durability,
) -> Result<Costs, JournalError> {
    let home = target::home()?;
    let fill = fill(home.path(), (1, messages), cores, durability, Search::On)?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let daemon = target::start_ours(home.path(), cores, durability, Search::On)?;
        starts.push(began.elapsed().as_secs_f64());
        daemon.stop()?;
    }
    let daemon = target::start_ours(home.path(), cores, durability, Search::On)?;
    let mut client = Client::connect(daemon.address)?;
    let last = u64::from(messages);
    let mut random = fastrand::Rng::with_seed(last);
    let history = times(|| client.history(random.u64(1..=last) + 1, PAGE))?;
    let join = times(|| client.join_since(last.saturating_sub(MISSED), last))?;
    let starts = Duration::from_secs_f64(median(starts));
    Ok(Costs { messages, fill, starts, history, join })
}

/// Fills the journal in `home` with `messages` messages of each of `senders`. Each sender has a room with one
/// reader, so that only messages that were stored and delivered are counted.
fn fill(
    home: &Path,
    (senders, messages): (u32, u32),
    cores: &Cores,
    durability: Durability,
    search: Search,
) -> Result<FillCost, JournalError> {
    let counted = SHORT_FILL_MAX.max(FILL_MESSAGE_MAX * messages.saturating_mul(senders));
    let plan = Plan {
        rooms: senders as usize,
        members: 2,
        senders: 1,
        text_bytes: 64,
        pace: Pace::Window(IN_FLIGHT),
        lag: Lag::None,
        bounds: Bounds { warm_up: Duration::ZERO, counted, messages },
    };
    let daemon = target::start_ours(home, cores, durability, search)?;
    let outcome = engine::run(&plan, &NATIVE, daemon.address, daemon.process())?;
    daemon.stop()?;
    outcome.check_complete(&plan)?;
    let Outcome { deliveries, elapsed, cpu, .. } = outcome;
    #[allow(clippy::cast_precision_loss, reason = "figures for a table")]
    let stored = deliveries as f64;
    let (rate, cpu) = (stored / elapsed.as_secs_f64(), cpu.as_secs_f64() * 1e6 / stored);
    Ok(FillCost { senders, rate, cpu })
}

/// Calls `request` [`REQUESTS`] times and returns how long each took, in nanoseconds.
fn times(mut request: impl FnMut() -> io::Result<()>) -> io::Result<Histogram<u64>> {
    let mut times = engine::latencies();
    for _ in 0..REQUESTS {
        let began = Instant::now();
        request()?;
        times.saturating_record(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(times)
}

fn quantiles(times: &Histogram<u64>) -> String {
    let [p50, p99] = [0.5, 0.99].map(|of| times.value_at_quantile(of) / 1_000);
    format!("{p50} / {p99}")
}
