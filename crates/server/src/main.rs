//! `chat-server`: the arguments, the log, the signals, and the daemon.

mod args;
mod signals;

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use chat_server::DaemonError;
use chat_server::journal::{self, Checked, Place, Replaced};
use chat_server::session::Shared;
use clap::Parser;
use jiff::Timestamp;
use tracing::{error, warn};
use tracing_subscriber::EnvFilter;

use crate::args::{Args, LogFormat, Task};
use crate::signals::Signals;

/// What one is told who has no home.
const NO_DIRECTORY: &str = "there is no directory to keep anything in; --data names one";

/// Files the daemon holds open besides connections: its listener, its log, what the runtime needs.
const FILES_BESIDES: usize = 32;

fn main() -> ExitCode {
    let args = Args::parse();
    start_log(args.log_format);
    let done = match &args.task {
        None => start(&args),
        Some(task) => perform(task, &args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the log to standard error, at `info` unless `RUST_LOG` says otherwise.
fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
}

/// Does what the daemon is not needed for.
fn perform(task: &Task, args: &Args) -> anyhow::Result<ExitCode> {
    let Place::Directory(directory) = args.place().context(NO_DIRECTORY)? else {
        anyhow::bail!("nothing is kept in :memory:");
    };
    let mut out = io::stdout().lock();
    match task {
        Task::Backup { file } => {
            journal::backup(&directory, file).context("no backup was made")?;
            writeln!(out, "{} is in {}", directory.display(), file.display())?;
        }
        Task::Restore { file } => {
            let replaced = journal::restore(&directory, file, Timestamp::now().into())
                .context("nothing was restored")?;
            report(&mut out, &directory, file, &replaced)?;
        }
        Task::Check => {
            let Checked { rooms, messages, faults, more_faults } = journal::check(&directory)?;
            for fault in &faults {
                writeln!(out, "{fault}")?;
            }
            if more_faults > 0 {
                writeln!(out, "{more_faults} more faults")?;
            }
            let found = if faults.is_empty() { "all is well" } else { "not all is well" };
            writeln!(out, "{}: {rooms} rooms, {messages} messages; {found}", directory.display())?;
            if !faults.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells a person what a restore did and what comes next.
fn report(
    out: &mut impl Write,
    directory: &Path,
    file: &Path,
    replaced: &Replaced,
) -> io::Result<()> {
    let Replaced { now, aside } = replaced;
    let (file, directory) = (file.display(), directory.display());
    writeln!(
        out,
        "{file} is the journal in {directory} now: {} rooms, {} messages",
        now.rooms, now.messages
    )?;
    if let Some(aside) = aside {
        writeln!(out, "The journal that was there is {}, complete.", aside.display())?;
    }
    writeln!(
        out,
        "Start chat-server. Clients keep what they have shown, marked as from before the restore."
    )
}

fn start(args: &Args) -> anyhow::Result<ExitCode> {
    allow_open_files(args.config().max_connections);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(serve(args));
    // After a second signal sessions are still running; nobody waits for them.
    runtime.shutdown_background();
    code
}

/// Asks the system for as many open files as the connections take, since many systems give a
/// program 1,024 unless it asks for more.
fn allow_open_files(max_connections: usize) {
    let wanted = (max_connections + FILES_BESIDES) as u64;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(granted) if granted < wanted => {
            warn!(
                "the system grants {granted} open files, too few for {max_connections} connections"
            );
        }
        Ok(_) => {}
        Err(error) => warn!(%error, "cannot ask the system for more open files"),
    }
}

/// Runs the daemon until the first signal, and lets it drain until the second.
async fn serve(args: &Args) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::new().context("cannot listen for signals")?;
    let place = args.place().context(NO_DIRECTORY)?;
    let shared = Shared::open(args.config(), &place, args.durability())?;
    let listener = chat_server::bind(args.listen).with_context(|| {
        format!(
            "cannot listen on {}; is a chat-server running there already? --listen takes another address",
            args.listen
        )
    })?;
    let here = listener.local_addr()?;
    announce(here).context("cannot write to standard output")?;
    if !here.ip().is_loopback() {
        warn!("{here} can be reached from other machines, and nothing is encrypted yet");
    }

    let (first_signal, mut going_away) = tokio::sync::oneshot::channel();
    let daemon = chat_server::run_shared(listener, shared, async {
        let _ = (&mut going_away).await;
    });
    tokio::pin!(daemon);
    tokio::select! {
        ended = &mut daemon => return Ok(code(&ended)),
        () = signals.next() => {}
    }
    let _ = first_signal.send(());
    tokio::select! {
        ended = &mut daemon => Ok(code(&ended)),
        () = signals.next() => {
            warn!("a second signal: ending at once");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The exit code of a daemon; why it ended by itself is logged.
const fn code(ended: &Result<(), DaemonError>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Tells a person where the daemon listens and how to join.
fn announce(here: SocketAddr) -> io::Result<()> {
    let client = client_program();
    let mut out = io::stdout().lock();
    writeln!(out, "chat-server {} listens on {here}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "join with: {} --name YOU --server {}", client.display(), reachable(here))?;
    out.flush()
}

/// The client that was built beside this program, as it can be typed here; or its plain name.
fn client_program() -> PathBuf {
    let plain = Path::new("chat-tui").with_extension(std::env::consts::EXE_EXTENSION);
    let beside = std::env::current_exe().map(|daemon| daemon.with_file_name(&plain));
    match (beside, std::env::current_dir()) {
        (Ok(beside), Ok(here)) if beside.is_file() => {
            beside.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(beside)
        }
        _ => plain,
    }
}

/// `here`, as a client on this machine would dial it.
fn reachable(here: SocketAddr) -> SocketAddr {
    let loopback = match here {
        SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    if here.ip().is_unspecified() { SocketAddr::new(loopback, here.port()) } else { here }
}
