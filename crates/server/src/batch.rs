//! What a room sends to all who are in it: the unit of encoding and of fan-out.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use chat_proto::{Event, RoomName, UserName, classic, native};

use crate::journal::Kept;

/// Bytes of a message's line beside its text, mostly: so much room is made for it beforehand.
const LINE_BYTES: usize = 144;

/// One item of a room's channel, shared by every session that is to pass it on.
#[derive(Debug)]
pub enum Batch {
    /// What one commit of the journal kept of this room, or a part of it where it is long.
    Said(SaidBatch),
    /// A change of the room that is no message.
    News(News),
}

/// What a room is called by either side of it. A room of many has one name and one side, the first;
/// a private conversation is called by each of the two what the other is called.
pub type Names = Arc<[RoomName; 2]>;

/// Which of the [`Names`] of a room a user goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first: that of everybody in a room of many.
    First = 0,
    /// The second.
    Second = 1,
}

/// One message of a batch.
#[derive(Debug)]
pub struct Said {
    /// The message.
    pub kept: Kept,
    /// The session that said it, and has its answer already.
    pub session: u64,
}

/// Messages of one room, one after another, encoded once for each wire format in use.
#[derive(Debug)]
pub struct SaidBatch {
    said: Vec<Said>,
    /// The numbers of those who said something of it, in order.
    by: Vec<u64>,
    names: Names,
    native: [OnceLock<Lines>; 2],
    classic: OnceLock<Vec<Vec<Bytes>>>,
}

/// Lines of the native protocol, one after another.
#[derive(Debug)]
pub(crate) struct Lines {
    /// All of them.
    pub(crate) bytes: Bytes,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Lines {
    /// Some of them, one after another.
    pub(crate) fn of(&self, lines: Range<usize>) -> Bytes {
        let start_of = |line: usize| line.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.slice(start_of(lines.start)..start_of(lines.end))
    }
}

impl SaidBatch {
    /// Messages that one commit kept, of a room that goes by these names.
    #[must_use]
    pub fn new(said: Vec<Said>, names: Names) -> Self {
        let mut by: Vec<u64> = said.iter().map(|said| said.kept.from.id).collect();
        by.sort_unstable();
        by.dedup();
        Self { said, by, names, native: Default::default(), classic: OnceLock::new() }
    }

    /// The messages, in their order.
    #[must_use]
    pub fn said(&self) -> &[Said] {
        &self.said
    }

    /// Whether the user of that number said some of it.
    pub(crate) fn is_by(&self, user: u64) -> bool {
        self.by.binary_search(&user).is_ok()
    }

    /// The `seq` of the last message.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.said.last().map_or(0, |said| said.kept.seq)
    }

    /// What the room is called on that side.
    pub(crate) fn room(&self, side: Side) -> &RoomName {
        &self.names[side as usize]
    }

    /// The messages as lines of the native protocol, for whoever said none of them.
    pub(crate) fn native(&self, side: Side) -> &Lines {
        self.native[side as usize].get_or_init(|| {
            let text_bytes = |said: &Said| said.kept.text.as_str().len();
            let capacity = self.said.iter().map(|said| text_bytes(said) + LINE_BYTES).sum();
            let mut bytes = BytesMut::with_capacity(capacity);
            let write = |said: &Said| {
                // Users have numbers from 1: nobody's own.
                let message = said.kept.told(self.room(side), 0);
                native::write_line(&Event::Message(message), &mut bytes);
                bytes.len()
            };
            let ends = self.said.iter().map(write).collect();
            Lines { bytes: bytes.freeze(), ends }
        })
    }

    /// The message at `index` as the writes it takes to tell a classic client.
    pub(crate) fn classic(&self, index: usize) -> &[Bytes] {
        let pieces = self.classic.get_or_init(|| {
            let pieces = |said: &Said| {
                let told = classic::message(&said.kept.from, said.kept.kind, &said.kept.text);
                told.iter().map(|piece| piece.to_string().into()).collect()
            };
            self.said.iter().map(pieces).collect()
        });
        &pieces[index]
    }
}

/// A change of a room, encoded once for each side.
#[derive(Debug)]
pub struct News {
    lines: [Bytes; 2],
    /// Whether who is here, or under which name, has changed.
    pub changes_users: bool,
    /// The number of the user who has left; to be told by other means.
    pub left: Option<u64>,
    /// The number of the user who has another name, and that.
    pub renamed: Option<(u64, UserName)>,
}

impl News {
    /// News for everybody in a room of these names, as `event` tells it of a room of one name.
    pub(crate) fn new(names: &Names, event: impl Fn(&RoomName) -> Event) -> Self {
        let first = event(&names[0]);
        let (left, renamed) = match &first {
            Event::Left { user, .. } => (Some(user.id), None),
            Event::Renamed { user, name } => (None, Some((user.id, name.clone()))),
            _ => (None, None),
        };
        let changes_users = !matches!(first, Event::Topic { .. });
        let second = (names[0] != names[1]).then(|| line(&event(&names[1])));
        Self { lines: [line(&first), second.unwrap_or_default()], changes_users, left, renamed }
    }

    /// The news as a line of the native protocol.
    pub(crate) fn native(&self, side: Side) -> &Bytes {
        &self.lines[side as usize]
    }
}

fn line(event: &Event) -> Bytes {
    let mut line = BytesMut::new();
    native::write_line(event, &mut line);
    line.freeze()
}
