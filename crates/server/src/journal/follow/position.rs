//! The position of a follower.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chat_proto::event::JournalId;
use chat_proto::{Seq, ShortString};
use thiserror::Error;

use super::super::stored::RoomId;

/// How far a follower is: the last message of each room that it has received. A follower stores it as text, together
/// with what it derives from the messages.
///
/// The text has up to 32 bytes for each room, and there are as many as the daemon has rooms with messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    journal: JournalId,
    seqs: BTreeMap<RoomId, Seq>,
}

/// The error of a text that is not a [`Position`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not a position in a journal")]
pub struct PositionError;

impl Position {
    /// The position before the first message.
    pub(super) fn start(journal: &JournalId) -> Self {
        Self { journal: journal.clone(), seqs: BTreeMap::new() }
    }

    pub(super) fn is_of(&self, journal: &JournalId) -> bool {
        self.journal == *journal
    }

    /// Returns the `seq` of the last message of `room`; 0 before the first.
    pub(super) fn seq(&self, room: RoomId) -> Seq {
        self.seqs.get(&room).copied().unwrap_or(Seq::NONE)
    }

    pub(super) fn set(&mut self, room: RoomId, seq: Seq) {
        self.seqs.insert(room, seq);
    }

    pub(super) fn remove(&mut self, room: RoomId) {
        self.seqs.remove(&room);
    }

    pub(super) fn retain(&mut self, exists: impl Fn(RoomId) -> bool) {
        self.seqs.retain(|room, _| exists(*room));
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.journal.id.as_str(), self.journal.epoch.as_str())?;
        self.seqs.iter().try_for_each(|(room, seq)| write!(f, " {}:{seq}", room.0))
    }
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        let mut words = text.split(' ');
        let mut word = || ShortString::new(words.next().filter(|word| !word.is_empty())?).ok();
        let journal = word().zip(word()).map(|(id, epoch)| JournalId { id, epoch });
        let journal = journal.ok_or(PositionError)?;
        let seq = |word: &str| {
            let (room, seq) = word.split_once(':')?;
            Some((RoomId(room.parse().ok()?), seq.parse().ok()?))
        };
        let seqs: Option<BTreeMap<RoomId, Seq>> = words.map(seq).collect();
        Ok(Self { journal, seqs: seqs.ok_or(PositionError)? })
    }
}
