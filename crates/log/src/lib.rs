//! The log of the daemon and of the client.
//!
//! ```text
//! any thread ─ line ─→ queue (bounded in bytes; drops and counts) ─→ writer thread ─→ file or stderr
//! ```
//!
//! The log only reports, so nothing may depend on it: to log a line is to copy it into the queue.
//! Only the writer thread touches the file. It may be blocked (a full pipe, a terminal held by
//! Ctrl-S) or fail (a full disk, a closed pipe) for as long as it likes. If the queue is full, lines
//! are dropped; their number is logged as soon as the file takes lines again.
//!
//! `tracing-appender` bounds its queue in lines and not in bytes, loses the lines of a failed write
//! without counting them, and prints its own errors to standard output.

// Here, since both programs need this crate and it is compiled before them.
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
pub use self::queue::LOG_BYTES_MAX;
use self::queue::Queue;
pub use self::report::Format;
use self::sink::Sink;
pub use self::subscribe::subscribe;

/// How long the start of the program waits for the log file to be opened: a named pipe without a
/// reader, or a disk that does not answer, blocks for ever.
const OPEN_MAX: Duration = Duration::from_secs(1);

/// The log. Cheap to clone. Lines that are written to it are queued.
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

    /// Appends to the file at `path`, which is created for its owner alone. Opens it on the writer
    /// thread.
    ///
    /// Returns the error as well if the file cannot be opened; the log goes to standard error until
    /// [`Log::reopen`] succeeds.
    #[must_use]
    pub fn to_file(path: &Path, format: Format) -> (Self, Option<io::Error>) {
        let log = Self::new(format);
        let (opened, open_error) = sync_channel(1);
        let path = path.to_owned();
        log.start_writer(move || {
            let (sink, error) = Sink::file(path);
            // Nobody waits any more if it took longer than OPEN_MAX.
            let _ = opened.try_send(error);
            Ok(sink)
        });
        let error = open_error.recv_timeout(OPEN_MAX).unwrap_or(None);
        (log, error)
    }

    /// Logs to `output`.
    #[must_use]
    pub fn to(output: impl Write + Send + 'static, format: Format) -> Self {
        let log = Self::new(format);
        log.start_writer(|| Ok(Sink::new(output)));
        log
    }

    /// Whether lines go to a terminal if they go to standard error.
    #[must_use]
    pub fn stderr_is_terminal() -> bool {
        io::stderr().is_terminal()
    }

    /// Opens the log file again, after a log rotation. Does not wait for it. Returns false if this
    /// log has no file.
    pub fn reopen(&self) -> bool {
        self.queue.ask_to_reopen()
    }

    /// Waits until all lines are written, but not if the file fails or is blocked: 2 s at most.
    pub fn flush(&self) {
        self.queue.flush();
    }

    /// Flushes the log when it is dropped: at the end of the program.
    #[must_use]
    pub fn flush_on_drop(&self) -> FlushOnDrop {
        FlushOnDrop(self.clone())
    }
}

impl Write for &Log {
    /// Queues whole lines; never fails.
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

/// See [`Log::flush_on_drop`].
#[derive(Debug)]
pub struct FlushOnDrop(Log);

impl Drop for FlushOnDrop {
    fn drop(&mut self) {
        self.0.flush();
    }
}

#[cfg(test)]
mod tests;
