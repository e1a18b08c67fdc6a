//! The queue of lines for the writer thread.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Capacity of the queue in bytes. The writer thread holds at most as many more, so a log that cannot be
/// written takes 2 MiB: about 10,000 lines, the oldest ones, which show how the problem began.
pub(crate) const LOG_BYTES_MAX: usize = 1024 * 1024;

/// Longest time that [`Queue::flush`] takes.
const FLUSH_MAX: Duration = Duration::from_secs(2);

/// Time after which a write of a few KiB counts as blocked, and [`Queue::flush`] stops waiting for it.
const BLOCKED: Duration = Duration::from_millis(500);

/// The bytes and counts that the writer thread takes from the queue.
pub(crate) struct Work {
    /// Whole lines.
    pub(crate) lines: Vec<u8>,
    /// Number of lines that were dropped after those.
    pub(crate) dropped: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// Signalled when there is work for the writer.
    work: Condvar,
    /// Signalled when a write has ended.
    progress: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<u8>,
    dropped: u64,
    /// The writer has lines that it has not written.
    is_writing: bool,
    /// Start of the current write.
    write_began: Option<Instant>,
    /// The last write failed.
    is_failing: bool,
    /// Number of flushes while writes failed. A change ends the writer's pause before a retry.
    flushes: u64,
    has_file: bool,
    reopen: bool,
}

impl Queue {
    /// Queues whole lines, or drops them if the queue is full.
    pub(crate) fn push(&self, lines: &[u8]) {
        let mut state = self.state();
        // Once a line was dropped, later ones are too, so that the note about it is where the gap is.
        if state.dropped > 0 || state.lines.len() + lines.len() > LOG_BYTES_MAX {
            state.dropped += lines.iter().filter(|byte| **byte == b'\n').count().max(1) as u64;
        } else {
            state.lines.extend_from_slice(lines);
        }
        self.work.notify_one();
    }

    /// Waits for lines, or for a request to reopen the file; then there may be none.
    pub(crate) fn wait(&self) -> Work {
        let mut state = self.state();
        state.is_writing = false;
        self.progress.notify_all();
        while state.lines.is_empty() && state.dropped == 0 && !state.reopen {
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_writing = true;
        Work {
            lines: std::mem::take(&mut state.lines),
            dropped: std::mem::take(&mut state.dropped),
        }
    }

    /// Records that a write begins.
    pub(crate) fn write_begins(&self) {
        self.state().write_began = Some(Instant::now());
    }

    /// Records that a write has ended.
    pub(crate) fn write_ended(&self, has_failed: bool) {
        let mut state = self.state();
        state.write_began = None;
        state.is_failing = has_failed;
        self.progress.notify_all();
    }

    /// Waits for `pause` before a failed write is retried. Returns early if the file is to be reopened, or at
    /// a flush.
    pub(crate) fn wait_to_retry(&self, pause: Duration) {
        let state = self.state();
        let flushes = state.flushes;
        let is_unchanged = |state: &mut State| !state.reopen && state.flushes == flushes;
        drop(self.work.wait_timeout_while(state, pause, is_unchanged));
    }

    /// Records that the log has a file, which can be reopened.
    pub(crate) fn set_has_file(&self) {
        self.state().has_file = true;
    }

    pub(crate) fn request_reopen(&self) -> bool {
        let mut state = self.state();
        state.reopen = state.has_file;
        self.work.notify_one();
        state.has_file
    }

    /// Returns true, once, if a reopening was requested.
    pub(crate) fn take_reopen(&self) -> bool {
        std::mem::take(&mut self.state().reopen)
    }

    /// Waits until all lines are written, the file fails or blocks, or [`FLUSH_MAX`] has passed.
    pub(crate) fn flush(&self) {
        let deadline = Instant::now() + FLUSH_MAX;
        let mut state = self.state();
        if state.is_failing {
            state.is_failing = false;
            state.flushes += 1;
            self.work.notify_one();
        }
        loop {
            let now = Instant::now();
            let is_done = state.lines.is_empty() && state.dropped == 0 && !state.is_writing;
            let is_blocked = state.write_began.is_some_and(|began| now - began >= BLOCKED);
            if is_done || is_blocked || state.is_failing || now >= deadline {
                return;
            }
            let until = state.write_began.map_or(deadline, |began| deadline.min(began + BLOCKED));
            let wait = self.progress.wait_timeout(state, until - now);
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
