//! `just torture`: kills the daemon again and again under load, and counts what is lost.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;
use e2e::torture::{Plan, torture};

/// Kills a daemon again and again while clients talk, and shows what was lost of what was accepted.
#[derive(Debug, Parser)]
struct Args {
    /// What decides all that is random; without it, the clock does. It is printed.
    #[arg(long)]
    seed: Option<u64>,
    /// How often to kill the daemon.
    #[arg(long, default_value_t = 30)]
    kills: u32,
    /// How many users there are.
    #[arg(long, default_value_t = 20)]
    users: u32,
    /// How many rooms there are.
    #[arg(long, default_value_t = 5)]
    rooms: u32,
}

#[tokio::main]
async fn main() -> io::Result<ExitCode> {
    let Args { seed, kills, users, rooms } = Args::parse();
    let seed = seed.unwrap_or_else(by_the_clock);
    let mut out = io::stdout();
    writeln!(out, "seed {seed}")?;
    let findings = torture(Plan { seed, kills, users, rooms }).await;
    write!(out, "{findings}")?;
    Ok(if findings.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[allow(clippy::disallowed_methods, reason = "a seed that nobody has chosen")]
fn by_the_clock() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}
