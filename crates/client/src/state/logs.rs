//! The logs of the rooms, and that of the open thread.

use chat_proto::{RoomName, Seq, Timestamp};

use super::State;
use crate::entry::LogEntry;
use crate::log::Log;
use crate::thread::Thread;

/// A message that the server has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownMessage {
    pub(crate) room: RoomName,
    pub(crate) seq: Seq,
    /// When the server has stored it.
    pub(crate) at: Timestamp,
}

impl State {
    /// The thread that is open in the current room.
    #[must_use]
    pub const fn thread(&self) -> Option<&Thread> {
        self.thread.as_ref()
    }

    /// A message of the current room that is loaded: in the window of its log, or in the open thread.
    #[must_use]
    pub fn message(&self, seq: Seq) -> Option<&LogEntry> {
        let thread = || self.thread.as_ref().and_then(|thread| thread.log().message(seq));
        self.room().log().message(seq).or_else(thread)
    }

    /// When the server has stored a message of a room, if it is loaded.
    pub(crate) fn sent_at(&self, room: &RoomName, seq: Seq) -> Option<Timestamp> {
        let thread = self.thread.as_ref().filter(|thread| thread.room == *room);
        let logs = self.rooms.get(room).map(|room| &room.log).into_iter();
        let mut logs = logs.chain(thread.map(|thread| &thread.log));
        logs.find_map(|log| log.message(seq)).map(|entry| entry.at)
    }

    /// The newest message that is loaded, of all rooms.
    pub(crate) fn newest(&self) -> Option<KnownMessage> {
        let newest = self.rooms.list().iter().filter_map(|room| {
            let entry = room.log.newest()?;
            Some(KnownMessage { room: room.name.clone(), seq: entry.seq, at: entry.at })
        });
        newest.max_by_key(|known| known.at)
    }

    /// The thread that is open in that room.
    pub(crate) fn thread_in(&mut self, room: &RoomName) -> Option<&mut Thread> {
        self.thread.as_mut().filter(|thread| thread.room == *room)
    }

    /// The log of a room, and that of its thread if one is open.
    pub(crate) fn logs_mut(&mut self, room: &RoomName) -> impl Iterator<Item = &mut Log> {
        let thread = self.thread.as_mut().filter(|thread| thread.room == *room);
        let room = self.rooms.get_mut(room).map(|room| &mut room.log);
        room.into_iter().chain(thread.map(|thread| &mut thread.log))
    }

    /// The logs of all rooms, and that of the open thread.
    pub(crate) fn all_logs_mut(&mut self) -> impl Iterator<Item = &mut Log> {
        let thread = self.thread.as_mut().map(|thread| &mut thread.log);
        self.rooms.iter_mut().map(|room| &mut room.log).chain(thread)
    }
}
