//! Logs panics, since standard error may block, or may be the screen of a client.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo};
use std::sync::OnceLock;
use std::thread;

use crate::Log;
use crate::report::Level;

static FIRST: OnceLock<String> = OnceLock::new();

/// Sets a panic hook that writes to `log`, if any, and not to standard error.
pub fn log_panics(log: Option<Log>) {
    panic::set_hook(Box::new(move |info| {
        let message = describe(info);
        if let Some(log) = &log {
            let backtrace = Backtrace::capture();
            let line = match backtrace.status() {
                BacktraceStatus::Captured => format!("{message}\n{backtrace}"),
                _ => message.clone(),
            };
            log.queue.push(&log.line(Level::Error, &line));
        }
        let _ = FIRST.set(message);
    }));
}

/// Returns the thread, the location and the message of the first panic after [`log_panics`].
#[must_use]
pub fn first_panic() -> Option<&'static str> {
    FIRST.get().map(String::as_str)
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let reason = info.payload_as_str().unwrap_or("without a message");
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = thread::current();
    let thread = thread.name().unwrap_or("without a name");
    format!("thread {thread} panicked at {location}: {reason}")
}
