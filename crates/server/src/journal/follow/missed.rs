//! The messages that a follower has missed, of all rooms in the order in which they were stored.
//!
//! In the file each room has its own order. So one page of each room is held, and the oldest message of all pages is
//! next; of those of one millisecond, that of the oldest room.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::{iter, vec};

use chat_proto::{Seq, Timestamp};

use super::super::JournalError;
use super::super::sqlite::Reader;
use super::super::stored::{Page, Part, RoomId, StoredMessage, View};
use super::{Position, RoomExtent};
use crate::config::PAGE_MESSAGES;

/// Messages of all pages together: a page of each of a hundred rooms. If there are more rooms, their pages are smaller.
const MESSAGES_MAX: usize = 20_000;

/// Bytes of all pages together, twice those of as many short messages. Past this bound all pages are dropped, and are
/// read again when it is their turn.
const BYTES_MAX: usize = 16 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct MissedMessages {
    /// The `seq` of the last missed message of each room.
    last: HashMap<RoomId, Seq>,
    /// Rooms whose next message is not known.
    unread: Vec<RoomId>,
    /// The time of the next message of each other room.
    next: BinaryHeap<Reverse<(Timestamp, RoomId)>>,
    pages: HashMap<RoomId, iter::Peekable<vec::IntoIter<StoredMessage>>>,
    /// Bytes of the pages when they were read.
    bytes: usize,
    /// Messages of a page.
    limit: u32,
}

impl MissedMessages {
    /// The messages of `rooms` after a position.
    pub(super) fn new<'r>(rooms: impl Iterator<Item = &'r RoomExtent>) -> Self {
        let last: HashMap<_, _> = rooms.map(|room| (room.room, room.last)).collect();
        let each = u32::try_from(MESSAGES_MAX / last.len().max(1)).unwrap_or(PAGE_MESSAGES);
        let limit = each.clamp(1, PAGE_MESSAGES);
        Self { unread: last.keys().copied().collect(), last, limit, ..Self::default() }
    }

    /// The next message. Sets the `position` of rooms whose messages were removed meanwhile.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be read. The next call tries again.
    pub(super) async fn next(
        &mut self,
        reader: &Reader,
        position: &mut Position,
    ) -> Result<Option<(RoomId, StoredMessage)>, JournalError> {
        loop {
            while let Some(&room) = self.unread.last() {
                self.read(room, reader, position).await?;
                self.unread.pop();
            }
            let Some(Reverse((_, room))) = self.next.pop() else { return Ok(None) };
            let Some(message) = self.pages.get_mut(&room).and_then(Iterator::next) else {
                self.unread.push(room);
                continue;
            };
            self.wait(room, message.seq);
            return Ok(Some((room, message)));
        }
    }

    /// Adds `room` to those that have a next message, after `seq`.
    fn wait(&mut self, room: RoomId, seq: Seq) {
        match self.pages.get_mut(&room).and_then(iter::Peekable::peek) {
            Some(message) => self.next.push(Reverse((message.at, room))),
            None if self.last.get(&room).is_some_and(|last| seq < *last) => self.unread.push(room),
            None => {}
        }
    }

    /// Reads a page of `room`.
    async fn read(
        &mut self,
        room: RoomId,
        reader: &Reader,
        position: &mut Position,
    ) -> Result<(), JournalError> {
        let last = self.last.get(&room).copied().unwrap_or(Seq::NONE);
        let page = Page { of: Part::After(position.seq(room)), limit: self.limit };
        let mut page = reader.page(room, page, View::Stored).await?;
        // Later ones are in the ring, in their order among those of other rooms.
        page.retain(|message| message.seq <= last);
        let Some(first) = page.first() else {
            // Retention has removed the messages meanwhile.
            position.set(room, last);
            return Ok(());
        };
        self.next.push(Reverse((first.at, room)));
        let bytes = page.iter().map(|message| message.text.as_str().len()).sum::<usize>();
        self.bytes += bytes + page.len() * size_of::<StoredMessage>();
        if self.bytes > BYTES_MAX {
            self.bytes = 0;
            self.pages.clear();
        }
        self.pages.insert(room, page.into_iter().peekable());
        Ok(())
    }
}
