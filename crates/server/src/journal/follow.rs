//! Followers: each receives every stored message exactly once, in the order in which they were stored, and every change
//! after its start.
//!
//! ```text
//! Engine::append ─ stored ─→ applied ─→ ring of records ─→ Follower::next
//!                                        file ─→ pages ──────┘ (at the start, and after a lag)
//! ```
//!
//! A follower reads what it has missed page by page, with a connection of its own on the thread of its caller, and then
//! takes each commit after it is applied. If it falls behind the ring, it reads pages again. So it never delays a
//! commit. Without followers, commits are not copied.
//!
//! A message is found by its room and its `seq`, so the [`Position`] of a follower is the `seq` of the last
//! message of each room, and the journal stores nothing for it.

mod missed;
mod position;
mod records;

use std::collections::HashSet;
use std::sync::Arc;

use chat_proto::Seq;
use chat_proto::event::JournalId;
use tokio::sync::broadcast::error::RecvError;

use self::missed::MissedMessages;
pub use self::position::{Position, PositionError};
use self::records::Item;
pub(super) use self::records::{FollowerRing, Followers, Record};
use super::change::Change;
use super::sqlite::Reader;
use super::stored::{RoomId, StoredMessage};
use super::{Journal, JournalError};
use crate::ring::Live;

/// Messages that a follower may have missed when it subscribes to new commits. One that has missed more reads the file
/// first: meanwhile commits are not copied for it.
const MISSED_MAX: u64 = 10_000;

/// An item that a follower receives.
#[derive(Debug, Clone)]
pub enum FollowerItem {
    /// All earlier items are void, and the messages come again from the first: the journal was restored or has lost
    /// messages, or the position is of another journal.
    StartOver,
    /// The rooms that exist, at the start, after a lag, and once it has read what it had missed. Messages before the
    /// first of a room, and rooms that are not listed, were removed. After a lag, changes may have been missed.
    Rooms(Vec<RoomExtent>),
    /// A stored message, or an event about one. A message that was deleted meanwhile comes without its text, and the
    /// deletion follows. The follower must remove the text that it has taken before.
    Message {
        /// Its room.
        room: RoomId,
        /// The message.
        message: StoredMessage,
    },
    /// A change. The items [`FollowerItem::Rooms`] may already contain it.
    Change(Change),
    /// The oldest messages of a room were removed.
    Trimmed {
        /// The room.
        room: RoomId,
        /// The `seq` of the first message that is left.
        first: Seq,
    },
}

/// The range of the messages of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomExtent {
    /// The room.
    pub room: RoomId,
    /// The `seq` of its first message; 0 if there is none.
    pub first: Seq,
    /// The `seq` of its last message; 0 if there is none.
    pub last: Seq,
}

/// A follower of the journal: a search index, for example.
#[derive(Debug)]
pub struct Follower {
    /// Has a connection of its own, so that it does not delay the readers of sessions.
    reader: Reader,
    identity: Arc<JournalId>,
    ring: Arc<FollowerRing>,
    position: Position,
    /// `None` at the start, after a lag, and far from the end.
    live: Option<Source>,
    /// The messages that are to be read from the file.
    missed: MissedMessages,
    /// The commit that was received last, and the number of its items that were returned.
    record: Option<(Arc<Record>, usize)>,
    /// The number of that commit, see [`super::Commit::position`].
    commit: Option<u64>,
}

/// The source of new commits.
#[derive(Debug)]
enum Source {
    Ring(Live<Record>),
    /// The engine is closed.
    Closed,
}

impl Journal {
    /// Number of the messages that were stored since the journal was opened.
    #[must_use]
    pub fn stored(&self) -> u64 {
        self.ring.stored()
    }

    /// Follows the journal from `after` on; from the first message if that is `None`.
    #[must_use]
    pub fn follow(&self, after: Option<Position>) -> Follower {
        let identity = Arc::clone(&self.identity);
        Follower {
            reader: self.reader.on_own_thread(),
            position: after.unwrap_or_else(|| Position::start(&identity)),
            identity,
            ring: Arc::clone(&self.ring),
            live: None,
            missed: MissedMessages::default(),
            record: None,
            commit: None,
        }
    }
}

impl Follower {
    /// Returns the position after everything that [`Follower::next`] has returned.
    #[must_use]
    pub const fn position(&self) -> &Position {
        &self.position
    }

    /// Drops the copies of new commits, and reads those commits from the file later. For a follower that is about to
    /// wait while many commits come.
    pub fn unsubscribe(&mut self) {
        if let Some(Source::Ring(_)) = self.live {
            (self.live, self.record) = (None, None);
        }
    }

    /// Returns the next item; `None` once the journal is closed. Cancel safe. Blocks the thread while it reads the
    /// file, so it must not be called on a thread that serves sessions.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be read. The next call tries again.
    pub async fn next(&mut self) -> Result<Option<FollowerItem>, JournalError> {
        loop {
            let missed = self.missed.next(&self.reader, &mut self.position).await?;
            if let Some((room, message)) = missed {
                return Ok(Some(self.message(room, message)));
            }
            if let Some(item) = self.next_of_record() {
                return Ok(Some(item));
            }
            match &mut self.live {
                None => return self.start().await.map(Some),
                Some(Source::Closed) => return Ok(None),
                Some(Source::Ring(live)) => {
                    let received = live.recv().await;
                    self.take(received);
                }
            }
        }
    }

    /// Starts, or starts again after a lag. Subscribes before it reads the file, so that no commit is lost between
    /// the two; but only once it is near the end, since its ring would overflow before.
    async fn start(&mut self) -> Result<FollowerItem, JournalError> {
        if !self.position.is_of(&self.identity) {
            return Ok(self.start_over());
        }
        let mut rooms = self.reader.rooms().await?;
        let mut live = None;
        if self.missed(&rooms) <= MISSED_MAX {
            live = Some(self.ring.subscribe().map_or(Source::Closed, Source::Ring));
            rooms = self.reader.rooms().await?;
        }
        if rooms.iter().any(|room| self.position.seq(room.room) > room.last) {
            return Ok(self.start_over());
        }
        let exist: HashSet<_> = rooms.iter().map(|room| room.room).collect();
        self.position.retain(|room| exist.contains(&room));
        let is_behind = |room: &&RoomExtent| self.position.seq(room.room) < room.last;
        self.missed = MissedMessages::new(rooms.iter().filter(is_behind));
        (self.live, self.commit) = (live, None);
        Ok(FollowerItem::Rooms(rooms))
    }

    /// Number of the messages of `rooms` that it has not received.
    fn missed(&self, rooms: &[RoomExtent]) -> u64 {
        let missed = rooms.iter().map(|room| {
            let next = room.first.max(self.position.seq(room.room).next());
            (room.last.get() + 1).saturating_sub(next.get())
        });
        missed.sum()
    }

    fn start_over(&mut self) -> FollowerItem {
        self.position = Position::start(&self.identity);
        FollowerItem::StartOver
    }

    /// Takes a commit. If commits were missed, the follower starts again.
    fn take(&mut self, received: Result<Arc<Record>, RecvError>) {
        match received {
            Ok(record) if self.commit.is_none_or(|last| record.position == last + 1) => {
                self.commit = Some(record.position);
                self.record = Some((record, 0));
            }
            Ok(_) | Err(RecvError::Lagged(_)) => self.live = None,
            Err(RecvError::Closed) => self.live = Some(Source::Closed),
        }
    }

    /// Returns the next item of the commit that was received last, without messages that were on a page.
    fn next_of_record(&mut self) -> Option<FollowerItem> {
        let (record, taken) = self.record.take()?;
        let rest = record.items.iter().enumerate().skip(taken);
        for (index, item) in rest {
            let item = match item {
                Item::Message(room, message) if message.seq <= self.position.seq(*room) => continue,
                Item::Message(room, message) if message.seq > self.position.seq(*room).next() => {
                    self.live = None; // some are missing: read them from the file
                    return None;
                }
                Item::Message(room, message) => self.message(*room, message.clone()),
                Item::Change(change) => {
                    if let Change::RoomRemoved { id, .. } = change {
                        self.position.remove(*id);
                    }
                    FollowerItem::Change(change.clone())
                }
                Item::Trimmed { room, first } => {
                    FollowerItem::Trimmed { room: *room, first: *first }
                }
            };
            self.record = Some((Arc::clone(&record), index + 1));
            return Some(item);
        }
        None
    }

    fn message(&mut self, room: RoomId, message: StoredMessage) -> FollowerItem {
        self.position.set(room, message.seq);
        FollowerItem::Message { room, message }
    }
}

#[cfg(test)]
mod tests;
