//! `just sim`: the clients and the daemon in a simulated network, one storm for each seed.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;
use e2e::sim::{Plan, simulate};

/// Simulates clients, a daemon and a bad network, and shows what was lost of what was accepted.
#[derive(Debug, Parser)]
struct Args {
    /// How many seeds to try, one after the other.
    #[arg(long, default_value_t = 10)]
    seeds: u64,
    /// The first seed, which decides all that is random; without it, the clock does. It is printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Print all that happens.
    #[arg(long)]
    log: bool,
}

fn main() -> io::Result<ExitCode> {
    let Args { seeds, seed, log } = Args::parse();
    let first = seed.unwrap_or_else(by_the_clock);
    let mut out = io::stdout();
    let mut code = ExitCode::SUCCESS;
    for seed in first..first.saturating_add(seeds) {
        writeln!(out, "seed {seed}")?;
        let outcome = simulate(Plan::usual(seed));
        if log {
            write!(out, "{}", outcome.log)?;
        }
        writeln!(out, "{outcome}")?;
        if !outcome.is_clean() {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

#[allow(clippy::disallowed_methods, reason = "a seed that nobody has chosen")]
fn by_the_clock() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}
