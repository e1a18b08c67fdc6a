//! The values of a commit: its entries, and the result of each.

use chat_proto::command::Body;
use chat_proto::{DeviceId, Seq, Timestamp, User, UserId};

use super::change::Change;
use super::rejection::Rejection;
use super::repeat::Repeat;
use super::stored::{AuditRecord, RoomId, StoredMessage};
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
    /// The author, with the current name.
    pub(crate) from: User,
    /// The device that sends it.
    pub(crate) device: DeviceId,
    /// The number that the device gives it. A message without a number is never a repeat.
    pub(crate) n: Option<u64>,
    /// Its content.
    pub(crate) body: Body,
    /// When the message that it names was stored, if the client says so: another one is not meant.
    pub(crate) named_at: Option<Timestamp>,
    /// The users that it mentions.
    pub(crate) mentions: Box<[UserId]>,
    /// If the author may delete messages of others, the record of the audit log for that.
    pub(crate) deletes_others: Option<Box<DeletionRecord>>,
    /// If true, the message is only looked up as a repeat, and never stored.
    pub(crate) is_repeat_only: bool,
    /// Changes that are stored with it if it is new: users who join a direct message.
    pub(crate) changes: Box<[Change]>,
}

/// The record of the audit log about the deletion of a message of another user. The writer adds the author of the
/// message and the room; its text is not recorded.
#[derive(Debug, Clone)]
pub(crate) struct DeletionRecord {
    /// Who deletes it, when, and the name of the room.
    pub(crate) record: AuditRecord,
    /// Older records may be removed; `None` if the clock is not steady.
    pub(crate) kept_since: Option<Timestamp>,
}

/// The result of one entry.
#[derive(Debug)]
pub(crate) enum EntryResult {
    /// The message is stored, with its changes.
    Message {
        /// Its room.
        room: RoomId,
        /// The message as it is stored.
        message: StoredMessage,
        /// The changes that came with it.
        changes: Box<[Change]>,
    },
    /// The message is not stored: its device has sent one under this number before.
    Repeat(Repeat),
    /// The message is not stored: it is about another one, and may not be.
    Rejected(Rejection),
    /// The message is not stored: it is not a repeat, see [`Message::is_repeat_only`].
    NoRepeat,
    /// The changes are stored.
    Changes(Vec<Change>),
    /// The task has run.
    Task,
    /// The task has run, and has cleared the last page of the file.
    Cleared,
    /// The task has run, and has removed the oldest messages of a room.
    Trimmed {
        /// The room.
        room: RoomId,
        /// The `seq` of the first message that is left.
        first: Seq,
    },
}
