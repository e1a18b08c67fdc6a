//! One entry of the log.

use std::ops::Range;

use chat_proto::command::Kind;
use chat_proto::event::Details;
use chat_proto::{Refusal, Seq, Timestamp, UserName};

use crate::notice::Notice;
use crate::presence::Presence;
use crate::store::MessageId;

/// Identifies an entry within its log, for as long as the entry is there. A pending message stays the same entry
/// when it is accepted or refused, and so does a message that is edited: it has another revision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct EntryId(pub(crate) u64);

/// An entry of a log: a message, a notice, or a rule. All text in it is sanitized.
#[derive(Debug, Clone)]
pub struct LogEntry {
    pub(crate) id: EntryId,
    /// When it happened.
    pub at: Timestamp,
    /// The event.
    pub body: Body,
    /// The `seq` of a message, that of the last message before a notice, and [`Seq::MAX`] for a pending
    /// message.
    pub(crate) seq: Seq,
    /// Whether it is from before the journal was restored, so that its `seq` is void.
    pub(crate) is_void: bool,
    /// The greatest `seq` whose events count in what came as the message.
    pub(crate) as_of: Seq,
    pub(crate) revision: u64,
}

impl LogEntry {
    /// Identifies the entry within its log.
    #[must_use]
    pub const fn id(&self) -> EntryId {
        self.id
    }

    /// How often the content has changed. Of one revision, the text and what is shown with it are the same.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Its place: the `seq` of a message, that of the last message before a notice, and [`Seq::MAX`] for a
    /// pending message.
    #[must_use]
    pub const fn seq(&self) -> Seq {
        self.seq
    }
}

/// The content of an entry.
#[derive(Debug, Clone)]
pub enum Body {
    /// A message.
    Message {
        /// The name of its author.
        from: UserName,
        /// Whether the author says or does it.
        kind: Kind,
        /// The text.
        text: String,
        /// Its origin.
        origin: Origin,
        /// Its state besides the text, if there is any.
        extras: Option<Box<Extras>>,
    },
    /// A message of a user who is ignored.
    Ignored {
        /// The name of its author.
        from: UserName,
    },
    /// A notice of the room or of the client.
    Notice(Notice),
    /// Users joined and left.
    Presence(Presence),
    /// There was no connection, from then until the time of the entry.
    Offline {
        /// When it was lost.
        since: Timestamp,
    },
    /// A rule: all entries above are from before the journal was restored from a backup.
    Restored,
}

impl Body {
    /// The state of a message besides its text, if there is any.
    #[must_use]
    pub fn extras(&self) -> Option<&Extras> {
        match self {
            Self::Message { extras, .. } => extras.as_deref(),
            _ => None,
        }
    }

    /// The origin of a message; `None` if this is not a message.
    #[must_use]
    pub const fn origin(&self) -> Option<&Origin> {
        match self {
            Self::Message { origin, .. } => Some(origin),
            _ => None,
        }
    }

    /// Bytes of the text of a message.
    pub(crate) const fn bytes(&self) -> usize {
        match self {
            Self::Message { text, .. } => text.len(),
            Self::Ignored { .. }
            | Self::Notice(_)
            | Self::Presence(_)
            | Self::Offline { .. }
            | Self::Restored => 0,
        }
    }
}

/// The state of a message besides its text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Extras {
    /// The messages that it answers, its edits, reactions and replies, and whether it was deleted or pinned.
    pub details: Details,
    /// Whether some of this is a change of the user that the server has not accepted yet.
    pub is_pending: bool,
}

/// The origin of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Another user; mentions of the user are there in the text.
    Other(Vec<Range<usize>>),
    /// The user.
    Own(Delivery),
    /// The message is damaged on the disk of the server; its text says so.
    Damaged,
}

/// The delivery of a message of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Not stored yet: it is lost if the client is killed now.
    Storing(MessageId),
    /// Stored; it waits for a session, or for the answer of the server.
    Pending(MessageId),
    /// The server has stored it.
    Accepted,
    /// The server has refused it.
    Refused(Box<Refusal>),
}

impl Delivery {
    /// The id of a pending message.
    pub(crate) const fn pending(&self) -> Option<&MessageId> {
        match self {
            Self::Storing(id) | Self::Pending(id) => Some(id),
            Self::Accepted | Self::Refused(_) => None,
        }
    }
}
