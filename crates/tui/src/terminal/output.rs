//! Bytes on their way to the terminal.
//!
//! A terminal may take nothing for as long as it likes: it is held, or at the other end of a slow
//! connection. A write to it blocks then, so a thread of its own writes what the terminal does not take at once,
//! and the client draws no frame before the last one is written, and shown if the terminal says so.

mod pace;

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ratatui::layout::Size;
use tokio::sync::{Notify, watch};
use tokio::time::timeout_at;

use self::pace::{Pace, QUESTION};
use super::backend::Sink;

/// Most writes that wait for the terminal: a frame, a bell, a copied text, the modes of the terminal, those
/// of the mouse, and a question, one to spare. A frame is a few bytes for each cell of the screen.
const WRITES_MAX: usize = 7;

/// How long [`Output::send_and_wait`] waits for a terminal that takes nothing: a
/// user notices a longer wait for the program to end.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_millis(500);

/// The sending half; all clones send to one terminal.
#[derive(Debug, Clone)]
pub struct Output {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    writes: SyncSender<Chunk>,
    direct: Option<Direct>,
    /// How many writes were sent, and how many are done.
    sent: AtomicU64,
    done: watch::Receiver<Progress>,
    pace: Mutex<Pace>,
    /// Wakes the task that waits for an answer.
    answered: Notify,
    /// Whether something else has written on the screen.
    stale: AtomicBool,
    size: fn() -> io::Result<Size>,
}

/// The terminal without blocking: a write takes what there is room for. If it takes all of a frame, as it nearly always
/// does, the user need not wait for the thread to wake.
struct Direct(Mutex<Box<dyn Write + Send>>);

/// Bytes to write, and whom to notify.
#[derive(Debug)]
struct Chunk {
    bytes: Vec<u8>,
    written: Option<SyncSender<()>>,
}

/// How far the thread is.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    writes: u64,
    failed: Option<io::ErrorKind>,
}

impl Output {
    /// Starts the thread that writes to `terminal`, whose size `size` returns. `direct` is the same terminal
    /// without blocking, if it can be had.
    ///
    /// # Errors
    /// Returns an error if the system has no thread left.
    pub fn start(
        terminal: impl Write + Send + 'static,
        direct: Option<Box<dyn Write + Send>>,
        size: fn() -> io::Result<Size>,
    ) -> io::Result<Self> {
        let (writes, queue) = sync_channel(WRITES_MAX);
        let (done, how_far) = watch::channel(Progress::default());
        let writing = move || write_all(&queue, &done, terminal);
        std::thread::Builder::new().name("terminal output".into()).spawn(writing)?;
        let shared = Shared {
            writes,
            direct: direct.map(|terminal| Direct(Mutex::new(terminal))),
            sent: AtomicU64::new(0),
            done: how_far,
            pace: Mutex::default(),
            answered: Notify::new(),
            stale: AtomicBool::new(false),
            size,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Waits until all that was sent is written, and nearly all is shown by a slow terminal, if it says so in
    /// time. Safe to cancel.
    ///
    /// # Errors
    /// Returns an error if the terminal is gone.
    pub async fn ready(&self) -> io::Result<()> {
        self.written().await?;
        loop {
            let Some(deadline) = self.pace().deadline() else {
                return Ok(());
            };
            if timeout_at(deadline, self.shared.answered.notified()).await.is_err() {
                tracing::info!("the terminal does not answer; frames are no longer paced");
                self.pace().give_up();
            }
        }
    }

    async fn written(&self) -> io::Result<()> {
        if self.is_idle() {
            return Ok(());
        }
        let sent = self.shared.sent.load(Ordering::SeqCst);
        let mut done = self.shared.done.clone();
        let is_done = |done: &Progress| done.writes >= sent || done.failed.is_some();
        let done = done.wait_for(is_done).await.map_err(|_| gone())?;
        done.failed.map_or(Ok(()), |kind| Err(kind.into()))
    }

    /// Sends bytes, without waiting.
    ///
    /// # Errors
    /// Returns an error if the terminal is gone, or takes nothing while `WRITES_MAX` writes wait.
    pub fn send(&self, mut bytes: Vec<u8>) -> io::Result<()> {
        let mut pace = self.pace();
        let mut asks = bytes.ends_with(QUESTION);
        let mut ask = |pace: &Pace, bytes: &mut Vec<u8>| {
            if !asks && pace.asks() {
                bytes.extend(QUESTION);
                asks = true;
            }
        };
        ask(&pace, &mut bytes);
        let length = bytes.len();
        if let Some(direct) = self.shared.direct.as_ref().filter(|_| self.is_idle()) {
            bytes.drain(..direct.write(&bytes));
            if !bytes.is_empty() {
                pace.block();
                ask(&pace, &mut bytes);
            }
        }
        pace.send(length, asks);
        if bytes.is_empty() {
            return Ok(());
        }
        // Under the lock: another thread must not write between the written bytes and the waiting ones.
        self.queue(Chunk { bytes, written: None })
    }

    /// Whether all that was sent is written, so that nothing is written before it.
    fn is_idle(&self) -> bool {
        let done = *self.shared.done.borrow();
        done.failed.is_none() && done.writes >= self.shared.sent.load(Ordering::SeqCst)
    }

    /// Sends bytes, and waits until they are written, for [`WRITE_TIMEOUT`] at most.
    pub(super) fn send_and_wait(&self, bytes: Vec<u8>) {
        let (written, waiting) = sync_channel(1);
        let is_written = self.queue(Chunk { bytes, written: Some(written) }).is_ok()
            && waiting.recv_timeout(WRITE_TIMEOUT).is_ok();
        if !is_written {
            tracing::info!("the terminal does not take its last bytes");
        }
    }

    /// Records that something else has written on the screen: the next frame is written whole.
    pub(super) fn set_stale(&self) {
        self.shared.stale.store(true, Ordering::SeqCst);
    }

    /// Records that the terminal has answered a question.
    pub(super) fn answer(&self) {
        self.pace().answer();
        self.shared.answered.notify_one();
    }

    /// How far the terminal is behind.
    pub(super) fn pace(&self) -> MutexGuard<'_, Pace> {
        self.shared.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, write: Chunk) -> io::Result<()> {
        self.shared.writes.try_send(write).map_err(|_| gone())?;
        self.shared.sent.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

impl Direct {
    /// Returns how many bytes are written. If the terminal is gone, none are, and the thread finds out.
    fn write(&self, bytes: &[u8]) -> usize {
        let mut terminal = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        terminal.write(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Direct")
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the terminal takes nothing")
}

/// Writes what comes until nobody can send any more, or the terminal is gone.
fn write_all(queue: &Receiver<Chunk>, done: &watch::Sender<Progress>, mut terminal: impl Write) {
    while let Ok(Chunk { bytes, written }) = queue.recv() {
        let result = terminal.write_all(&bytes).and_then(|()| terminal.flush());
        done.send_modify(|done| {
            done.writes += 1;
            done.failed = result.as_ref().err().map(io::Error::kind);
        });
        if let Err(error) = result {
            tracing::info!(%error, "the terminal is gone");
            return;
        }
        if let Some(written) = written {
            let _ = written.try_send(());
        }
    }
}

impl Sink for Output {
    fn size(&self) -> io::Result<Size> {
        (self.shared.size)()
    }

    fn send(&mut self, frame: Vec<u8>) -> io::Result<()> {
        Self::send(self, frame)
    }

    fn take_stale(&mut self) -> bool {
        self.shared.stale.swap(false, Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests;
