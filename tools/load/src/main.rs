//! `chat-load` puts a chat server under load and measures what it costs.

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
mod progress;
mod stamp;
mod table;
mod target;
mod workload;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use args::{Args, RunArgs, Task};
use cores::Cores;
use engine::Storm;
use workload::{IDLE_USERS, STORM_USERS, Workload};

/// Open files of the generator and of the server each: more than the connections of any workload.
const FILES_MAX: u64 = 12_000;

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    interrupt::listen().context("cannot install the signal handlers")?;
    // The servers inherit this limit.
    let files =
        rlimit::increase_nofile_limit(FILES_MAX).context("cannot raise the limit of open files")?;
    let cores = Cores::new();
    let mut out = io::stdout().lock();
    if files < FILES_MAX {
        writeln!(
            out,
            "the system grants {files} open files only; a load of 10,000 users will fail"
        )?;
    }
    if !cores.are_apart() {
        writeln!(out, "server and generator share the only core; the figures are not reliable")?;
    }
    let is_complete = match &args.task {
        Task::Run(run) => one(run, &cores, &mut out)?,
        Task::Journal(args) => {
            journal::journal(&args.sizes, &cores, args.durability, &mut out)?;
            if !args.searches {
                let longest = args.sizes.last().copied().unwrap_or_default();
                journal::fills(longest, &cores, args.durability, &mut out)?;
            }
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
    Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes one measurement and writes it in one line. Returns `false` if something was lost.
fn one(run: &RunArgs, cores: &Cores, out: &mut impl Write) -> anyhow::Result<bool> {
    run.check()?;
    let (workload, target, durability) = (run.load.workload, run.target, run.load.durability());
    let head = format!("{workload:?}, {}: ", target.name());
    match workload {
        Workload::W5 => {
            let users = run.users(IDLE_USERS[1]);
            let (bytes, cpu) = measure::idle(users, target, cores, durability)?;
            writeln!(out, "{head}{users} idle users, {bytes:.0} bytes and {cpu:.1?} of CPU each")?;
        }
        Workload::W7 => {
            let users = run.users(STORM_USERS[2]);
            let Storm { at_once, took, cpu, .. } =
                measure::storm(users, target, cores, durability)?;
            writeln!(
                out,
                "{head}{users} users, {at_once} at once, joined in {took:.1?}, {cpu:.2?} of CPU"
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
