//! `chat-server`: the arguments, the log, the signals, and the daemon.

mod address;
mod announce;
mod args;
mod open_files;
mod signals;
mod sockets;
mod status;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use chat_log::Log;
use chat_server::Listeners;
use chat_server::journal::{self, Checked, Place};
use chat_server::session::Shared;
use clap::Parser;
use tokio::net::TcpListener;
use tracing::{error, info, warn};

use crate::args::{Args, Task};
use crate::signals::Signals;

/// What one is told who has no home.
const NO_DIRECTORY: &str = "there is no directory to keep anything in; --data names one";

fn main() -> ExitCode {
    let args = Args::parse();
    let log = start_log(&args);
    let _flush = log.flush_on_drop();
    let done = match &args.task {
        None => start(&args, log),
        Some(task) => perform(task, &args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            error!("{error:#}");
            if args.log_file.is_some() {
                chat_log::print_error(&format!("chat-server: {error:#}"));
            }
            ExitCode::FAILURE
        }
    }
}

/// Logs to the file of `--log-file`, or to standard error.
fn start_log(args: &Args) -> Log {
    let format = args.log_format.into();
    let (log, file_error) = match &args.log_file {
        Some(path) => Log::to_file(path, format),
        None => (Log::to_stderr(format), None),
    };
    chat_log::subscribe(&log, args.log_file.is_none() && Log::stderr_is_terminal());
    chat_log::log_panics(Some(log.clone()));
    if let (Some(error), Some(path)) = (file_error, &args.log_file) {
        let path = path.display();
        warn!(
            "cannot open the log file {path}: {error}. Logging to standard error; SIGHUP tries again"
        );
    }
    log
}

/// Does what the daemon is not needed for.
fn perform(task: &Task, args: &Args) -> anyhow::Result<ExitCode> {
    if let Task::Status { address } = task {
        return status::status(address);
    }
    let Place::Directory(directory) = args.place().context(NO_DIRECTORY)? else {
        anyhow::bail!("nothing is kept in :memory:");
    };
    let mut out = io::stdout().lock();
    match task {
        Task::Status { .. } => {}
        Task::Backup { file } => {
            journal::backup(&directory, file).context("no backup was made")?;
            writeln!(out, "{} is in {}", directory.display(), file.display())?;
        }
        Task::Check => {
            let checked = journal::check(&directory)?;
            for fault in &checked.faults {
                writeln!(out, "{fault}")?;
            }
            let Checked { rooms, messages, faults } = checked;
            let found = if faults.is_empty() { "all is well" } else { "not all is well" };
            writeln!(out, "{}: {rooms} rooms, {messages} messages; {found}", directory.display())?;
            if !faults.is_empty() {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn start(args: &Args, log: Log) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(serve(args, log));
    // After a second signal sessions are still running; nobody waits for them.
    runtime.shutdown_background();
    code
}

/// Runs the daemon until the first signal, and lets it drain until the second.
async fn serve(args: &Args, log: Log) -> anyhow::Result<ExitCode> {
    let hangup = move || {
        if !log.reopen() {
            info!("SIGHUP: there is no log file to open again; --log-file names one");
        }
    };
    let mut signals = Signals::new(hangup).context("cannot listen for signals")?;
    let place = args.place().context(NO_DIRECTORY)?;
    let mut config = args.config();
    let listeners = sockets::listen(&args.listen)?;
    config.max_connections =
        open_files::connections_allowed(config.max_connections, listeners.len())?;
    let shared = Shared::open(config, &place, args.durability())?;
    let addresses: Vec<_> =
        listeners.iter().map(TcpListener::local_addr).collect::<io::Result<_>>()?;
    announce::announce(&addresses);

    let (first_signal, mut going_away) = tokio::sync::oneshot::channel();
    let daemon = chat_server::run_shared(Listeners::new(listeners), shared, async {
        let _ = (&mut going_away).await;
    });
    tokio::pin!(daemon);
    tokio::select! {
        () = &mut daemon => return Ok(ExitCode::SUCCESS),
        () = signals.next() => {}
    }
    let _ = first_signal.send(());
    tokio::select! {
        () = &mut daemon => Ok(ExitCode::SUCCESS),
        () = signals.next() => {
            warn!("a second signal: ending at once");
            Ok(ExitCode::FAILURE)
        }
    }
}
