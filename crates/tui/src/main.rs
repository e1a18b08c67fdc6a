//! The edge of the client: arguments, the log file, the terminal, signals.

mod args;
mod signals;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::Context;
use chat_proto::UserName;
use chat_tui::app::system_clock;
use chat_tui::terminal::{self, RowBackend, Tty, check};
use chat_tui::zone::ZoneWatch;
use chat_tui::{Failure, Options, Tcp, Unsent};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use tokio::runtime;

use crate::args::Args;

/// The program ran, and failed.
const FAILED: u8 = 1;

/// The program was called the wrong way.
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
    // By now the hook has given the terminal back and said what happened; the exit code is ours.
    let Ok(done) = panic::catch_unwind(|| chat(args)) else {
        return FAILED.into();
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            // Where even this cannot be written, the exit code says it.
            let _ = writeln!(io::stderr(), "chat-tui: {error:#}");
            FAILED.into()
        }
    }
}

fn chat(args: Args) -> anyhow::Result<()> {
    check::terminal()?;
    if let Some(path) = &args.log_file {
        log_to(path).with_context(|| format!("cannot write the log file {}", path.display()))?;
    }
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let done = runtime.block_on(on_terminal(args));
    // A name look-up that hangs must not keep the user waiting.
    runtime.shutdown_background();
    // The terminal is given back by now, or gone: then the log alone has it.
    let unsent = match &done {
        Ok(unsent) => Some(unsent),
        Err(error) => error.downcast_ref::<Failure>().map(|failure| &failure.unsent),
    };
    if let Some(unsent) = unsent.filter(|unsent| unsent.count() > 0) {
        tracing::warn!("{unsent}");
        let _ = writeln!(io::stderr(), "chat-tui: {unsent}");
    }
    done.map(drop)
}

async fn on_terminal(args: Args) -> anyhow::Result<Unsent> {
    let stop = signals::stop().context("cannot listen to signals")?;
    let dial = Tcp::new(args.server());
    let options = options(args)?;
    let (tty, _guard) = Tty::take().context("cannot set up the terminal")?;
    let backend = RowBackend::new(tty.output(), !check::is_utf8());
    let mut terminal = Terminal::new(backend).context("cannot set up the terminal")?;
    let events = terminal::events(tty.clone()).context("cannot read the terminal")?;
    Ok(chat_tui::run(&mut terminal, options, dial, events, tty, stop).await?)
}

fn options(args: Args) -> anyhow::Result<Options> {
    let (name, server) = (args.name().cloned(), args.server().to_string());
    let state = args.state.or_else(state_directory);
    let state = state.context("there is no place for who you are: set HOME, or say --state DIR")?;
    Ok(Options {
        name: name.unwrap_or_else(login_name),
        server,
        state: Some(state),
        // Before the zone is read, so that no change is missed.
        zone_watch: ZoneWatch::new(),
        zone: TimeZone::system(),
        notice: (!check::is_utf8()).then_some(check::ASCII_NOTICE),
        bell: !args.no_bell,
        colours: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        clock: system_clock,
    })
}

/// Where the XDG base directories have what outlives a program.
fn state_directory() -> Option<PathBuf> {
    let path = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = path("XDG_STATE_HOME").or_else(|| Some(path("HOME")?.join(".local/state")))?;
    Some(state.join("chat-tui"))
}

fn login_name() -> UserName {
    UserName::mend(&whoami::username().unwrap_or_default())
}

fn log_to(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    tracing_subscriber::fmt().with_writer(Mutex::new(file)).with_ansi(false).init();
    Ok(())
}
