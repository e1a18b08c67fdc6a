//! The writer thread.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::Log;
use crate::queue::Work;
use crate::report::Level;
use crate::sink::Sink;

/// Bytes per write: small enough that [`Log::flush`] sees a slow file make progress.
const WRITE_BYTES: usize = 16 * 1024;

/// First and longest pause after a failed write. It doubles with each failure.
const PAUSE_MIN: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_secs(1);

impl Log {
    pub(crate) fn new(format: crate::Format) -> Self {
        Self { queue: Arc::default(), format }
    }

    /// Starts the writer thread. If the system cannot start one, all lines are dropped.
    pub(crate) fn start_writer(&self, open: impl FnOnce() -> io::Result<Sink> + Send + 'static) {
        let log = self.clone();
        let thread = thread::Builder::new().name("log".to_owned());
        drop(thread.spawn(move || {
            if let Ok(sink) = open() {
                log.run_writer(sink);
            }
        }));
    }

    fn run_writer(&self, mut sink: Sink) {
        if sink.has_file() {
            self.queue.set_has_file();
        }
        loop {
            let Work { mut lines, dropped } = self.queue.wait();
            if dropped > 0 {
                lines.extend(self.line(Level::Warn, &dropped_note(dropped)));
            }
            self.write_all(&mut sink, &lines);
        }
    }

    /// Writes `lines`. Retries until it succeeds.
    fn write_all(&self, sink: &mut Sink, lines: &[u8]) {
        let mut written = 0;
        let mut pause = PAUSE_MIN;
        loop {
            if self.queue.take_reopen() {
                // A line that was half written is written whole to the new file.
                written = line_start(lines, written);
                self.reopen_now(sink);
            }
            let Some(part) = next_part(&lines[written..]) else { return };
            self.queue.write_begins();
            let result = sink.write(part);
            self.queue.write_ended(result.is_err());
            match result {
                Ok(bytes) => (written, pause) = (written + bytes, PAUSE_MIN),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.queue.wait_to_retry(pause);
                    pause = PAUSE_MAX.min(pause * 2);
                }
            }
        }
    }

    fn reopen_now(&self, sink: &mut Sink) {
        let line = match sink.reopen() {
            Ok(()) => self.line(Level::Info, "reopened the log file"),
            Err(error) => {
                let text = format!("cannot reopen the log file; writing to the old one: {error}");
                self.line(Level::Warn, &text)
            }
        };
        self.queue.push(&line);
    }
}

fn dropped_note(lines: u64) -> String {
    format!("{lines} lines were dropped here: the log could not be written fast enough")
}

/// Returns whole lines of up to [`WRITE_BYTES`], or one longer line; `None` at the end.
fn next_part(rest: &[u8]) -> Option<&[u8]> {
    let is_end = |byte: &u8| *byte == b'\n';
    let short = &rest[..rest.len().min(WRITE_BYTES)];
    let end = short.iter().rposition(is_end).or_else(|| rest.iter().position(is_end));
    let part = end.map_or(rest, |end| &rest[..=end]);
    (!part.is_empty()).then_some(part)
}

/// Returns the start of the line that contains the byte at `at`.
fn line_start(lines: &[u8], at: usize) -> usize {
    lines[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}
