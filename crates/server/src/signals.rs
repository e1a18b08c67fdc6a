//! The signals that the daemon handles. SIGPIPE is ignored by every Rust program, and SIGXFSZ here: a file that may not
//! grow any more (`ulimit -f`) is a disk that is full.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT and SIGTERM, which end the daemon, and SIGHUP, which reopens its log.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Takes the signals over from the system, which would end the program. `hangup` is called for
    /// each SIGHUP, until the runtime ends.
    pub(crate) fn new(mut hangup: impl FnMut() + Send + 'static) -> io::Result<Self> {
        // The handler outlives the listener, so the write fails, and the program does not end.
        drop(signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?);
        let mut hangups = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangups.recv().await.is_some() {
                hangup();
            }
        });
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next signal to end.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
