//! `chat-server`: the arguments, the log, the signals, and the daemon.

mod address;
mod address_line;
mod admin;
mod announce;
mod args;
mod export;
mod open_files;
mod ready;
mod signals;
mod sockets;
mod span;
mod status;
mod task;

use std::io;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use anyhow::{Context, ensure};
use chat_log::Log;
use chat_server::config::{ACME_PORT, DOMAINS_MAX, MetricsToken};
use chat_server::journal::Location;
use chat_server::{Addresses, Certificate, DaemonError, Listeners, Server, ServerPassword};
use clap::Parser;
use tokio::net::TcpListener;
use tracing::{error, info, warn};

use crate::announce::{Announcement, OwnerLine};
use crate::args::{Args, NO_DIRECTORY};
use crate::signals::Signals;

fn main() -> ExitCode {
    let args = Args::parse();
    let log = start_log(&args);
    let _flush = log.flush_on_drop();
    let done = signals::survive_full_files().context("cannot handle signals").and_then(|()| {
        match &args.task {
            None => start(&args, log),
            Some(task) => task::perform(task, &args, now()),
        }
    });
    match done {
        Ok(code) => code,
        Err(error) => {
            // The log is the daemon's. What a subcommand says is for the person who runs it.
            let is_daemon = args.task.is_none();
            if is_daemon {
                error!("{error:#}");
            }
            if !is_daemon || args.log_file.is_some() {
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

/// The time of the system.
#[allow(clippy::disallowed_methods, reason = "the edge at which the clock is asked for")]
fn now() -> chat_proto::Timestamp {
    SystemTime::now().into()
}

fn start(args: &Args, log: Log) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(serve(args, log));
    // After a second signal sessions may still be running; they are not waited for.
    runtime.shutdown_background();
    code
}

/// Runs the daemon until the first signal, and lets it drain until the second.
async fn serve(args: &Args, log: Log) -> anyhow::Result<ExitCode> {
    let certificate = Arc::new(OnceLock::new());
    let shown = Arc::clone(&certificate);
    let mut signals =
        Signals::new(move || hangup(&log, shown.get())).context("cannot listen for signals")?;
    let location = args.location().context(NO_DIRECTORY)?;
    let domains = args.domains();
    ensure!(
        domains <= DOMAINS_MAX,
        "cannot get a certificate for {domains} domains; {DOMAINS_MAX} are the most"
    );
    ensure!(
        domains == 0 || location != Location::Memory,
        "a certificate has to be stored: use --domain with a data directory, not with --data :memory:"
    );
    let mut config = args.config();
    let plain = config.plain;
    let wanted = sockets::resolve(&args.listen)?;
    let for_authority = if domains > 0 { wanted.also_on(ACME_PORT) } else { Vec::new() };
    let listeners = wanted.count() + for_authority.len();
    let allowed = open_files::connections_allowed(config.max_connections, listeners)?;
    config.max_connections = allowed.connections;
    config.turned_away_max = allowed.turned_away;
    config.join = args.join(wanted.is_for_others());
    config.password = password(args)?;
    config.web.metrics_token = metrics_token(args)?;
    // Before clients can connect: a daemon without a journal must not look like a running one.
    let mut server = Server::open(config, &location, args.durability())?;
    let data = match &location {
        Location::Directory(data) => Some(data.as_path()),
        _ => None,
    };
    if let Some(data) = data
        && let Err(error) = server.open_control(data)
    {
        let error = anyhow::Error::new(error);
        warn!("chat-server admin cannot reach this daemon: {error:#}");
    }
    let _ = certificate.set(server.certificate());
    let mut listeners = wanted.listen()?;
    listeners.extend(sockets::listen_for_authority(&for_authority));
    let addresses: Vec<_> =
        listeners.iter().map(TcpListener::local_addr).collect::<io::Result<_>>()?;
    let public = args.public_address();
    let public = public.as_ref();
    if let Some(line) = address_line::first(&addresses, public, server.key()) {
        server.set_address(line);
    }
    let owner = OwnerLine::make(&mut server, data).await;
    if let Some(data) = data {
        let (listens, public) = (addresses.clone(), public.map(ToString::to_string));
        let stored = Addresses { listens, public, tls_files: args.tls_files() };
        if let Err(error) = chat_server::store_addresses(data, &stored) {
            warn!(%error, "cannot store where the daemon listens; name it to chat-server address");
        }
    }
    let lines = address_line::lines(&addresses, public, server.key()).unwrap_or_default();
    announce::announce(&Announcement { listens: &addresses, lines, plain, owner });
    if let Err(error) = ready::notify_service_manager() {
        warn!(%error, "cannot tell the service manager that the daemon is ready");
    }

    let (first_signal, mut going_away) = tokio::sync::oneshot::channel();
    let daemon = server.run(Listeners::new(listeners), async {
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

/// The password that everybody who is new has to say, if there is one.
fn password(args: &Args) -> anyhow::Result<Option<ServerPassword>> {
    let Some(file) = &args.password_file else { return Ok(None) };
    let read = ServerPassword::read(file);
    Ok(Some(read.with_context(|| format!("cannot use the password file {}", file.display()))?))
}

/// The token of a monitor on another machine, if there is one.
fn metrics_token(args: &Args) -> anyhow::Result<Option<MetricsToken>> {
    let Some(file) = &args.metrics_token_file else { return Ok(None) };
    let read = MetricsToken::read(file);
    Ok(Some(read.with_context(|| format!("cannot use the token file {}", file.display()))?))
}

/// Reopens the log file, and reads the certificate again: SIGHUP asks for that.
fn hangup(log: &Log, certificate: Option<&Certificate>) {
    let has_log = log.reopen();
    match certificate.map_or(Ok(false), Certificate::reload) {
        Ok(true) => info!("SIGHUP: new connections have the certificate that was read again"),
        Ok(false) if has_log => {}
        Ok(false) => info!(
            "SIGHUP: there is no log file to open again and no certificate to read again; --log-file and \
             --tls-cert name them"
        ),
        Err(error) => {
            let error = anyhow::Error::new(error);
            error!("SIGHUP: the certificate stays as it was: {error:#}");
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
