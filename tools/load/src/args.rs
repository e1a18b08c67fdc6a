//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::plan::Lag;
use crate::target::{Durability, Target};
use crate::workload::{Case, MESSAGES_MAX, Workload};

/// Rounds of a table: more would take over a quarter of an hour.
const ROUNDS_MAX: usize = 9;

/// Seconds that one measurement counts.
const SECS_MAX: u64 = 60;

/// Puts a chat server on this machine under load and measures what it costs.
#[derive(Debug, Parser)]
#[command(name = "chat-load", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Make one measurement and print it in one line.
    Run(RunArgs),
    /// Print the tables: each workload on rawfan and on the server, alternating.
    Bench(BenchArgs),
    /// Measure the cost of long and short journals.
    Journal(JournalArgs),
    /// Count instructions and allocations of a delivery; fail if they have grown.
    Guard,
    /// Draw the cost of a delivery by readers, rooms and size, in text.
    Plot,
    /// Show where the daemon's time goes under a load.
    Profile(ProfileArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct JournalArgs {
    /// Messages in each journal, the longest journal last.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000], value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub(crate) sizes: Vec<u32>,
    /// The crash that an accepted message survives.
    #[arg(long, default_value = "disk")]
    pub(crate) durability: Durability,
    /// Leave out the cost of storing messages, with and without the search index.
    #[arg(long)]
    pub(crate) searches: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// The server to measure.
    #[arg(long, default_value = "ours")]
    pub(crate) target: Target,
    /// How the additional reader of W8 lags.
    #[arg(long)]
    lag: Option<Lag>,
    /// Users of W5 (10,000 by default) or W7 (5,000 by default).
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    users: Option<u16>,
    /// Seconds to count.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=SECS_MAX))]
    secs: Option<u64>,
    /// The most messages that one sender sends.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(MESSAGES_MAX)))]
    messages: Option<u32>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ProfileArgs {
    #[command(flatten)]
    pub(crate) load: LoadArgs,
    /// The file for the flame graph.
    #[arg(long, default_value = "target/profile.svg")]
    pub(crate) graph: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LoadArgs {
    pub(crate) workload: Workload,
    /// What a message that chat-server accepted survives; the default is disk.
    #[arg(long)]
    durability: Option<Durability>,
    /// Messages in flight of one sender; each workload has its default.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    in_flight: Option<u32>,
}

fn rounds(argument: &str) -> Result<usize, String> {
    let rounds = argument.parse().ok().filter(|rounds| (1..=ROUNDS_MAX).contains(rounds));
    rounds.ok_or_else(|| format!("not a number from 1 to {ROUNDS_MAX}"))
}

/// Arguments that cannot be combined.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArgsError {
    #[error("{option} means nothing to {workload:?}; leave it out")]
    Ignored { option: &'static str, workload: Workload },
    #[error("{} stores nothing, so --durability means nothing to it; leave it out", .0.name())]
    StoresNothing(Target),
    #[error("{} sends no messages; choose W5 or W7", .0.name())]
    SendsNothing(Target),
    #[error("no messages are sent in {0:?}; choose another workload")]
    NoMessages(Workload),
}

#[derive(Debug, clap::Args)]
pub(crate) struct BenchArgs {
    /// Measurements of each workload; the tables show the medians. Workloads whose rounds differ widely are
    /// measured more often.
    #[arg(long, default_value_t = 3, value_parser = rounds)]
    pub(crate) rounds: usize,
    /// Measure the other servers that are installed, too.
    #[arg(long)]
    pub(crate) peers: bool,
    /// Measure chat-server within TLS, too.
    #[arg(long)]
    pub(crate) tls: bool,
    /// If a workload has one sender, also measure rawfan with messages as long as the lines of chat-server.
    #[arg(long)]
    pub(crate) our_bytes: bool,
    /// Measure chat-server with and without its search index, instead of rawfan.
    #[arg(long, conflicts_with_all = ["peers", "our_bytes"])]
    pub(crate) search: bool,
    /// Measure chat-server on connections and on WebSockets, instead of rawfan.
    #[arg(long, conflicts_with_all = ["peers", "our_bytes", "search", "tls"])]
    pub(crate) web: bool,
    /// Measure these workloads only, for example W1,W2.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<Workload>,
}

impl RunArgs {
    /// Returns an error if an option has no effect on the workload or the target.
    pub(crate) fn check(&self) -> Result<(), ArgsError> {
        let workload = self.load.workload;
        let has_messages = workload.has_messages();
        self.load.check()?;
        for (option, is_given, has_effect) in [
            ("--lag", self.lag.is_some(), workload == Workload::W8),
            ("--users", self.users.is_some(), !has_messages),
            ("--secs", self.secs.is_some(), has_messages),
            ("--messages", self.messages.is_some(), has_messages),
        ] {
            if is_given && !has_effect {
                return Err(ArgsError::Ignored { option, workload });
            }
        }
        if self.load.durability.is_some() && !self.target.stores() {
            return Err(ArgsError::StoresNothing(self.target));
        }
        if has_messages && self.target == Target::OursClassic {
            return Err(ArgsError::SendsNothing(self.target));
        }
        Ok(())
    }

    pub(crate) fn case(&self) -> Case {
        Case { lag: self.lag.unwrap_or(Lag::None), ..self.load.case() }
    }

    pub(crate) fn users(&self, default: usize) -> usize {
        self.users.map_or(default, usize::from)
    }

    /// How long the measurement counts.
    pub(crate) fn counted(&self) -> Duration {
        self.secs.map_or(self.load.workload.counted(), Duration::from_secs)
    }

    /// The most messages that each sender sends.
    pub(crate) fn messages(&self) -> u32 {
        self.messages.unwrap_or(MESSAGES_MAX)
    }
}

impl ProfileArgs {
    /// Returns the load to profile, or an error if an option has no effect on it or it has no messages.
    pub(crate) fn case(&self) -> Result<Case, ArgsError> {
        self.load.check()?;
        let workload = self.load.workload;
        if !workload.has_messages() {
            return Err(ArgsError::NoMessages(workload));
        }
        Ok(self.load.case())
    }
}

impl LoadArgs {
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

    /// Returns the error of these arguments of `run`, if any.
    fn error(args: &str) -> Option<String> {
        let words = ["chat-load", "run"].into_iter().chain(args.split(' '));
        let Task::Run(run) = Args::parse_from(words).task else { panic!("{args}") };
        run.check().err().map(|error| error.to_string())
    }

    #[test]
    fn an_option_without_effect_is_refused() {
        let ignored = |args, option, workload| {
            let expected = format!("{option} means nothing to {workload}; leave it out");
            assert_eq!(error(args), Some(expected), "{args}");
        };
        ignored("W1 --lag slow", "--lag", "W1");
        ignored("W1 --users 5", "--users", "W1");
        ignored("W4 --in-flight 5", "--in-flight", "W4");
        ignored("W1one --in-flight 5", "--in-flight", "W1one");
        ignored("W5 --secs 5", "--secs", "W5");
        ignored("W7 --messages 5", "--messages", "W7");
        let stores_nothing = error("W1 --target rawfan --durability os");
        assert!(stores_nothing.is_some_and(|error| error.starts_with("rawfan stores nothing")));
        assert!(error("W1 --target ours-classic").is_some());
    }

    #[test]
    fn options_with_an_effect_are_accepted() {
        for args in [
            "W1 --in-flight 5 --secs 1 --messages 5 --durability os",
            "W8 --lag slow",
            "W7 --users 5 --target ours-classic --durability os",
        ] {
            assert_eq!(error(args), None, "{args}");
        }
    }
}
