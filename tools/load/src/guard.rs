//! Compares the instructions and allocations of a delivery with the figures in `costs.txt`. They are counted
//! and not timed, so the result does not depend on the load of the machine.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use crate::cores::Cores;
use crate::dialect::NATIVE;
use crate::engine::{self, EngineError, IncompleteLoad};
use crate::plan::{Bounds, Extent, Lag, Pace, Plan};
use crate::target::{self, Durability, TargetError};

/// The recorded figures: a name and a value in each line.
const COSTS: &str = include_str!("../costs.txt");

/// The guard fails if a figure exceeds the recorded one by more than this factor. The timing of threads
/// changes figures by less.
const TOLERANCE: f64 = 1.2;

/// Readers of each message.
const READERS: u32 = 100;

/// The program that counts; its Debian package has the same name.
const VALGRIND: &str = "valgrind";

#[derive(Debug)]
struct Figure {
    name: &'static str,
    metric: Metric,
    in_flight: u32,
    /// Messages of a short load and of a long one. Their difference does not contain start and end.
    messages: [u32; 2],
}

#[derive(Debug, Clone, Copy)]
enum Metric {
    Instructions,
    Allocations,
}

const FIGURES: [Figure; 4] = [
    Figure::new("instructions-1", Metric::Instructions, 1, [100, 400]),
    Figure::new("allocations-1", Metric::Allocations, 1, [100, 400]),
    Figure::new("instructions-64", Metric::Instructions, 64, [640, 6_400]),
    Figure::new("allocations-64", Metric::Allocations, 64, [640, 6_400]),
];

#[derive(Debug, thiserror::Error)]
pub(crate) enum GuardError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the counted load was not complete")]
    Incomplete(#[from] IncompleteLoad),
    #[error("cannot find the count in the log of {VALGRIND}: {0:?}")]
    NoCount(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Counts, and writes each figure and the recorded one to `out`. Returns `false` if one is too high, and `true`
/// if valgrind is not installed.
pub(crate) fn guard(cores: &Cores, out: &mut impl Write) -> Result<bool, GuardError> {
    if !target::is_installed(VALGRIND) {
        writeln!(
            out,
            "nothing was counted: {VALGRIND} is not installed; the Debian package has the same name"
        )?;
        return Ok(true);
    }
    let mut is_ok = true;
    for figure in &FIGURES {
        let now = figure.per_delivery(cores)?;
        let before = recorded(COSTS, figure.name);
        let is_too_high = before.is_some_and(|before| now > before * TOLERANCE);
        let verdict = if is_too_high { "  TOO HIGH" } else { "" };
        let before = before.map_or_else(|| "?".to_owned(), |before| format!("{before:.3}"));
        writeln!(out, "{} {now:.3}  # was {before}{verdict}", figure.name)?;
        is_ok &= !is_too_high;
    }
    if !is_ok {
        writeln!(
            out,
            "if the increase is justified, write the new figures to tools/load/costs.txt"
        )?;
    }
    Ok(is_ok)
}

/// Returns the figure of that name in `costs`.
fn recorded(costs: &str, name: &str) -> Option<f64> {
    let figure = costs.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    figure.split('#').next()?.trim().parse().ok()
}

impl Figure {
    const fn new(name: &'static str, metric: Metric, in_flight: u32, messages: [u32; 2]) -> Self {
        Self { name, metric, in_flight, messages }
    }

    #[allow(clippy::cast_precision_loss, reason = "far less than a float holds")]
    fn per_delivery(&self, cores: &Cores) -> Result<f64, GuardError> {
        let [short, long] = self.messages;
        let more = self.total(long, cores)?.saturating_sub(self.total(short, cores)?);
        Ok(more as f64 / f64::from((long - short) * READERS))
    }

    /// Counts a whole run of the daemon with this number of `messages`.
    fn total(&self, messages: u32, cores: &Cores) -> Result<u64, GuardError> {
        let home = target::home()?;
        let log = home.path().join("counted");
        let counter =
            [VALGRIND.into(), self.metric.tool(), format!("--log-file={}", log.display())];
        let counter = [&counter[..], &self.metric.no_file()].concat();
        let daemon = target::start_ours_under(&counter, home.path(), cores, Durability::Os)?;
        let plan = Plan {
            rooms: 1,
            members: READERS as usize + 1,
            senders: 1,
            text_bytes: 64,
            pace: Pace::Window(self.in_flight),
            lag: Lag::None,
            bounds: Bounds { warm_up: Duration::ZERO, counted: Extent::Whole, messages },
        };
        let outcome = engine::run(&plan, &NATIVE, daemon.address, daemon.process())?;
        daemon.stop()?;
        outcome.check_complete(&plan)?;
        self.metric.read(&log)
    }
}

impl Metric {
    fn tool(self) -> String {
        match self {
            Self::Instructions => "--tool=callgrind".into(),
            Self::Allocations => "--tool=dhat".into(),
        }
    }

    /// Discards all output of valgrind except its log.
    fn no_file(self) -> [String; 1] {
        match self {
            Self::Instructions => ["--callgrind-out-file=/dev/null".into()],
            Self::Allocations => ["--dhat-out-file=/dev/null".into()],
        }
    }

    /// Reads the count from the log.
    fn read(self, log: &Path) -> Result<u64, GuardError> {
        let log = std::fs::read_to_string(log)?;
        self.find(&log).ok_or(GuardError::NoCount(log))
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
    fn the_count_is_found_in_the_log() {
        let log = "==7== Events    : Ir\n==7== Collected : 1234567\n";
        assert_eq!(Metric::Instructions.find(log), Some(1_234_567));
        let log = "==7== Total:     1,234,567 bytes in 8,901 blocks\n==7== At t-gmax: 1 bytes\n";
        assert_eq!(Metric::Allocations.find(log), Some(8_901));
        assert_eq!(Metric::Allocations.find("==7== killed\n"), None);
    }

    #[test]
    fn every_figure_is_recorded() {
        for Figure { name, .. } in &FIGURES {
            assert!(recorded(COSTS, name).is_some_and(|cost| cost > 0.0), "{name}");
        }
        assert_eq!(recorded("a 1\na-b 2.5 # was 2\n", "a-b"), Some(2.5));
    }
}
