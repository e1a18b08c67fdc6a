//! The cost of storing messages, with and without the search index.

use std::io::Write;
use std::time::Duration;

use super::JournalError;
use crate::cores::Cores;
use crate::dialect::NATIVE;
use crate::engine::{self, Outcome};
use crate::figures::median;
use crate::plan::{Bounds, Extent, Lag, Pace, Plan};
use crate::target::{self, Durability, Search};

/// Senders, each in its own room.
const SENDERS: u32 = 10;

/// Fills of a journal whose median is taken.
const FILLS: usize = 3;

/// Messages in flight of one sender: as many as the daemon accepts from a session.
const IN_FLIGHT: u32 = 1024;

/// Messages of one fill, at most: more would only take longer.
const MESSAGES_MAX: u32 = 1_000_000;

/// The cost of filling a journal.
#[derive(Debug, Clone, Copy)]
struct FillCost {
    senders: u32,
    /// Messages stored per second.
    rate: f64,
    /// Processor time of the daemon per message, in microseconds.
    cpu: f64,
}

/// Fills journals with `messages` messages, [`MESSAGES_MAX`] at most, from one sender and from [`SENDERS`], and writes
/// what that costs to `out`.
pub(crate) fn fills(
    messages: u32,
    cores: &Cores,
    durability: Durability,
    out: &mut impl Write,
) -> Result<(), JournalError> {
    let messages = messages.min(MESSAGES_MAX);
    let one = fill((1, messages), cores, durability, Search::On)?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..FILLS {
        for (search, fills) in [(Search::On, &mut with), (Search::Off, &mut without)] {
            fills.push(fill((SENDERS, messages / SENDERS), cores, durability, search)?);
        }
    }
    let (with, without) = (median_fill(&with), median_fill(&without));
    writeln!(out, "\n| senders | messages stored per second | CPU µs each |")?;
    writeln!(out, "|---|---|---|")?;
    for FillCost { senders, rate, cpu } in [one, with] {
        writeln!(out, "| {senders} | {rate:.0} | {cpu:.2} |")?;
    }
    let FillCost { senders, rate, cpu } = without;
    let part = with.rate / rate;
    writeln!(out, "\n{senders} senders, without the search index: {rate:.0} messages per second,")?;
    Ok(writeln!(out, "{cpu:.2} µs of CPU each; with it × {part:.3}")?)
}

fn median_fill(fills: &[FillCost]) -> FillCost {
    let of = |figure: fn(&FillCost) -> f64| median(fills.iter().map(figure).collect());
    FillCost { senders: SENDERS, rate: of(|fill| fill.rate), cpu: of(|fill| fill.cpu) }
}

/// Fills a journal with `messages` messages of each of `senders`. Each sender has a room with one reader, so that only
/// messages that were stored and delivered are counted.
fn fill(
    (senders, messages): (u32, u32),
    cores: &Cores,
    durability: Durability,
    search: Search,
) -> Result<FillCost, JournalError> {
    let plan = Plan {
        rooms: senders as usize,
        members: 2,
        senders: 1,
        text_bytes: 64,
        pace: Pace::Window(IN_FLIGHT),
        lag: Lag::None,
        bounds: Bounds { warm_up: Duration::ZERO, counted: Extent::Whole, messages },
    };
    let home = target::home()?;
    let daemon = target::start_ours(home.path(), cores, durability, search)?;
    let outcome = engine::run(&plan, &NATIVE, daemon.address, daemon.process())?;
    daemon.stop()?;
    outcome.check_complete(&plan)?;
    let Outcome { deliveries, elapsed, cpu, .. } = outcome;
    #[allow(clippy::cast_precision_loss, reason = "figures for a table")]
    let stored = deliveries as f64;
    let (rate, cpu) = (stored / elapsed.as_secs_f64(), cpu.as_secs_f64() * 1e6 / stored);
    Ok(FillCost { senders, rate, cpu })
}
