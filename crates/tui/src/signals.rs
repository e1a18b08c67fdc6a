//! The signals that ask the program to end: it gives the terminal back first.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

/// Listens from now on. Returns a future that is ready when the first of SIGTERM, SIGHUP and SIGINT comes; SIGINT
/// does not count while `in_editor` is set: it is for the editor that has the terminal.
///
/// # Errors
/// Returns an error if the system refuses a signal handler.
pub(crate) fn stop(in_editor: Arc<AtomicBool>) -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = hangup.recv() => break,
                _ = interrupt.recv() => if !in_editor.load(Ordering::SeqCst) { break },
            }
        }
        tracing::info!("ended by a signal");
    })
}
