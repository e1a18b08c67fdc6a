//! The ring of a room: the newest batches, until all its sessions have received them.
//!
//! A ring holds a batch until every session has received it, so one session that reads nothing could fill the
//! ring of each of its rooms. All rings share one bound in bytes: past it, the oldest batches are dropped,
//! whatever room they are of. Sessions that keep up have received those already; one that lags reads them
//! from the journal.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
#[cfg(test)]
use tokio::sync::broadcast::error::TryRecvError;
use tracing::warn;

use crate::batch::Batch;
use crate::config::{RINGS_BYTES_MAX, ROOM_RING_BATCHES};

/// Entries of [`Rings::queue`] beside those of live batches that it may have before it is cleaned up.
const QUEUE_SLACK: usize = 1024;

/// The memory of the rings of all rooms.
#[derive(Debug)]
pub(crate) struct Rings {
    bytes_max: usize,
    /// Bytes of all batches that exist, in a ring or in the hands of a session.
    bytes: AtomicUsize,
    dropped: AtomicU64,
    queue: Mutex<Queue>,
}

/// Every batch that may still be in a ring, oldest first.
#[derive(Debug, Default)]
struct Queue {
    slots: VecDeque<Weak<Slot>>,
    /// At how many entries those of batches that are gone are removed.
    clean_up_at: usize,
}

/// A batch's place in a ring; empty once the batch was dropped.
#[derive(Debug)]
struct Slot(Mutex<Option<Arc<Batch>>>);

/// The sending half of a room's ring.
#[derive(Debug)]
pub(crate) struct Ring(broadcast::Sender<Arc<Slot>>);

/// The receiving half of a room's ring: all that happens in the room, in its order.
#[derive(Debug)]
pub(crate) struct Live(broadcast::Receiver<Arc<Slot>>);

/// The bytes of one batch, as counted in [`Rings`].
#[derive(Debug)]
pub(crate) struct Charge {
    rings: Arc<Rings>,
    bytes: AtomicUsize,
}

impl Default for Rings {
    fn default() -> Self {
        Self::new(RINGS_BYTES_MAX)
    }
}

impl Rings {
    /// Rings that hold up to `bytes_max` together.
    #[must_use]
    pub(crate) fn new(bytes_max: usize) -> Self {
        let (bytes, dropped, queue) = (AtomicUsize::new(0), AtomicU64::new(0), Mutex::default());
        Self { bytes_max, bytes, dropped, queue }
    }

    /// Bytes of all batches that exist.
    #[must_use]
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// Counts the bytes of a new batch.
    pub(crate) fn charge(self: &Arc<Self>, bytes: usize) -> Charge {
        self.bytes.fetch_add(bytes, Relaxed);
        Charge { rings: Arc::clone(self), bytes: AtomicUsize::new(bytes) }
    }

    /// Drops the oldest batches until the rest is within the bound.
    fn hold_bound(&self) {
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

    /// Logs each power of two: that it happens is news, not that it goes on.
    fn log(&self, dropped: u64) {
        let before = self.dropped.fetch_add(dropped, Relaxed);
        let total = before + dropped;
        if total.checked_ilog2() > before.checked_ilog2() {
            warn!(
                bytes_max = self.bytes_max,
                batches_dropped = total,
                "some clients lag behind, and the rings of the rooms are full: dropped the oldest \
                 batches; those clients continue from the journal"
            );
        }
    }

    fn push(&self, slot: &Arc<Slot>) {
        let mut queue = self.queue();
        if queue.slots.len() >= queue.clean_up_at {
            queue.slots.retain(|slot| slot.strong_count() > 0);
            queue.clean_up_at = 2 * queue.slots.len() + QUEUE_SLACK;
        }
        queue.slots.push_back(Arc::downgrade(slot));
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A panic leaves it whole: each change is one call.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Option<Arc<Batch>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Arc<Batch>> {
        self.lock().take()
    }
}

impl Ring {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(ROOM_RING_BATCHES).0)
    }

    pub(crate) fn subscribe(&self) -> Live {
        Live(self.0.subscribe())
    }

    /// Sends `batch` to all subscribers; returns false if there is none.
    pub(crate) fn send(&self, batch: Batch, rings: &Rings) -> bool {
        let slot = Arc::new(Slot(Mutex::new(Some(Arc::new(batch)))));
        rings.push(&slot);
        let has_readers = self.0.send(slot).is_ok();
        rings.hold_bound();
        has_readers
    }
}

impl Live {
    /// Returns the next batch. Cancel safe.
    ///
    /// # Errors
    /// Returns `Lagged` if batches were dropped before they were taken, `Closed` if the room has ended.
    pub(crate) async fn recv(&mut self) -> Result<Arc<Batch>, RecvError> {
        let slot = self.0.recv().await?;
        let batch = slot.lock().clone();
        batch.ok_or(RecvError::Lagged(1))
    }

    /// Returns the next batch if there is one.
    ///
    /// # Errors
    /// As [`Live::recv`] does, and `Empty` if there is none.
    #[cfg(test)]
    pub(crate) fn try_recv(&mut self) -> Result<Arc<Batch>, TryRecvError> {
        let slot = self.0.try_recv()?;
        let batch = slot.lock().clone();
        batch.ok_or(TryRecvError::Lagged(1))
    }
}

impl Charge {
    /// Counts what the batch has grown by.
    pub(crate) fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Relaxed);
        self.rings.bytes.fetch_add(bytes, Relaxed);
        self.rings.hold_bound();
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.rings.bytes.fetch_sub(*self.bytes.get_mut(), Relaxed);
    }
}

#[cfg(test)]
mod tests;
