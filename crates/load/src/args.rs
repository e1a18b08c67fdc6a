//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::plan::Lag;
use crate::target::{Durability, Target};
use crate::workload::{COUNTED, Case, MESSAGES_MAX, Workload};

/// The most seconds one measurement counts.
const SECS_MAX: u64 = 60;

/// Puts a chat server under load on this machine, and says what it costs.
#[derive(Debug, Parser)]
#[command(name = "chat-load", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) task: Task,
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// One measurement, in one line.
    Run(Run),
    /// The table: each workload against rawfan and the server, alternating.
    Bench(Bench),
    /// What a long journal costs, beside a short one.
    Journal(Journal),
    /// What a delivery costs in instructions and allocations, beside what it did cost.
    Guard,
    /// The cost of a delivery by readers, rooms and size, drawn in text.
    Plot,
    /// Where the daemon's time goes under W1.
    Profile {
        /// Where to draw the graph.
        #[arg(default_value = "target/profile.svg")]
        graph: PathBuf,
    },
}

/// Which journals.
#[derive(Debug, clap::Args)]
pub(crate) struct Journal {
    /// How many messages they hold, the longest last.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 1_000_000], value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub(crate) sizes: Vec<u32>,
    /// What a message that is accepted survives.
    #[arg(long, default_value = "disk")]
    pub(crate) durability: Durability,
}

/// What one measurement is about.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    pub(crate) workload: Workload,
    /// The server.
    #[arg(long, default_value = "ours")]
    pub(crate) target: Target,
    /// What a message that ours has accepted survives.
    #[arg(long, default_value = "disk")]
    durability: Durability,
    /// Messages of one sender that are in flight; the workload has its own number.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    in_flight: Option<u32>,
    /// What another reader does, in W8.
    #[arg(long, default_value = "none")]
    lag: Lag,
    /// Users, in W5 and W7; the workload has its own number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    users: Option<u16>,
    /// Seconds that count.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=SECS_MAX))]
    secs: Option<u64>,
    /// Messages of one sender at most.
    #[arg(long, default_value_t = MESSAGES_MAX, value_parser = clap::value_parser!(u32).range(1..=i64::from(MESSAGES_MAX)))]
    pub(crate) messages: u32,
}

/// What the table has.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// How often each is measured; the table has the medians.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub(crate) rounds: u32,
    /// Other servers as well, those that are installed.
    #[arg(long)]
    pub(crate) peers: bool,
    /// Rawfan once more where one speaks, with messages as long as the lines of ours.
    #[arg(long)]
    pub(crate) our_bytes: bool,
    /// Only these workloads, as W1,W2.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<Workload>,
}

impl Run {
    /// What is measured.
    pub(crate) fn case(&self) -> Case {
        let in_flight = self.in_flight.unwrap_or_else(|| self.workload.in_flight());
        let lag = if self.workload == Workload::W8 { self.lag } else { Lag::None };
        Case { lag, ..Case::new(self.workload, in_flight, self.durability) }
    }

    /// How many users come, unless one says otherwise: `usual`.
    pub(crate) fn users(&self, usual: usize) -> usize {
        self.users.map_or(usual, usize::from)
    }

    /// How long it counts.
    pub(crate) fn counted(&self) -> Duration {
        self.secs.map_or(COUNTED, Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Args::command().debug_assert();
    }
}
