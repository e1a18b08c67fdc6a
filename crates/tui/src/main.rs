//! The edge of the client: arguments, the log file, the terminal, signals.

mod args;
mod signals;

use std::panic;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use chat_client::Tcp;
use chat_client::driver::system_clock;
use chat_client::store::Writer;
use chat_log::{Format, Log, first_panic, log_panics, print_error};
use chat_proto::UserName;
use chat_tui::demo::{self, Demo};
use chat_tui::settings::{self, Layers};
use chat_tui::terminal::{self, RowBackend, Tty, check};
use chat_tui::theme::Environment;
use chat_tui::zone::ZoneWatch;
use chat_tui::{Failure, Options, Unsent};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use tokio::runtime;

use crate::args::Args;

/// Exit code of a program that failed.
const FAILED: u8 = 1;

/// What a user reads who has no home directory.
const NO_STATE_DIRECTORY: &str =
    "Nowhere to store your identity and unsent messages. Set HOME or use --state DIR";

/// Exit code if the command line is wrong.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => {
            let asked_for = !error.use_stderr();
            let printed = error.print().is_ok();
            return match asked_for {
                true if printed => ExitCode::SUCCESS,
                true => FAILED.into(),
                false => WRONG_USAGE.into(),
            };
        }
    };
    let done = panic::catch_unwind(|| chat(args));
    // The terminal is given back by now, and can be printed to.
    match done {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            print_error(&format!("chat-tui: {error:#}"));
            FAILED.into()
        }
        Err(_) => {
            let panic = first_panic().unwrap_or("unknown");
            print_error(&format!("chat-tui has failed, please report it: {panic}"));
            FAILED.into()
        }
    }
}

fn chat(args: Args) -> anyhow::Result<()> {
    check::terminal()?;
    let log = args.log_file.as_deref().map(log_to).transpose()?;
    let _flush = log.as_ref().map(Log::flush_on_drop);
    log_panics(log);
    // Logged here, before the log is flushed.
    connect_and_show(args).inspect_err(|error| tracing::error!("{error:#}"))
}

fn connect_and_show(args: Args) -> anyhow::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let done = runtime.block_on(on_terminal(args));
    // A name look-up that hangs must not keep the user waiting.
    runtime.shutdown_background();
    // The terminal is given back by now; if it is gone, the log alone has the notice.
    let unsent = match &done {
        Ok(unsent) => Some(unsent),
        Err(error) => error.downcast_ref::<Failure>().map(|failure| &failure.unsent),
    };
    if let Some(unsent) = unsent.filter(|unsent| unsent.count() > 0) {
        tracing::warn!("{unsent}");
        print_error(&format!("chat-tui: {unsent}"));
    }
    done.map(drop)
}

async fn on_terminal(args: Args) -> anyhow::Result<Unsent> {
    let stop = signals::stop().context("cannot listen to signals")?;
    let (server, is_demo) = (args.server(), args.demo);
    let options = options(args)?;
    let (tty, _guard) = Tty::take().context("cannot set up the terminal")?;
    let backend = RowBackend::new(tty.output(), !check::is_utf8());
    let mut terminal = Terminal::new(backend).context("cannot set up the terminal")?;
    let events = terminal::events(tty.clone()).context("cannot read the terminal")?;
    let unsent = if is_demo {
        let demo = Demo::new(&options.name, options.clock);
        Box::pin(chat_tui::run(&mut terminal, options, demo, events, tty, stop)).await?
    } else {
        Box::pin(chat_tui::run(&mut terminal, options, Tcp::new(server), events, tty, stop)).await?
    };
    Ok(unsent)
}

fn options(args: Args) -> anyhow::Result<Options> {
    let name = args.name().cloned();
    let (server, state) = if args.demo {
        (demo::SERVER.to_owned(), None)
    } else {
        let state = args.state.clone().or_else(state_directory);
        (args.server().to_string(), Some(state.context(NO_STATE_DIRECTORY)?))
    };
    let settings_file = settings::path(|name| std::env::var_os(name));
    let (file, mut notices) = settings_file.as_deref().map(settings::load).unwrap_or_default();
    if !check::is_utf8() {
        notices.push(check::ASCII_NOTICE.to_owned());
    }
    Ok(Options {
        name: name.unwrap_or_else(login_name),
        server,
        state,
        writer: Writer::Thread,
        // Before the zone is read, so that no change is missed.
        zone_watch: ZoneWatch::new(),
        zone: TimeZone::system(),
        notices,
        settings: Layers { file, flags: args.flags.0, ..Layers::default() },
        settings_file: settings_file.filter(|_| !args.demo),
        environment: Environment::read(|name| std::env::var_os(name)),
        opens_links: terminal::browser::is_here(|name| std::env::var_os(name)),
        clock: system_clock,
    })
}

/// The state directory according to the XDG base directories.
fn state_directory() -> Option<PathBuf> {
    let path = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = path("XDG_STATE_HOME").or_else(|| Some(path("HOME")?.join(".local/state")))?;
    Some(state.join("chat-tui"))
}

fn login_name() -> UserName {
    UserName::from_lossy(&whoami::username().unwrap_or_default())
}

/// Starts the log. An error here is one of the command line; a later error of the file ends nothing.
fn log_to(path: &Path) -> anyhow::Result<Log> {
    let (log, error) = Log::to_file(path, Format::Text);
    if let Some(error) = error {
        return Err(error).with_context(|| format!("cannot write the log file {}", path.display()));
    }
    chat_log::subscribe(&log, false);
    Ok(log)
}
