//! A commit as values: its entries, and what came of each.

use chat_proto::command::{Kind, Word};
use chat_proto::{Text, User};

use super::change::Change;
use super::follow::Record;
use super::repeat::Repeat;
use super::stored::{RoomId, StoredMessage};
use super::task::Task;

/// One item of a commit.
#[derive(Debug)]
pub(crate) enum Entry<'t> {
    /// A message.
    Message(Message),
    /// Changes that are stored together; there may be none.
    Changes(Vec<Change>),
    /// Work in the order of the queue.
    Task(&'t mut Task),
}

/// A message to store.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// The room.
    pub(crate) room: RoomId,
    /// The author, under the present name.
    pub(crate) from: User,
    /// The device that sends it.
    pub(crate) device: Word,
    /// The number that the device gives it. A message without one is never taken for a repeat.
    pub(crate) n: Option<u64>,
    /// Whether it is text or an action.
    pub(crate) kind: Kind,
    /// The text.
    pub(crate) text: Text,
    /// Whether it may only be a repeat, and is not stored otherwise.
    pub(crate) is_repeat_only: bool,
    /// Changes that are stored with it, if it is new: users who come into a direct message.
    pub(crate) changes: Vec<Change>,
}

/// What one commit has stored.
#[derive(Debug)]
pub(crate) struct Commit {
    /// How many commits there were since the journal was opened, this one included.
    pub(crate) position: u64,
    /// For each entry what came of it, in the same order.
    pub(crate) items: Vec<Committed>,
    /// A copy for followers, if there are any; sent once the commit is applied.
    pub(super) record: Option<Record>,
}

/// What came of one entry.
#[derive(Debug)]
pub(crate) enum Committed {
    /// The message is stored, with its changes.
    Message {
        /// Its room.
        room: RoomId,
        /// The message as it is stored.
        kept: StoredMessage,
        /// The changes that came with it.
        changes: Vec<Change>,
    },
    /// The message is not stored: its device has sent one under this number before.
    Repeat(Repeat),
    /// The message is not stored: it was no repeat, and might only be one.
    NoRepeat,
    /// The changes are stored.
    Changes(Vec<Change>),
    /// The task has run.
    Task,
    /// The task has run, and has removed the oldest messages of a room.
    Trimmed {
        /// The room.
        room: RoomId,
        /// The `seq` of the first message that is left.
        first: u64,
    },
}
