//! `just sim`: simulates clients, a daemon and a faulty network, once for each seed.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use e2e::seed_from_clock;
use e2e::sim::{Plan, simulate};

/// Simulates clients, a daemon and a faulty network, and reports lost messages.
#[derive(Debug, Parser)]
struct Args {
    /// Number of simulations. Each has the seed after the previous one.
    #[arg(long, default_value_t = 10)]
    seeds: u64,
    /// First seed of the random number generator [default: from the clock]. It is printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Let all clients use TLS.
    #[arg(long)]
    tls: bool,
    /// Let all clients but the classic one use WebSockets, and not only one of three of their connections.
    #[arg(long)]
    web: bool,
    /// Print the log of each simulation.
    #[arg(long)]
    log: bool,
}

fn main() -> io::Result<ExitCode> {
    let Args { seeds, seed, tls, web, log } = Args::parse();
    let first = seed.unwrap_or_else(seed_from_clock);
    let mut out = io::stdout();
    let mut code = ExitCode::SUCCESS;
    for seed in first..first.saturating_add(seeds) {
        writeln!(out, "seed {seed}")?;
        let outcome = simulate(Plan { tls, web, ..Plan::usual(seed) });
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
