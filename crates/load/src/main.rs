//! `chat-load`, the yardstick: puts a chat server under load and measures what it costs.

mod args;
mod bench;
mod cores;
mod dialect;
mod engine;
mod figures;
mod measure;
mod plan;
mod process;
mod stamp;
mod table;
mod target;
mod workload;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use args::{Args, Task};
use cores::Cores;

/// Open files, the generator's or the server's: more than any workload has connections.
const FILES_MAX: u64 = 12_000;

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
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
        Task::Run(run) => {
            let case = run.case();
            let figures = measure::measure(&case, run.target, &cores, run.counted(), run.messages)?;
            writeln!(out, "{:?}, {}: {figures}", case.workload, run.target.name())?;
            figures.fault.is_none()
        }
        Task::Bench(bench) => bench::bench(bench, &cores, &mut out)?,
    };
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
