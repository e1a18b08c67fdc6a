//! The lines that wait for the writer thread.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes of lines that wait for the writer thread. The writer holds as many again at most, so that a
/// log that cannot be written takes 2 MiB of memory: some 10,000 lines, the oldest ones, which tell
/// how the trouble began.
pub const LOG_BYTES_MAX: usize = 1024 * 1024;

/// How long [`Queue::flush`] waits in all.
const FLUSH_MAX: Duration = Duration::from_secs(2);

/// After how long a write of a few KiB counts as blocked: [`Queue::flush`] does not wait for it.
const BLOCKED: Duration = Duration::from_millis(500);

/// What the writer thread is to do.
pub(crate) struct Work {
    /// Whole lines.
    pub(crate) lines: Vec<u8>,
    /// Lines that were dropped after those.
    pub(crate) dropped: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// Signalled when the writer has something to do.
    work: Condvar,
    /// Signalled when the writer has done something.
    progress: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<u8>,
    dropped: u64,
    /// Whether the writer holds lines that it has not written.
    is_writing: bool,
    /// When the write that the writer is in began.
    write_began: Option<Instant>,
    /// Whether the last write failed.
    is_failing: bool,
    /// Times somebody waited for the end of all lines; a failing writer then tries once more.
    flushes: u64,
    has_file: bool,
    reopen: bool,
}

impl Queue {
    /// Queues whole lines, or drops them.
    pub(crate) fn push(&self, lines: &[u8]) {
        let mut state = self.state();
        // A line after a dropped one would hide where the gap is.
        if state.dropped > 0 || state.lines.len() + lines.len() > LOG_BYTES_MAX {
            state.dropped += lines.iter().filter(|byte| **byte == b'\n').count().max(1) as u64;
        } else {
            state.lines.extend_from_slice(lines);
        }
        self.work.notify_one();
    }

    /// Waits for lines to write, or to be asked to reopen the file (then there may be none).
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

    /// Records that a write begins, and that the last one did not fail.
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

    /// Waits before a failed write is tried again; less if the file is to be reopened, or if the
    /// program ends.
    pub(crate) fn wait_to_retry(&self, pause: Duration) {
        let state = self.state();
        let flushes = state.flushes;
        let goes_on = |state: &mut State| !state.reopen && state.flushes == flushes;
        drop(self.work.wait_timeout_while(state, pause, goes_on));
    }

    /// Declares that the log has a file, which can be reopened.
    pub(crate) fn set_has_file(&self) {
        self.state().has_file = true;
    }

    pub(crate) fn ask_to_reopen(&self) -> bool {
        let mut state = self.state();
        state.reopen = state.has_file;
        self.work.notify_one();
        state.has_file
    }

    /// Whether the file is to be reopened now.
    pub(crate) fn take_reopen(&self) -> bool {
        std::mem::take(&mut self.state().reopen)
    }

    /// Waits until all lines are written, or cannot be written now.
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
