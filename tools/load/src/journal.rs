//! What a long journal costs: the same questions to daemons that have kept a thousand messages and up to
//! a million.

mod caller;

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::cores::Cores;
use crate::dialect::NATIVE;
use crate::engine::{self, EngineError, NotAll, Outcome};
use crate::figures::median;
use crate::plan::{Bounds, Lag, Pace, Plan};
use crate::plot;
use crate::target::{self, Durability, TargetError};
use caller::Caller;

/// How often each question is asked.
const QUESTIONS: usize = 300;

/// Senders in the second filling, each in a room of its own.
const MANY: u32 = 10;

/// How often the daemon is started.
const STARTS: usize = 5;

/// Messages back from where a client comes who was away for a moment.
const BACK: u64 = 50;

/// Messages that one question for history asks for.
const PAGE: u64 = 100;

/// Messages of one sender in flight while the journal is filled: as many as the daemon takes.
const IN_FLIGHT: u32 = 1024;

/// How long filling may take: 10,000 messages a second at the least.
const FILLING_MAX: Duration = Duration::from_secs(100);

/// What one journal costs.
#[derive(Debug)]
struct Costs {
    messages: u32,
    filled: Filled,
    starts: Duration,
    history: Histogram<u64>,
    join: Histogram<u64>,
}

/// What filling a journal took.
#[derive(Debug, Clone, Copy)]
struct Filled {
    senders: u32,
    /// Messages kept in a second.
    rate: f64,
    /// Processor time of the daemon for each, in microseconds.
    cpu: f64,
}

/// Why the costs could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the journal could not be filled")]
    NotFilled(#[from] NotAll),
    #[error("the daemon did not answer a question")]
    Io(#[from] io::Error),
}

/// Measures journals of `sizes` messages, the longest last, and writes the tables to `out`.
///
/// # Errors
/// Where the daemon cannot be started or asked.
pub(crate) fn journal(
    sizes: &[u32],
    cores: &Cores,
    durability: Durability,
    out: &mut impl Write,
) -> Result<(), JournalError> {
    let mut costs = Vec::new();
    for &messages in sizes {
        writeln!(io::stderr(), "a journal of {messages} messages …")?;
        costs.push(cost(messages, cores, durability)?);
    }
    // A short journal is full before there is anything to measure.
    let mut fillings: Vec<Filled> = costs.last().map(|cost| cost.filled).into_iter().collect();
    let home = target::home()?;
    let each = sizes.last().copied().unwrap_or_default() / MANY;
    fillings.push(fill(home.path(), MANY, each, cores, durability)?);

    writeln!(
        out,
        "| messages kept | ms to start | history µs: p50 / p99 | join with since µs: p50 / p99 |"
    )?;
    writeln!(out, "|---|---|---|---|")?;
    for Costs { messages, starts, history, join, .. } in &costs {
        let starts = starts.as_secs_f64() * 1e3;
        writeln!(
            out,
            "| {messages} | {starts:.1} | {} | {} |",
            quantiles(history),
            quantiles(join)
        )?;
    }
    writeln!(out, "\n| senders | messages kept a second | CPU µs each |")?;
    writeln!(out, "|---|---|---|")?;
    for Filled { senders, rate, cpu } in fillings {
        writeln!(out, "| {senders} | {rate:.0} | {cpu:.2} |")?;
    }
    writeln!(out, "\nµs for {PAGE} messages of history, by messages kept\n")?;
    for Costs { messages, history, .. } in &costs {
        let micros = Duration::from_nanos(history.value_at_quantile(0.5)).as_secs_f64() * 1e6;
        writeln!(out, "{messages:>8} ours{micros:>8.0} {}", plot::bar(micros))?;
    }
    Ok(())
}

fn cost(messages: u32, cores: &Cores, durability: Durability) -> Result<Costs, JournalError> {
    let home = target::home()?;
    let filled = fill(home.path(), 1, messages, cores, durability)?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let daemon = target::start_ours(home.path(), cores, durability)?;
        starts.push(began.elapsed().as_secs_f64());
        daemon.stop()?;
    }
    let daemon = target::start_ours(home.path(), cores, durability)?;
    let mut caller = Caller::connect(daemon.address)?;
    let last = u64::from(messages);
    let mut random = fastrand::Rng::with_seed(last);
    let history = times(|| caller.history(random.u64(1..=last) + 1, PAGE))?;
    let join = times(|| caller.join_since(last.saturating_sub(BACK), last))?;
    let starts = Duration::from_secs_f64(median(starts));
    Ok(Costs { messages, filled, starts, history, join })
}

/// Fills the journal of `home` with `messages` messages of each of `senders`. Each has a room with
/// one reader, so that what is counted is kept and was told.
fn fill(
    home: &Path,
    senders: u32,
    messages: u32,
    cores: &Cores,
    durability: Durability,
) -> Result<Filled, JournalError> {
    let plan = Plan {
        rooms: senders as usize,
        members: 2,
        senders: 1,
        text_bytes: 64,
        pace: Pace::Window(IN_FLIGHT),
        lag: Lag::None,
        bounds: Bounds { warm_up: Duration::ZERO, counted: FILLING_MAX, messages },
    };
    let daemon = target::start_ours(home, cores, durability)?;
    let outcome = engine::run(&plan, &NATIVE, daemon.address, daemon.process())?;
    daemon.stop()?;
    outcome.is_all_of(&plan)?;
    let Outcome { deliveries, elapsed, cpu, .. } = outcome;
    #[allow(clippy::cast_precision_loss, reason = "figures for a table")]
    let kept = deliveries as f64;
    let (rate, cpu) = (kept / elapsed.as_secs_f64(), cpu.as_secs_f64() * 1e6 / kept);
    Ok(Filled { senders, rate, cpu })
}

/// How long `ask` takes, in nanoseconds, asked many times.
fn times(mut ask: impl FnMut() -> io::Result<()>) -> io::Result<Histogram<u64>> {
    let mut times = engine::latencies();
    for _ in 0..QUESTIONS {
        let began = Instant::now();
        ask()?;
        times.saturating_record(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(times)
}

fn quantiles(times: &Histogram<u64>) -> String {
    let [p50, p99] = [0.5, 0.99].map(|of| times.value_at_quantile(of) / 1_000);
    format!("{p50} / {p99}")
}
