//! The log of a simulation, by the daemon, the clients, their users and the storm. Each line has the
//! simulated time and the host. The log depends on the seed alone.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

/// Number of lines that a failure shows.
const LINES_SHOWN: usize = 30;

/// The log of a simulation.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    text: Arc<Mutex<Vec<u8>>>,
    /// The simulated time while no host runs, in milliseconds.
    millis: Arc<AtomicU64>,
}

impl Log {
    /// Collects everything that this thread logs, until the guard is dropped.
    pub(super) fn listen(&self) -> DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::INFO)
            .with_ansi(false)
            .with_timer(self.clone())
            .with_writer(self.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    /// Sets the time of lines that are logged while no host runs.
    pub(super) fn set_time(&self, elapsed: Duration) {
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        self.millis.store(millis, Ordering::Relaxed);
    }

    pub(super) fn last_lines(&self) -> String {
        let text = self.text();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n")
    }

    pub(super) fn text(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl FormatTime for Log {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        let outside_hosts = || Duration::from_millis(self.millis.load(Ordering::Relaxed));
        let elapsed = turmoil::sim_elapsed().unwrap_or_else(outside_hosts);
        write!(w, "{:>8.3}", elapsed.as_secs_f64())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
