//! Where the daemon's time goes under a load: a flame graph by perf, or where that does not work, what
//! callgrind counts.

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
use crate::target::{self, TargetError};
use crate::workload::{Case, MESSAGES_MAX};
use flame::Flame;
use shares::Shares;

/// Samples a second: no multiple of what a timer may do.
const SAMPLES: &str = "997";

/// How long the load runs.
const LONG: Duration = Duration::from_secs(5);

/// How long perf may take to end once the load is over, and to tell what it has seen.
const PERF_MAX: Duration = Duration::from_secs(60);

/// Messages of the load where each instruction is counted, and how long they may take: a program runs
/// some fifty times slower then.
const COUNTED_MESSAGES: u32 = 5_000;
const COUNTED_MAX: Duration = Duration::from_secs(50);

/// Lines of the count that are shown: a screen.
const COUNTED_LINES: usize = 60;

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProfileError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("something was lost under the load: {0}")]
    Lost(String),
    #[error("callgrind_annotate does not tell what valgrind has counted: {0}")]
    NotTold(String),
    #[error("neither perf nor valgrind is there; the Debian packages are linux-perf and valgrind")]
    NoProfiler,
}

/// Puts the daemon under the load of `case` and writes a flame graph to `graph` and the shares to `out`;
/// or the count to `out`.
///
/// # Errors
/// Where nothing on this machine can tell, or something was lost.
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
        writeln!(out, "perf has seen nothing here; the instructions are counted instead")?;
    }
    if !target::is_installed("valgrind") {
        return Err(ProfileError::NoProfiler);
    }
    count(case, cores, out)
}

fn sample(case: &Case, cores: &Cores) -> Result<(Flame, Shares), ProfileError> {
    let home = target::home()?;
    let data = home.path().join("perf.data");
    let daemon = target::start_ours(home.path(), cores, case.durability)?;
    let mut perf = Command::new("perf")
        .args(["record", "--quiet", "-e", "cpu-clock", "-F", SAMPLES, "-g", "-p"])
        .arg(daemon.process().to_string())
        .arg("-o")
        .arg(&data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let plan = case.plan(LONG, MESSAGES_MAX);
    let ran = engine::run(&plan, &NATIVE, daemon.address, daemon.process());
    // It says that it was ended; whether it has seen anything is in what it tells.
    let _ = child::end_by_signal(&mut perf, Signal::INT, PERF_MAX);
    well(ran?)?;
    let mut script = Command::new("perf")
        .args(["script", "-F", "comm,ip,sym", "-i"])
        .arg(&data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (mut flame, mut shares) = (Flame::default(), Shares::default());
    if let Some(told) = script.stdout.take() {
        sample::read(BufReader::new(told), |sample| {
            flame.add(sample);
            shares.add(sample);
        })?;
    }
    child::end_within(&mut script, PERF_MAX)?;
    Ok((flame, shares))
}

fn count(case: &Case, cores: &Cores, out: &mut impl Write) -> Result<(), ProfileError> {
    let home = target::home()?;
    let counted = home.path().join("counted");
    let counter = [
        "valgrind".to_owned(),
        "--tool=callgrind".to_owned(),
        format!("--callgrind-out-file={}", counted.display()),
    ];
    let daemon = target::start_ours_under(&counter, home.path(), cores, case.durability)?;
    let senders = case.plan(COUNTED_MAX, 1).messages();
    let each = u64::from(COUNTED_MESSAGES).div_ceil(senders);
    let plan = case.plan(COUNTED_MAX, u32::try_from(each).unwrap_or(COUNTED_MESSAGES));
    well(engine::run(&plan, &NATIVE, daemon.address, daemon.process())?)?;
    daemon.stop()?;
    let told = Command::new("callgrind_annotate")
        .arg(&counted)
        .output()
        .map_err(|error| ProfileError::NotTold(error.to_string()))?;
    if !told.status.success() {
        let why = String::from_utf8_lossy(&told.stderr).trim().to_owned();
        return Err(ProfileError::NotTold(why));
    }
    for line in String::from_utf8_lossy(&told.stdout).lines().take(COUNTED_LINES) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn well(outcome: Outcome) -> Result<(), ProfileError> {
    outcome.fault.map_or(Ok(()), |fault| Err(ProfileError::Lost(fault)))
}
