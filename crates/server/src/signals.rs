//! The signals that the program handles. SIGPIPE is ignored by every Rust program.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Handles SIGXFSZ, which would end the program: a write to a file that may not grow any more (`ulimit -f`) then
/// returns an error, as on a full disk.
///
/// # Errors
/// If the system does not let the program handle it.
pub(crate) fn survive_full_files() -> io::Result<()> {
    // The handler stays when the listener and the runtime are gone.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _entered = runtime.enter();
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)
}

/// SIGINT and SIGTERM, which end the daemon, and SIGHUP, which reopens its log.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Takes the signals over from the system, which would end the program. `hangup` is called for
    /// each SIGHUP, until the runtime ends.
    pub(crate) fn new(mut hangup: impl FnMut() + Send + 'static) -> io::Result<Self> {
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
