//! The signals that ask the program to end: it gives the terminal back first.

use std::future::Future;
use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Listens from now on. Returns a future that is ready when the first of SIGTERM, SIGHUP and SIGINT comes.
///
/// # Errors
/// Returns an error if the system refuses a signal handler.
pub(crate) fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ended by a signal");
    })
}
