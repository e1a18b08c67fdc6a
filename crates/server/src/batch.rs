//! A batch: what a room sends to all its sessions, either messages of one commit or one change of the room.
//! It is encoded once for each protocol.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use chat_proto::{Event, RoomName, classic, native};

use crate::journal::Kept;
use crate::ring::{Charge, Rings};

/// Bytes of a message's line beside its text, mostly: so much room is made for it beforehand.
const LINE_BYTES: usize = 144;

/// One item of a room's channel, shared by every session that is to pass it on.
#[derive(Debug)]
pub(crate) enum Batch {
    /// The messages of this room in one commit, or a part of them if they are long.
    Said(SaidBatch),
    /// A change of the room: a user who joins or leaves, a name, a topic, the number of users.
    News(News),
}

/// One message of a batch.
#[derive(Debug)]
pub(crate) struct Said {
    /// The message.
    pub kept: Kept,
    /// The session that said it, and has its answer already.
    pub session: u64,
}

/// Messages of one room, one after another, encoded once for each wire format in use.
#[derive(Debug)]
pub(crate) struct SaidBatch {
    said: Vec<Said>,
    /// The numbers of those who said something of it, in order; empty if there is one message.
    by: Vec<u64>,
    room: RoomName,
    native: OnceLock<Lines>,
    classic: OnceLock<Vec<Pieces>>,
    charge: Charge,
}

/// A message as the writes it takes to send it to a classic client.
pub(crate) type Pieces = Arc<[Bytes]>;

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
    /// Messages that one commit stored, of the room with that name or address.
    #[must_use]
    pub(crate) fn new(mut said: Vec<Said>, room: RoomName, rings: &Arc<Rings>) -> Self {
        said.shrink_to_fit(); // part of a long commit; it was made for all of it
        let mut by = Vec::new();
        if said.len() > 1 {
            by.extend(said.iter().map(|said| said.kept.from.id));
            by.sort_unstable();
            by.dedup();
        }
        let bytes = |said: &Said| size_of::<Said>() + said.kept.text.as_str().len();
        let charge = rings.charge(said.iter().map(bytes).sum());
        Self { said, by, room, native: OnceLock::new(), classic: OnceLock::new(), charge }
    }

    /// The messages, in their order.
    #[must_use]
    pub(crate) fn said(&self) -> &[Said] {
        &self.said
    }

    /// Whether the user of that number said some of it.
    pub(crate) fn is_by(&self, user: u64) -> bool {
        match &*self.said {
            [said] => said.kept.from.id == user,
            _ => self.by.binary_search(&user).is_ok(),
        }
    }

    /// The `seq` of the last message.
    #[must_use]
    pub(crate) fn last_seq(&self) -> u64 {
        self.said.last().map_or(0, |said| said.kept.seq)
    }

    /// The name or address of the room.
    pub(crate) const fn room(&self) -> &RoomName {
        &self.room
    }

    /// The messages as lines of the native protocol, for whoever said none of them.
    pub(crate) fn native(&self) -> &Lines {
        self.native.get_or_init(|| {
            let text_bytes = |said: &Said| said.kept.text.as_str().len();
            let capacity = self.said.iter().map(|said| text_bytes(said) + LINE_BYTES).sum();
            let mut bytes = BytesMut::with_capacity(capacity);
            let write = |said: &Said| {
                // Users have numbers from 1: nobody's own.
                let message = said.kept.told(&self.room, 0);
                native::write_line(&Event::Message(message), &mut bytes);
                bytes.len()
            };
            let ends: Vec<_> = self.said.iter().map(write).collect();
            self.charge.add(bytes.capacity() + size_of_val(&*ends));
            Lines { bytes: bytes.freeze(), ends }
        })
    }

    /// The message at `index` as the writes it takes to tell a classic client.
    pub(crate) fn classic(&self, index: usize) -> &Pieces {
        let pieces = self.classic.get_or_init(|| {
            let pieces = |said: &Said| -> Pieces {
                let told = classic::message(&said.kept.from, said.kept.kind, &said.kept.text);
                told.iter().map(|piece| piece.to_string().into()).collect()
            };
            let pieces: Vec<_> = self.said.iter().map(pieces).collect();
            self.charge.add(pieces.iter().map(pieces_bytes).sum());
            pieces
        });
        &pieces[index]
    }
}

/// The memory that a classic message takes.
pub(crate) fn pieces_bytes(pieces: &Pieces) -> usize {
    pieces.iter().map(|piece| size_of_val(piece) + piece.len()).sum()
}

/// A change of a room, encoded once.
#[derive(Debug)]
pub(crate) struct News {
    line: Bytes,
    /// Counts its bytes for as long as it exists.
    _charge: Charge,
    /// Whether who is here, or under which name, has changed.
    pub changes_users: bool,
    /// The number of the user who has left; to be told by other means.
    pub left: Option<u64>,
}

impl News {
    /// The change that `event` describes.
    pub(crate) fn new(event: &Event, rings: &Arc<Rings>) -> Self {
        let left = match event {
            Event::Left { user, .. } => Some(user.id),
            _ => None,
        };
        let changes_users = !matches!(event, Event::Topic { .. });
        let line = line(event);
        Self { _charge: rings.charge(size_of::<Self>() + line.len()), line, changes_users, left }
    }

    /// The change as a line of the native protocol.
    pub(crate) const fn native(&self) -> &Bytes {
        &self.line
    }
}

fn line(event: &Event) -> Bytes {
    let mut line = BytesMut::new();
    native::write_line(event, &mut line);
    line.freeze()
}
