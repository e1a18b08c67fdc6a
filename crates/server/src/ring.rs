//! A ring: the newest batches of one stream.
//!
//! A ring holds a batch until every receiver has taken it, so a receiver that takes nothing could fill all its rings.
//! Rings share a bound in bytes: past it, the oldest batches of any ring are dropped. Receivers that keep up have
//! taken them already; a receiver that lags reads them from the journal.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
#[cfg(test)]
use tokio::sync::broadcast::error::TryRecvError;
use tracing::warn;

/// Entries that [`Rings::queue`] may have beside twice those of existing batches before it is cleaned up: a clean-up
/// goes through all entries, and this makes it rare.
const QUEUE_SLACK: usize = 1024;

/// The memory that several rings share.
#[derive(Debug)]
pub(crate) struct Rings<T> {
    bytes_max: usize,
    /// Logged if batches are dropped.
    warning: &'static str,
    /// Bytes of all batches that exist, in a ring or taken from it.
    bytes: AtomicUsize,
    dropped: AtomicU64,
    /// Items that receivers were sent, each one counted for each receiver.
    delivered: AtomicU64,
    queue: Mutex<Queue<T>>,
}

/// Every batch that may still be in a ring, oldest first.
#[derive(Debug)]
struct Queue<T> {
    slots: VecDeque<Weak<Slot<T>>>,
    /// Number of entries at which those of batches that no longer exist are removed.
    clean_up_at: usize,
}

/// A batch in a ring; `None` once it is dropped.
#[derive(Debug)]
struct Slot<T>(Mutex<Option<Arc<T>>>);

/// The sending half of a ring.
#[derive(Debug)]
pub(crate) struct Ring<T>(broadcast::Sender<Arc<Slot<T>>>);

/// The receiving half of a ring.
#[derive(Debug)]
pub(crate) struct Live<T>(broadcast::Receiver<Arc<Slot<T>>>);

/// The bytes of one batch, as counted in [`Rings`].
#[derive(Debug)]
pub(crate) struct Charge<T> {
    rings: Arc<Rings<T>>,
    bytes: AtomicUsize,
}

impl<T> Rings<T> {
    /// Rings that hold up to `bytes_max` together. If batches are dropped, `warning` is logged.
    #[must_use]
    pub(crate) fn new(bytes_max: usize, warning: &'static str) -> Self {
        let [dropped, delivered] = [const { AtomicU64::new(0) }; 2];
        let bytes = AtomicUsize::new(0);
        let queue = Mutex::new(Queue { slots: VecDeque::new(), clean_up_at: 0 });
        Self { bytes_max, warning, bytes, dropped, delivered, queue }
    }

    /// Bytes of all batches that exist.
    #[must_use]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// Counts `items` that `receivers` were sent.
    pub(crate) fn count_delivered(&self, items: usize, receivers: usize) {
        self.delivered.fetch_add(items.saturating_mul(receivers) as u64, Relaxed);
    }

    /// Items that receivers were sent, each one counted for each receiver.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered.load(Relaxed)
    }

    /// Counts the bytes of a new batch.
    pub(crate) fn charge(self: &Arc<Self>, bytes: usize) -> Charge<T> {
        self.bytes.fetch_add(bytes, Relaxed);
        Charge { rings: Arc::clone(self), bytes: AtomicUsize::new(bytes) }
    }

    /// Drops the oldest batches until the others are within the bound.
    fn enforce_bound(&self) {
        if self.bytes() <= self.bytes_max {
            return;
        }
        let mut dropped = 0;
        let mut queue = self.queue();
        while self.bytes() > self.bytes_max
            && let Some(slot) = queue.slots.pop_front()
        {
            dropped += u64::from(slot.upgrade().is_some_and(|slot| slot.take().is_some()));
        }
        drop(queue);
        self.log(dropped);
    }

    /// Logs if the total passes a power of two, so that the log of a long overload is short.
    fn log(&self, dropped: u64) {
        let before = self.dropped.fetch_add(dropped, Relaxed);
        let total = before + dropped;
        if total.checked_ilog2() > before.checked_ilog2() {
            warn!(bytes_max = self.bytes_max, batches_dropped = total, "{}", self.warning);
        }
    }

    fn push(&self, slot: &Arc<Slot<T>>) {
        let mut queue = self.queue();
        if queue.slots.len() >= queue.clean_up_at {
            queue.slots.retain(|slot| slot.strong_count() > 0);
            queue.clean_up_at = 2 * queue.slots.len() + QUEUE_SLACK;
        }
        queue.slots.push_back(Arc::downgrade(slot));
    }

    fn queue(&self) -> MutexGuard<'_, Queue<T>> {
        // A panic leaves it whole: each change is one call.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Slot<T> {
    fn lock(&self) -> MutexGuard<'_, Option<Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Arc<T>> {
        self.lock().take()
    }
}

impl<T> Ring<T> {
    /// A ring of up to `batches`. It is allocated whole.
    pub(crate) fn new(batches: usize) -> Self {
        Self(broadcast::channel(batches).0)
    }

    pub(crate) fn subscribe(&self) -> Live<T> {
        Live(self.0.subscribe())
    }

    /// Sends `batch` to all subscribers; returns how many there are.
    pub(crate) fn send(&self, batch: T, rings: &Rings<T>) -> usize {
        let slot = Arc::new(Slot(Mutex::new(Some(Arc::new(batch)))));
        rings.push(&slot);
        let readers = self.0.send(slot).unwrap_or(0);
        rings.enforce_bound();
        readers
    }
}

impl<T> Live<T> {
    /// Returns the next batch. Cancel safe.
    ///
    /// # Errors
    /// Returns `Lagged` if batches were dropped before they were taken, `Closed` if the sender was dropped.
    pub(crate) async fn recv(&mut self) -> Result<Arc<T>, RecvError> {
        let slot = self.0.recv().await?;
        let batch = slot.lock().clone();
        batch.ok_or(RecvError::Lagged(1))
    }

    /// Returns the next batch if there is one.
    ///
    /// # Errors
    /// Returns the errors of [`Live::recv`], and `Empty` if there is none.
    #[cfg(test)]
    pub(crate) fn try_recv(&mut self) -> Result<Arc<T>, TryRecvError> {
        let slot = self.0.try_recv()?;
        let batch = slot.lock().clone();
        batch.ok_or(TryRecvError::Lagged(1))
    }
}

impl<T> Charge<T> {
    /// Counts bytes that are added to the batch.
    pub(crate) fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Relaxed);
        self.rings.bytes.fetch_add(bytes, Relaxed);
        self.rings.enforce_bound();
    }
}

impl<T> Drop for Charge<T> {
    fn drop(&mut self) {
        self.rings.bytes.fetch_sub(*self.bytes.get_mut(), Relaxed);
    }
}

#[cfg(test)]
mod tests;
