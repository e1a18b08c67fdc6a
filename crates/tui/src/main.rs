//! The edge of the client: arguments, the log file, the terminal, signals.

mod args;
mod screens;
mod signals;

use std::panic;
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;
use chat_client::driver::system_clock;
use chat_client::store::{Writer, waiting_elsewhere};
use chat_log::{Format, Log, first_panic, log_panics, print_error};
use chat_proto::UserName;
use chat_tui::demo::{self, Demo};
use chat_tui::first_run::{Answers, FirstRun, Outcome};
use chat_tui::notification::Notifier;
use chat_tui::settings::{self, Layers};
use chat_tui::terminal::{self, RowBackend, Tty, check};
use chat_tui::theme::Environment;
use chat_tui::zone::ZoneWatch;
use chat_tui::{Failure, Options, Then, Unsent, unsent};
use jiff::tz::TimeZone;
use tokio::runtime;

use crate::args::{Args, Start, Trust};
use crate::screens::Screens;

/// Exit code of a program that failed.
const FAILED: u8 = 1;

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
    let done = panic::catch_unwind(|| chat(&args));
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

fn chat(args: &Args) -> anyhow::Result<()> {
    check::terminal()?;
    let log = args.log_file.as_deref().map(log_to).transpose()?;
    let _flush = log.as_ref().map(Log::flush_on_drop);
    log_panics(log);
    // Logged here, before the log is flushed.
    connect_and_show(args).inspect_err(|error| tracing::error!("{error:#}"))
}

fn connect_and_show(args: &Args) -> anyhow::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let start = Start::new(args)?;
    let (state, mut left) = (start.state.clone(), Vec::new());
    let done = runtime.block_on(on_terminal(args, start, &mut left));
    // A name look-up that hangs must not keep the user waiting.
    runtime.shutdown_background();
    let failure = done.as_ref().err().and_then(|error| error.downcast_ref::<Failure>());
    left.extend(failure.map(|failure| failure.unsent.clone()));
    // The terminal is given back by now; if it is gone, the log alone has the notice.
    for notice in unsent::notices(left, state.as_deref()) {
        tracing::warn!("{notice}");
        print_error(&format!("chat-tui: {notice}"));
    }
    done
}

/// Shows one client after the other, until the user quits. `left` gets what each of them has not sent.
async fn on_terminal(args: &Args, mut start: Start, left: &mut Vec<Unsent>) -> anyhow::Result<()> {
    let in_editor = Arc::new(AtomicBool::new(false));
    let stop = pin!(signals::stop(in_editor.clone()).context("cannot listen to signals")?);
    let (tty, _guard) = Tty::take(in_editor).context("cannot set up the terminal")?;
    let backend = RowBackend::new(tty.output(), !check::is_utf8());
    let events = terminal::events(tty.clone()).context("cannot read the terminal")?;
    let mut screens = Screens { backend, tty, events: pin!(events), stop };
    loop {
        let options = options(args, &start);
        if start.asks {
            let mut screen = FirstRun::new(&start.name, &start.server, start.trouble.as_deref());
            screen.goes_back = !left.is_empty();
            match screens.ask(&options, screen).await? {
                Outcome::Done(Answers { name, server }) => start.set_answers(name, server),
                Outcome::Back => start.asks = false,
                Outcome::Quit | Outcome::Stays => {
                    start.undo();
                    return Ok(());
                }
            }
            continue;
        }
        let ended = if args.demo {
            let demo = Demo::new(&options.name, options.clock);
            screens.chat(options.clone(), demo).await?
        } else {
            match start.trust(system_clock())? {
                Trust::Dial(dial) => screens.chat(options.clone(), dial).await?,
                Trust::Ask(question) => {
                    let key = question.key;
                    if start.answer(screens.ask(&options, question).await?, key)? {
                        return Ok(());
                    }
                    continue;
                }
            }
        };
        let (quits, then) = (start.follow(&ended), ended.then);
        left.push(ended.unsent);
        let quits = match then {
            // The user is asked no question about a new server if an authority vouches for its name.
            Then::WrongKey(wrong) if start.is_vouched_for(&wrong).await => {
                start.accept_vouched(wrong.found)?;
                false
            }
            Then::WrongKey(wrong) => {
                let answer = screens.ask(&options, start.question(wrong)?).await?;
                start.answer(answer, wrong.found)?
            }
            _ => quits,
        };
        if quits {
            return Ok(());
        }
    }
}

fn options(args: &Args, start: &Start) -> Options {
    let Start { state, name, server, invite, is_first, back, .. } = start.clone();
    let server = if args.demo { demo::SERVER.to_owned() } else { server.to_string() };
    let settings_file = settings::path(|name| std::env::var_os(name));
    let (file, mut notices) = settings_file.as_deref().map(settings::load).unwrap_or_default();
    notices.extend(state.as_deref().and_then(|state| waits_elsewhere(state, &server, &name)));
    notices.extend(start.vouched.clone());
    if !check::is_utf8() {
        notices.push(check::ASCII_NOTICE.to_owned());
    }
    Options {
        name,
        server,
        invite,
        state,
        is_first,
        back,
        is_demo: args.demo,
        writer: Writer::Thread,
        // Before the zone is read, so that no change is missed.
        zone_watch: ZoneWatch::new(),
        zone: TimeZone::system(),
        notices,
        settings: Layers { file, flags: args.flags.0.clone(), ..Layers::default() },
        // The demo stores nothing.
        settings_file: settings_file.filter(|_| !args.demo),
        environment: Environment::read(|name| std::env::var_os(name)),
        notifier: Notifier::read(|name| std::env::var_os(name)),
        opens_links: terminal::browser::is_here(|name| std::env::var_os(name)),
        clock: system_clock,
    }
}

/// The notice of messages that this start does not send.
fn waits_elsewhere(state: &Path, server: &str, name: &UserName) -> Option<String> {
    match waiting_elsewhere(state, server, name) {
        Ok(waiting) => unsent::elsewhere(&waiting),
        Err(error) => {
            // The store says it, if it cannot use the directory either.
            tracing::warn!(%error, "cannot look for messages to other servers");
            None
        }
    }
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
