//! One entry of the log.

use std::ops::Range;

use chat_proto::command::Kind;
use chat_proto::{Timestamp, UserName};

use crate::store::MessageId;

/// Which entry of its log it is. An entry has the same one for as long as it is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EntryId(pub(crate) u64);

/// What stands in the log, once. All text in it is clean.
#[derive(Debug, Clone)]
pub struct LogEntry {
    pub(crate) id: EntryId,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub body: Body,
    /// Where it stands: a message's own `seq`, the last one before a note, and
    /// [`u64::MAX`] for what is not settled.
    pub(crate) seq: u64,
    /// Whether it is from before a restore of the server's journal, and has no place in the room.
    pub(crate) is_void: bool,
}

impl LogEntry {
    /// Which entry it is.
    #[must_use]
    pub const fn id(&self) -> EntryId {
        self.id
    }

    /// Where it stands: the `seq` of a message, that of the last message before a note, and [`u64::MAX`] if
    /// the entry is a message without an answer.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }
}

/// What an entry is about.
#[derive(Debug, Clone)]
pub enum Body {
    /// Somebody said or did something.
    Message {
        /// Who.
        from: UserName,
        /// Whether it was said or done.
        kind: Kind,
        /// What.
        text: String,
        /// Whose it is.
        origin: Origin,
    },
    /// The room or the client has something to tell.
    Notice(NoticeKind, String),
    /// All above is from before the journal was restored from a backup.
    Restored,
}

impl Body {
    /// How many bytes of text it keeps.
    pub(crate) const fn bytes(&self) -> usize {
        match self {
            Self::Message { text, .. } | Self::Notice(_, text) => text.len(),
            Self::Restored => 0,
        }
    }
}

/// Whose message it is.
#[derive(Debug, Clone)]
pub enum Origin {
    /// Another's, which mentions the user there.
    Heard(Vec<Range<usize>>),
    /// The user's own.
    Own(Delivery),
    /// Damaged on the server's disk: its text says so.
    Damaged,
}

/// What has become of the user's own message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It is not stored yet: if the program is killed now, it is lost.
    Storing(MessageId),
    /// It waits for a session, or for the server's answer.
    Pending(MessageId),
    /// The server has it.
    Accepted,
    /// The server does not take it, for that reason.
    Refused(String),
}

impl Delivery {
    /// Which message it is, until it is settled.
    pub(crate) const fn pending(&self) -> Option<&MessageId> {
        match self {
            Self::Storing(id) | Self::Pending(id) => Some(id),
            Self::Accepted | Self::Refused(_) => None,
        }
    }
}

/// What kind of note it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Somebody came.
    Joined,
    /// Somebody left.
    Left,
    /// Good to know.
    Info,
    /// Something is wrong.
    Trouble,
}
