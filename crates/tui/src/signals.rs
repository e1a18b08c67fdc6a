//! The signals that ask the program to end: it gives the terminal back first. SIGXFSZ does not end it: a file that may
//! not grow any more (`ulimit -f`) is a disk that is full.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chat_tui::terminal;
use futures_util::StreamExt;
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

/// Listens from now on. Returns a future that is ready when the first of SIGTERM, SIGHUP and SIGINT comes; SIGINT
/// does not count while `in_editor` is set: it is for the editor that has the terminal.
///
/// # Errors
/// Returns an error if the system refuses a signal handler.
pub(crate) fn stop(in_editor: Arc<AtomicBool>) -> io::Result<impl Future<Output = ()>> {
    // The handler stays; the write fails.
    drop(signal(SignalKind::from_raw(Signal::XFSZ.as_raw()))?);
    let ends = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
    let mut signals = terminal::signals(ends)?;
    Ok(async move {
        while let Some(signal) = signals.next().await {
            if signal != SignalKind::interrupt() || !in_editor.load(Ordering::SeqCst) {
                break;
            }
        }
        tracing::info!("ended by a signal");
    })
}
