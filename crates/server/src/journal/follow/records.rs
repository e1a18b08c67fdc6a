//! The ring between the engine and the followers, with a copy of each commit.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_proto::Seq;

use super::super::change::Change;
use super::super::commit::EntryResult;
use super::super::stored::{RoomId, StoredMessage};
use crate::ring::{Charge, Live, Ring, Rings};

/// Number of commits that the ring holds: those of some seconds if each waits for a disk. A follower that falls further
/// behind reads the file.
pub(super) const COMMITS_MAX: usize = 256;

/// Bytes that the ring holds: 500 messages of 16 KiB. Past this bound the oldest commits are dropped, and followers
/// read them from the file. A commit that is larger than this bound is dropped at once.
pub(super) const BYTES_MAX: usize = 8 * 1024 * 1024;

/// Logged if commits are dropped.
const FULL: &str = "a follower of the journal lags behind: dropped the oldest commits; it continues from \
                    the journal's file";

/// A copy of the changes and messages of one commit.
#[derive(Debug)]
pub(in crate::journal) struct Record {
    /// The number of the commit.
    pub(super) position: u64,
    pub(super) items: Vec<Item>,
    /// Counts its bytes for as long as it exists.
    _charge: Charge<Self>,
}

#[derive(Debug)]
pub(super) enum Item {
    Message(RoomId, StoredMessage),
    Change(Change),
    Trimmed { room: RoomId, first: Seq },
}

/// The followers' side of the ring.
#[derive(Debug)]
pub(in crate::journal) struct FollowerRing {
    state: Mutex<State>,
    rings: Arc<Rings<Record>>,
    /// Messages that were stored since the journal was opened.
    stored: AtomicU64,
}

#[derive(Debug)]
enum State {
    /// There are no followers.
    Idle,
    Followed(Ring<Record>),
    /// The engine is closed.
    Closed,
}

/// The engine's side. Ends the ring when it is dropped.
#[derive(Debug)]
pub(in crate::journal) struct Followers(Arc<FollowerRing>);

impl FollowerRing {
    /// Returns a receiver of all later commits; `None` if the engine is closed.
    pub(super) fn subscribe(&self) -> Option<Live<Record>> {
        let mut state = self.state();
        match &mut *state {
            State::Idle => {
                let ring = Ring::new(COMMITS_MAX);
                let live = ring.subscribe();
                *state = State::Followed(ring);
                Some(live)
            }
            State::Followed(ring) => Some(ring.subscribe()),
            State::Closed => None,
        }
    }

    /// Number of the messages that were stored since the journal was opened.
    pub(super) fn stored(&self) -> u64 {
        self.stored.load(Relaxed)
    }

    /// Bytes of the commits that are in the ring or taken by a follower.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.rings.bytes()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic leaves the state whole: each change is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Followers {
    pub(in crate::journal) fn new() -> Self {
        let rings = Arc::new(Rings::new(BYTES_MAX, FULL));
        let (state, stored) = (Mutex::new(State::Idle), AtomicU64::new(0));
        Self(Arc::new(FollowerRing { state, rings, stored }))
    }

    pub(in crate::journal) fn ring(&self) -> Arc<FollowerRing> {
        Arc::clone(&self.0)
    }

    /// Counts the messages of a commit, and copies it if there are followers. To be called once the commit is durable,
    /// so that a follower that subscribes later finds it in the file.
    pub(in crate::journal) fn record(
        &self,
        position: u64,
        items: &[EntryResult],
    ) -> Option<Record> {
        let is_message = |item: &&EntryResult| matches!(item, EntryResult::Message { .. });
        self.0.stored.fetch_add(items.iter().filter(is_message).count() as u64, Relaxed);
        if !matches!(*self.0.state(), State::Followed(_)) {
            return None;
        }
        let mut copies = Vec::with_capacity(items.len());
        let mut bytes = size_of::<Record>();
        for item in items {
            match item {
                EntryResult::Message { room, message, changes } => {
                    copies.extend(changes.iter().cloned().map(Item::Change));
                    bytes += message.heap_bytes();
                    copies.push(Item::Message(*room, message.as_stored()));
                }
                EntryResult::Changes(changes) => {
                    copies.extend(changes.iter().cloned().map(Item::Change));
                }
                EntryResult::Trimmed { room, first } => {
                    copies.push(Item::Trimmed { room: *room, first: *first });
                }
                EntryResult::Repeat(_)
                | EntryResult::Rejected(_)
                | EntryResult::NoRepeat
                | EntryResult::Task
                | EntryResult::Cleared => {}
            }
        }
        bytes += copies.capacity() * size_of::<Item>();
        Some(Record { position, items: copies, _charge: self.0.rings.charge(bytes) })
    }

    /// Sends a record to the followers. Never waits for one.
    pub(in crate::journal) fn send(&self, record: Record) {
        let mut state = self.0.state();
        if let State::Followed(ring) = &*state
            && ring.send(record, &self.0.rings) == 0
        {
            *state = State::Idle; // the last follower was dropped
        }
    }
}

impl Drop for Followers {
    fn drop(&mut self) {
        *self.0.state() = State::Closed;
    }
}
