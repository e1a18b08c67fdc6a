//! `just torture`: kills the daemon repeatedly under load, and counts lost messages.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use e2e::seed_from_clock;
use e2e::torture::{Plan, torture};

/// Kills a daemon repeatedly while clients send and read, and reports lost messages.
#[derive(Debug, Parser)]
struct Args {
    /// Seed of the random number generator [default: from the clock]. It is printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Number of times to kill the daemon.
    #[arg(long, default_value_t = 30)]
    kills: u32,
    /// Number of users.
    #[arg(long, default_value_t = 20)]
    users: u32,
    /// Number of rooms.
    #[arg(long, default_value_t = 5)]
    rooms: u32,
    /// Number of groups of users who give and take rights from each other.
    #[arg(long, default_value_t = 2)]
    groups: u32,
    /// Number of programs that post to hooks.
    #[arg(long, default_value_t = 2)]
    posters: u32,
    /// Let the clients use TLS.
    #[arg(long)]
    tls: bool,
    /// Let all clients but the classic one use WebSockets, and not only one of three of their connections.
    #[arg(long)]
    web: bool,
}

#[tokio::main]
async fn main() -> io::Result<ExitCode> {
    let Args { seed, kills, users, rooms, groups, posters, tls, web } = Args::parse();
    let seed = seed.unwrap_or_else(seed_from_clock);
    let mut out = io::stdout();
    writeln!(out, "seed {seed}")?;
    let findings = torture(Plan { seed, kills, users, rooms, groups, posters, tls, web }).await;
    write!(out, "{findings}")?;
    Ok(if findings.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
