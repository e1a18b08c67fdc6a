//! What a delivery costs in instructions and allocations, compared with what it cost when the figures
//! beside this crate were written. Counted, not timed: the same on a busy machine as on a quiet one.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crate::cores::Cores;
use crate::dialect::NATIVE;
use crate::engine::{self, EngineError, NotAll};
use crate::plan::{Bounds, Lag, Pace, Plan};
use crate::target::{self, Durability, TargetError};

/// What was counted last: a figure a line, after its name.
const COSTS: &str = include_str!("../costs.txt");

/// By how much a figure may be greater before the guard complains: what the timing of threads does
/// to it is less.
const TOLERANCE: f64 = 1.2;

/// Readers of every message.
const READERS: u32 = 100;

/// The program that counts, and its Debian package.
const VALGRIND: &str = "valgrind";

/// How long one load may take; a program runs some fifty times slower under the count.
const LOAD_MAX: Duration = Duration::from_secs(100);

/// A figure.
#[derive(Debug)]
struct Figure {
    name: &'static str,
    counted: Counted,
    in_flight: u32,
    /// Messages of a short load and of a long one. What they differ by has no start and no end in it.
    messages: [u32; 2],
}

/// What is counted.
#[derive(Debug, Clone, Copy)]
enum Counted {
    Instructions,
    Allocations,
}

const FIGURES: [Figure; 4] = [
    Figure::new("instructions-1", Counted::Instructions, 1, [100, 400]),
    Figure::new("allocations-1", Counted::Allocations, 1, [100, 400]),
    Figure::new("instructions-64", Counted::Instructions, 64, [640, 6_400]),
    Figure::new("allocations-64", Counted::Allocations, 64, [640, 6_400]),
];

/// Why nothing could be counted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GuardError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the counted load was not complete")]
    NotAll(#[from] NotAll),
    #[error("{VALGRIND} did not say what it has counted but {0:?}")]
    NotCounted(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Counts, and writes each figure beside the one it is compared with. Returns whether none is too
/// great.
///
/// # Errors
/// Where it cannot be counted.
pub(crate) fn guard(cores: &Cores, out: &mut impl Write) -> Result<bool, GuardError> {
    if !target::is_installed(VALGRIND) {
        writeln!(
            out,
            "nothing is counted: {VALGRIND} is not installed; the Debian package has that name"
        )?;
        return Ok(true);
    }
    let mut is_well = true;
    for figure in &FIGURES {
        let now = figure.per_delivery(cores)?;
        let was = written(COSTS, figure.name);
        let is_too_great = was.is_some_and(|was| now > was * TOLERANCE);
        let verdict = if is_too_great { "  TOO MUCH" } else { "" };
        let was = was.map_or_else(|| "?".to_owned(), |was| format!("{was:.3}"));
        writeln!(out, "{} {now:.3}  # was {was}{verdict}", figure.name)?;
        is_well &= !is_too_great;
    }
    if !is_well {
        writeln!(out, "where that is worth it, write the new figures to tools/load/costs.txt")?;
    }
    Ok(is_well)
}

/// The figure of that name in `costs`.
fn written(costs: &str, name: &str) -> Option<f64> {
    let figure = costs.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    figure.split('#').next()?.trim().parse().ok()
}

impl Figure {
    const fn new(name: &'static str, counted: Counted, in_flight: u32, messages: [u32; 2]) -> Self {
        Self { name, counted, in_flight, messages }
    }

    #[allow(clippy::cast_precision_loss, reason = "far less than a float holds")]
    fn per_delivery(&self, cores: &Cores) -> Result<f64, GuardError> {
        let [short, long] = self.messages;
        let more = self.total(long, cores)?.saturating_sub(self.total(short, cores)?);
        Ok(more as f64 / f64::from((long - short) * READERS))
    }

    /// What the daemon's whole life counts, with so many messages in it.
    fn total(&self, messages: u32, cores: &Cores) -> Result<u64, GuardError> {
        let home = target::home()?;
        let log = home.path().join("counted");
        let counter =
            [VALGRIND.into(), self.counted.tool(), format!("--log-file={}", log.display())];
        let counter = [&counter[..], &self.counted.no_file()].concat();
        let daemon = target::start_ours_under(&counter, home.path(), cores, Durability::Os)?;
        let plan = Plan {
            rooms: 1,
            members: READERS as usize + 1,
            senders: 1,
            text_bytes: 64,
            pace: Pace::Window(self.in_flight),
            lag: Lag::None,
            bounds: Bounds { warm_up: Duration::ZERO, counted: LOAD_MAX, messages },
        };
        let outcome = engine::run(&plan, &NATIVE, daemon.address, daemon.process())?;
        daemon.stop()?;
        outcome.is_all_of(&plan)?;
        self.counted.read(&log)
    }
}

impl Counted {
    fn tool(self) -> String {
        match self {
            Self::Instructions => "--tool=callgrind".into(),
            Self::Allocations => "--tool=dhat".into(),
        }
    }

    /// What keeps it from writing more than its log.
    fn no_file(self) -> [String; 1] {
        match self {
            Self::Instructions => ["--callgrind-out-file=/dev/null".into()],
            Self::Allocations => ["--dhat-out-file=/dev/null".into()],
        }
    }

    /// Reads from the log what was counted.
    fn read(self, log: &Path) -> Result<u64, GuardError> {
        let log = std::fs::read_to_string(log)?;
        self.find(&log).ok_or(GuardError::NotCounted(log))
    }

    fn find(self, log: &str) -> Option<u64> {
        let number = match self {
            Self::Instructions => log.lines().find_map(|line| line.split_once("Collected :"))?.1,
            Self::Allocations => {
                let total = log.lines().find_map(|line| line.split_once("Total:"))?.1;
                total.split_once(" in ")?.1.split_once(" blocks")?.0
            }
        };
        number.trim().replace(',', "").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_found_in_the_log() {
        let log = "==7== Events    : Ir\n==7== Collected : 1234567\n";
        assert_eq!(Counted::Instructions.find(log), Some(1_234_567));
        let log = "==7== Total:     1,234,567 bytes in 8,901 blocks\n==7== At t-gmax: 1 bytes\n";
        assert_eq!(Counted::Allocations.find(log), Some(8_901));
        assert_eq!(Counted::Allocations.find("==7== killed\n"), None);
    }

    #[test]
    fn every_figure_has_been_written_down() {
        for Figure { name, .. } in &FIGURES {
            assert!(written(COSTS, name).is_some_and(|cost| cost > 0.0), "{name}");
        }
        assert_eq!(written("a 1\na-b 2.5 # was 2\n", "a-b"), Some(2.5));
    }
}
