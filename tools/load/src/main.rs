//! `chat-load`, the yardstick: puts a chat server under load and measures what it costs.

#[cfg(not(unix))]
compile_error!("chat-load runs on Unix only: Linux, macOS, a BSD");

mod args;
mod bench;
mod child;
mod cores;
mod dialect;
mod engine;
mod figures;
mod guard;
mod interrupt;
mod journal;
mod measure;
mod plan;
mod plot;
mod process;
mod profile;
mod stamp;
mod table;
mod target;
mod workload;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use args::{Args, Run, Task};
use cores::Cores;
use engine::Storm;
use workload::{IDLE_USERS, STORM_USERS, Workload};

/// Open files, the generator's or the server's: more than any workload has connections.
const FILES_MAX: u64 = 12_000;

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    interrupt::listen().context("cannot be told to end")?;
    // The servers get the same, since they are started by this program.
    let files = rlimit::increase_nofile_limit(FILES_MAX).context("cannot open many files")?;
    let cores = Cores::new();
    let mut out = io::stdout().lock();
    if files < FILES_MAX {
        writeln!(out, "the system grants {files} open files; a load of 10,000 users will fail")?;
    }
    if !cores.are_apart() {
        writeln!(out, "there is one core for server and generator; the figures say little")?;
    }
    let is_whole = match &args.task {
        Task::Run(run) => one(run, &cores, &mut out)?,
        Task::Journal(args) => {
            journal::journal(&args.sizes, &cores, args.durability, &mut out)?;
            true
        }
        Task::Plot => plot::plot(&cores, &mut out)?,
        Task::Guard => guard::guard(&cores, &mut out)?,
        Task::Profile(profile) => {
            profile::profile(&profile.case()?, &profile.graph, &cores, &mut out)?;
            true
        }
        Task::Bench(bench) => bench::bench(bench, &cores, &mut out)?,
    };
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes one measurement and writes it in one line. Returns whether nothing was lost.
fn one(run: &Run, cores: &Cores, out: &mut impl Write) -> anyhow::Result<bool> {
    run.check()?;
    let (workload, target, durability) = (run.load.workload, run.target, run.load.durability());
    let head = format!("{workload:?}, {}: ", target.name());
    match workload {
        Workload::W5 => {
            let users = run.users(IDLE_USERS[1]);
            let bytes = measure::idle(users, target, cores, durability)?;
            writeln!(out, "{head}{users} idle users, {bytes:.0} bytes each")?;
        }
        Workload::W7 => {
            let users = run.users(STORM_USERS[2]);
            let Storm { at_once, took, cpu, .. } =
                measure::storm(users, target, cores, durability)?;
            writeln!(
                out,
                "{head}{users} users, {at_once} at once, in after {took:.1?}, {cpu:.2?} of CPU"
            )?;
        }
        _ => {
            let figures = measure::load(&run.case(), target, cores, run.counted(), run.messages())?;
            writeln!(out, "{head}{figures}")?;
            return Ok(figures.fault.is_none());
        }
    }
    Ok(true)
}
