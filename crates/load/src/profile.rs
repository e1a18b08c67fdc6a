//! Where the daemon's time goes under W1: a flame graph by perf, or where that does not work, what
//! callgrind counts.

mod flame;

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::cores::Cores;
use crate::dialect::NATIVE;
use crate::engine::{self, EngineError};
use crate::plan::Plan;
use crate::target::{self, Durability, TargetError};
use crate::workload::{Case, MESSAGES_MAX, Workload};
use flame::Flame;

/// Samples a second: no multiple of what a timer may do.
const SAMPLES: &str = "997";

/// How long the load runs.
const LONG: Duration = Duration::from_secs(5);

/// Messages of the load where each instruction is counted.
const COUNTED_MESSAGES: u32 = 5_000;

/// Lines of the count that are shown: a screen.
const COUNTED_LINES: usize = 60;

/// What is profiled.
const CASE: Case = Case::new(Workload::W1, 1024, Durability::Os);

/// Why there is no profile.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProfileError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("neither perf nor valgrind is there; the Debian packages are linux-perf and valgrind")]
    NoProfiler,
}

/// Puts the daemon under load and writes a flame graph to `graph`, or the count to `out`.
///
/// # Errors
/// Where nothing on this machine can tell.
pub(crate) fn profile(
    graph: &Path,
    cores: &Cores,
    out: &mut impl Write,
) -> Result<(), ProfileError> {
    if target::is_installed("perf") {
        let flame = sample(cores)?;
        if flame.samples() > 0 {
            std::fs::write(graph, flame.to_svg())?;
            writeln!(out, "{} samples; the graph is in {}", flame.samples(), graph.display())?;
            return Ok(());
        }
        writeln!(out, "perf has seen nothing here; the instructions are counted instead")?;
    }
    if !target::is_installed("valgrind") {
        return Err(ProfileError::NoProfiler);
    }
    count(cores, out)
}

fn sample(cores: &Cores) -> Result<Flame, ProfileError> {
    let home = target::home()?;
    let data = home.path().join("perf.data");
    let daemon = target::start_ours(home.path(), cores, CASE.durability)?;
    let mut perf = Command::new("perf")
        .args(["record", "--quiet", "-e", "cpu-clock", "-F", SAMPLES, "-g", "-p"])
        .arg(daemon.process().to_string())
        .arg("-o")
        .arg(&data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let plan = CASE.plan(LONG, MESSAGES_MAX);
    let ran = engine::run(&plan, &NATIVE, daemon.address, daemon.process());
    let _ = kill_process(Pid::from_child(&perf), Signal::INT);
    perf.wait()?;
    ran?;
    let mut script = Command::new("perf")
        .args(["script", "-F", "comm,ip,sym", "-i"])
        .arg(&data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let told = script.stdout.take().map(BufReader::new);
    let flame = told.map_or_else(|| Ok(Flame::default()), Flame::read);
    script.wait()?;
    Ok(flame?)
}

fn count(cores: &Cores, out: &mut impl Write) -> Result<(), ProfileError> {
    let home = target::home()?;
    let counted = home.path().join("counted");
    let counter = [
        "valgrind".to_owned(),
        "--tool=callgrind".to_owned(),
        format!("--callgrind-out-file={}", counted.display()),
    ];
    let daemon = target::start_ours_under(&counter, home.path(), cores, CASE.durability)?;
    let plan: Plan = CASE.plan(LONG * 10, COUNTED_MESSAGES);
    engine::run(&plan, &NATIVE, daemon.address, daemon.process())?;
    daemon.stop()?;
    let annotated: PathBuf = home.path().join("annotated");
    let status = Command::new("callgrind_annotate")
        .arg(&counted)
        .stdout(File::create(&annotated)?)
        .status()?;
    if !status.success() {
        return Err(ProfileError::NoProfiler);
    }
    let annotated = std::fs::read_to_string(annotated)?;
    for line in annotated.lines().take(COUNTED_LINES) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
