//! The log of the daemon and of the client.
//!
//! ```text
//! any thread ─ line ─→ queue (bounded in bytes; drops and counts) ─→ writer thread ─→ file or stderr
//! ```
//!
//! The log only reports, so no other part of a program waits for it: to log a line is to copy it into
//! the queue. Only the writer thread uses the file, which may block (a full pipe, a terminal stopped by
//! Ctrl-S) or fail (a full disk, a closed pipe) for any time. If the queue is full, lines are dropped;
//! their number is logged once the file can be written again.
//!
//! `tracing-appender` bounds its queue in lines and not in bytes, loses the lines of a failed write
//! without counting them, and prints its own errors to standard output.

// In this crate because both programs use it and it is compiled before them.
#[cfg(not(unix))]
compile_error!("chat-server and chat-tui run on Unix only: Linux, macOS, a BSD");

mod panics;
mod print;
mod queue;
mod report;
mod sink;
mod subscribe;
mod writer;

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

pub use self::panics::{first_panic, log_panics};
pub use self::print::{print_error, print_in_background};
use self::queue::Queue;
pub use self::report::Format;
use self::sink::Sink;
pub use self::subscribe::subscribe;

/// How long the program waits at its start for the log file to open: a named pipe without a reader, or a
/// disk that does not answer, never returns.
const OPEN_MAX: Duration = Duration::from_secs(1);

/// A handle to the log, cheap to clone. Lines that are written to it are queued.
#[derive(Debug, Clone)]
pub struct Log {
    queue: Arc<Queue>,
    format: Format,
}

impl Log {
    /// Logs to standard error.
    #[must_use]
    pub fn to_stderr(format: Format) -> Self {
        let log = Self::new(format);
        log.start_writer(|| Ok(Sink::stderr()));
        log
    }

    /// Logs to the end of the file at `path`, which only its owner can read if it is created. The writer
    /// thread opens it.
    ///
    /// Also returns the error if the file cannot be opened; lines then go to standard error until
    /// [`Log::reopen`] succeeds.
    #[must_use]
    pub fn to_file(path: &Path, format: Format) -> (Self, Option<io::Error>) {
        let log = Self::new(format);
        let (opened, open_error) = sync_channel(1);
        let path = path.to_owned();
        log.start_writer(move || {
            let (sink, error) = Sink::file(path);
            // The receiver is gone if this took longer than OPEN_MAX.
            let _ = opened.try_send(error);
            Ok(sink)
        });
        let error = open_error.recv_timeout(OPEN_MAX).unwrap_or(None);
        (log, error)
    }

    /// Logs to `output`, whose writes may fail or block.
    #[cfg(test)]
    fn to(output: impl Write + Send + 'static, format: Format) -> Self {
        let log = Self::new(format);
        log.start_writer(|| Ok(Sink::new(output)));
        log
    }

    /// Returns true if standard error is a terminal.
    #[must_use]
    pub fn stderr_is_terminal() -> bool {
        io::stderr().is_terminal()
    }

    /// Has the writer thread reopen the log file, after a log rotation. Returns immediately; false if this
    /// log has no file.
    pub fn reopen(&self) -> bool {
        self.queue.request_reopen()
    }

    /// Waits until all lines are written, 2 s at most. Returns early if the file fails or blocks.
    pub fn flush(&self) {
        self.queue.flush();
    }

    /// Returns a guard for the end of the program, which flushes the log on drop.
    #[must_use]
    pub fn flush_on_drop(&self) -> FlushOnDrop {
        FlushOnDrop(self.clone())
    }
}

impl Write for &Log {
    /// Queues whole lines. Never fails.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.queue.push(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

/// Made by [`Log::flush_on_drop`].
#[derive(Debug)]
pub struct FlushOnDrop(Log);

impl Drop for FlushOnDrop {
    fn drop(&mut self) {
        self.0.flush();
    }
}

#[cfg(test)]
mod tests;
