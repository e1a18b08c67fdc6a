//! Where the daemon's time goes under a load: a flame graph from perf, or if perf does not work, the counts of
//! callgrind.

mod flame;
mod sample;
mod shares;

use std::io::{self, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::child;
use crate::cores::Cores;
use crate::dialect::NATIVE;
use crate::engine::{self, EngineError, Outcome};
use crate::target::{self, Search, TargetError};
use crate::workload::{Case, MESSAGES_MAX};
use flame::Flame;
use shares::Shares;

/// Samples per second: not a multiple of usual timer frequencies.
const SAMPLES: &str = "997";

/// How long the load runs.
const DURATION: Duration = Duration::from_secs(5);

/// How long perf may take to end after the load, and to print its samples.
const PERF_MAX: Duration = Duration::from_secs(60);

/// Messages of the load under callgrind, and how long it may take: a program runs some fifty times slower.
const COUNT_MESSAGES: u32 = 5_000;
const COUNT_MAX: Duration = Duration::from_secs(50);

/// Lines of callgrind's counts that are shown: one screen.
const LINES_SHOWN: usize = 60;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ProfileError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("a message was lost under the load: {0}")]
    Lost(String),
    #[error("callgrind_annotate failed: {0}")]
    NoOutput(String),
    #[error("perf or valgrind is needed; install the Debian package linux-perf or valgrind")]
    NoProfiler,
}

/// Puts the daemon under the load of `case`. Writes a flame graph to `graph` and the shares to `out`, or callgrind's
/// counts to `out` if perf is missing or returns no samples.
pub(crate) fn profile(
    case: &Case,
    graph: &Path,
    cores: &Cores,
    out: &mut impl Write,
) -> Result<(), ProfileError> {
    if target::is_installed("perf") {
        let (flame, shares) = sample(case, cores)?;
        if flame.samples() > 0 {
            std::fs::write(graph, flame.to_svg())?;
            writeln!(out, "{} samples; the graph is in {}", flame.samples(), graph.display())?;
            writeln!(out, "{shares}")?;
            return Ok(());
        }
        writeln!(out, "perf returned no samples; counting instructions with valgrind instead")?;
    }
    if !target::is_installed("valgrind") {
        return Err(ProfileError::NoProfiler);
    }
    count(case, cores, out)
}

fn sample(case: &Case, cores: &Cores) -> Result<(Flame, Shares), ProfileError> {
    let home = target::home()?;
    let data = home.path().join("perf.data");
    let daemon = target::start_ours(home.path(), cores, case.durability, Search::On)?;
    let mut perf = Command::new("perf")
        .args(["record", "--quiet", "-e", "cpu-clock", "-F", SAMPLES, "-g", "-p"])
        .arg(daemon.process().to_string())
        .arg("-o")
        .arg(&data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let plan = case.plan(DURATION, MESSAGES_MAX);
    let ran = engine::run(&plan, &NATIVE, daemon.address, daemon.process());
    // Perf fails if a signal ends it; its output shows if it has samples.
    let _ = child::end_by_signal(&mut perf, Signal::INT, PERF_MAX);
    check_no_fault(ran?)?;
    let mut script = Command::new("perf")
        .args(["script", "-F", "comm,ip,sym", "-i"])
        .arg(&data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (mut flame, mut shares) = (Flame::default(), Shares::default());
    if let Some(output) = script.stdout.take() {
        sample::read(BufReader::new(output), |sample| {
            flame.add(sample);
            shares.add(sample);
        })?;
    }
    child::end_within(&mut script, PERF_MAX)?;
    Ok((flame, shares))
}

/// Counts instructions with callgrind.
fn count(case: &Case, cores: &Cores, out: &mut impl Write) -> Result<(), ProfileError> {
    let home = target::home()?;
    let counted = home.path().join("counted");
    let counter = [
        "valgrind".to_owned(),
        "--tool=callgrind".to_owned(),
        format!("--callgrind-out-file={}", counted.display()),
    ];
    let daemon = target::start_ours_under(&counter, home.path(), cores, case.durability)?;
    let senders = case.plan(COUNT_MAX, 1).messages();
    let each = u64::from(COUNT_MESSAGES).div_ceil(senders);
    let plan = case.plan(COUNT_MAX, u32::try_from(each).unwrap_or(COUNT_MESSAGES));
    check_no_fault(engine::run(&plan, &NATIVE, daemon.address, daemon.process())?)?;
    daemon.stop()?;
    let output = Command::new("callgrind_annotate")
        .arg(&counted)
        .output()
        .map_err(|error| ProfileError::NoOutput(error.to_string()))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(ProfileError::NoOutput(why));
    }
    for line in String::from_utf8_lossy(&output.stdout).lines().take(LINES_SHOWN) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn check_no_fault(outcome: Outcome) -> Result<(), ProfileError> {
    outcome.fault.map_or(Ok(()), |fault| Err(ProfileError::Lost(fault)))
}
