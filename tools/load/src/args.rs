//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::plan::Lag;
use crate::target::{Durability, Target};
use crate::workload::{Case, MESSAGES_MAX, Workload};

/// The most rounds of a table: with more, it takes a quarter of an hour.
const ROUNDS_MAX: usize = 9;

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
    /// Where the daemon's time goes under a load.
    Profile(Profile),
}

/// Which journals.
#[derive(Debug, clap::Args)]
pub(crate) struct Journal {
    /// How many messages they hold, the longest last.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000], value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub(crate) sizes: Vec<u32>,
    /// What a message that is accepted survives.
    #[arg(long, default_value = "disk")]
    pub(crate) durability: Durability,
}

/// What one measurement is about.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) load: Load,
    /// The server.
    #[arg(long, default_value = "ours")]
    pub(crate) target: Target,
    /// What another reader does, in W8.
    #[arg(long)]
    lag: Option<Lag>,
    /// Users, in W5 and W7; the workload has its own number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    users: Option<u16>,
    /// Seconds that count.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=SECS_MAX))]
    secs: Option<u64>,
    /// Messages of one sender at most.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(MESSAGES_MAX)))]
    messages: Option<u32>,
}

/// What is drawn.
#[derive(Debug, clap::Args)]
pub(crate) struct Profile {
    #[command(flatten)]
    pub(crate) load: Load,
    /// Where to draw the graph.
    #[arg(long, default_value = "target/profile.svg")]
    pub(crate) graph: PathBuf,
}

/// A load.
#[derive(Debug, clap::Args)]
pub(crate) struct Load {
    pub(crate) workload: Workload,
    /// What a message that ours has accepted survives; disk, unless one says otherwise.
    #[arg(long)]
    durability: Option<Durability>,
    /// Messages of one sender that are in flight; the workload has its own number.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    in_flight: Option<u32>,
}

/// A number of rounds.
fn rounds(written: &str) -> Result<usize, String> {
    let rounds = written.parse().ok().filter(|rounds| (1..=ROUNDS_MAX).contains(rounds));
    rounds.ok_or_else(|| format!("it is a number from 1 to {ROUNDS_MAX}"))
}

/// Why arguments do not go together.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArgsError {
    #[error("{option} means nothing to {workload:?}; leave it out")]
    Ignored { option: &'static str, workload: Workload },
    #[error("{} keeps nothing, so --durability means nothing to it; leave it out", .0.name())]
    KeepsNothing(Target),
    #[error("{} only come; take W5 or W7", .0.name())]
    OnlyCome(Target),
    #[error("users only come in {0:?}; take a load in which something is said")]
    NothingSaid(Workload),
}

/// What the table has.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// How often each is measured, but for what scatters, which is measured more often; the table has
    /// the medians.
    #[arg(long, default_value_t = 3, value_parser = rounds)]
    pub(crate) rounds: usize,
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
    /// Whether all that is said means something to the workload.
    ///
    /// # Errors
    /// Says what does not.
    pub(crate) fn check(&self) -> Result<(), ArgsError> {
        let workload = self.load.workload;
        let is_said = !workload.is_about_coming();
        self.load.check()?;
        for (option, is_given, means_something) in [
            ("--lag", self.lag.is_some(), workload == Workload::W8),
            ("--users", self.users.is_some(), !is_said),
            ("--secs", self.secs.is_some(), is_said),
            ("--messages", self.messages.is_some(), is_said),
        ] {
            if is_given && !means_something {
                return Err(ArgsError::Ignored { option, workload });
            }
        }
        if self.load.durability.is_some() && !self.target.keeps() {
            return Err(ArgsError::KeepsNothing(self.target));
        }
        if is_said && self.target == Target::OursClassic {
            return Err(ArgsError::OnlyCome(self.target));
        }
        Ok(())
    }

    /// What is measured.
    pub(crate) fn case(&self) -> Case {
        Case { lag: self.lag.unwrap_or(Lag::None), ..self.load.case() }
    }

    /// How many users come, unless one says otherwise: `usual`.
    pub(crate) fn users(&self, usual: usize) -> usize {
        self.users.map_or(usual, usize::from)
    }

    /// How long it counts.
    pub(crate) fn counted(&self) -> Duration {
        self.secs.map_or(self.load.workload.counted(), Duration::from_secs)
    }

    /// How many messages each sender says at most.
    pub(crate) fn messages(&self) -> u32 {
        self.messages.unwrap_or(MESSAGES_MAX)
    }
}

impl Profile {
    /// What is drawn.
    ///
    /// # Errors
    /// Where the arguments do not go together, or nothing is said in the workload.
    pub(crate) fn case(&self) -> Result<Case, ArgsError> {
        self.load.check()?;
        let workload = self.load.workload;
        if workload.is_about_coming() {
            return Err(ArgsError::NothingSaid(workload));
        }
        Ok(self.load.case())
    }
}

impl Load {
    fn check(&self) -> Result<(), ArgsError> {
        let workload = self.workload;
        if self.in_flight.is_some() && workload.in_flight() < 2 {
            return Err(ArgsError::Ignored { option: "--in-flight", workload });
        }
        Ok(())
    }

    fn case(&self) -> Case {
        let in_flight = self.in_flight.unwrap_or_else(|| self.workload.in_flight());
        Case::new(self.workload, in_flight, self.durability())
    }

    /// What a message that ours has accepted survives.
    pub(crate) fn durability(&self) -> Durability {
        self.durability.unwrap_or(Durability::Disk)
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

    /// What is wrong with these arguments of `run`, if anything.
    fn wrong(args: &str) -> Option<String> {
        let words = ["chat-load", "run"].into_iter().chain(args.split(' '));
        let Task::Run(run) = Args::parse_from(words).task else { panic!("{args}") };
        run.check().err().map(|error| error.to_string())
    }

    #[test]
    fn an_option_that_means_nothing_is_refused() {
        let ignored = |args, option, workload| {
            let why = format!("{option} means nothing to {workload}; leave it out");
            assert_eq!(wrong(args), Some(why), "{args}");
        };
        ignored("W1 --lag slow", "--lag", "W1");
        ignored("W1 --users 5", "--users", "W1");
        ignored("W4 --in-flight 5", "--in-flight", "W4");
        ignored("W1one --in-flight 5", "--in-flight", "W1one");
        ignored("W5 --secs 5", "--secs", "W5");
        ignored("W7 --messages 5", "--messages", "W7");
        let keeps_nothing = wrong("W1 --target rawfan --durability os");
        assert!(keeps_nothing.is_some_and(|why| why.starts_with("rawfan keeps nothing")));
        assert!(wrong("W1 --target ours-classic").is_some());
    }

    #[test]
    fn options_that_mean_something_are_taken() {
        for args in [
            "W1 --in-flight 5 --secs 1 --messages 5 --durability os",
            "W8 --lag slow",
            "W7 --users 5 --target ours-classic --durability os",
        ] {
            assert_eq!(wrong(args), None, "{args}");
        }
    }
}
