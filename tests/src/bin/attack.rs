//! `just attack`: attacks a daemon of its own, and shows what honest users notice.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use e2e::attack::{ATTACKS, Report, attack};

/// Attacks a daemon of its own on this machine, and shows what honest users notice of each attack.
#[derive(Debug, Parser)]
struct Args {
    /// The attack; all of them if it is not given.
    #[arg(long)]
    only: Option<String>,
    /// Messages of the honest user, without and with each attack: 50 are a second.
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    messages: u32,
    /// Number of times that each attack is made; its row has the messages of all of them.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
}

#[tokio::main]
async fn main() -> io::Result<ExitCode> {
    let Args { only, messages, rounds } = Args::parse();
    let is_asked = |name: &str| only.as_ref().is_none_or(|only| only == name);
    let mut out = io::stdout();
    let mut harmed = 0;
    writeln!(out, "{}", Report::heads())?;
    for one in ATTACKS.into_iter().filter(|one| is_asked(one.name)) {
        let mut report = attack(one, messages, true).await;
        for _ in 1..rounds {
            report = report.and(attack(one, messages, true).await);
        }
        harmed += usize::from(report.lost > 0 || report.newcomer.is_none());
        writeln!(out, "{report}")?;
    }
    Ok(if harmed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
