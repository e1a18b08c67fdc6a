//! One entry of the log.

mod rows;

use std::ops::Range;

use chat_client::store::MessageId;
use chat_proto::command::Kind;
use chat_proto::{Timestamp, UserName};
use jiff::civil::Date;

/// What stands in the log, once. All text in it is clean.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub body: Body,
    /// Where it stands: a message's own `seq`, the last one before a note, and
    /// [`u64::MAX`] for what is not settled.
    pub(super) seq: u64,
    /// Whether it is from before a restore of the server's journal, and has no place in the room.
    pub(super) is_void: bool,
    /// What stands over it.
    pub(super) above: Above,
}

/// The lines over an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Above {
    /// The date, where it is another than that of the entry before.
    pub day: Option<Date>,
    /// Whether this is the first message that the user has not read.
    pub new: bool,
}

impl Above {
    /// How many rows they take.
    pub(super) fn height(self) -> usize {
        usize::from(self.day.is_some()) + usize::from(self.new)
    }
}

/// What an entry is about.
#[derive(Debug, Clone)]
pub enum Body {
    /// Somebody said or did something.
    Said {
        /// Who.
        from: UserName,
        /// Whether it was said or done.
        kind: Kind,
        /// What.
        text: String,
        /// Whose it is.
        how: How,
    },
    /// The room or the client has something to tell.
    Note(Tone, String),
    /// All above is from before the journal was restored from a backup.
    Restored,
}

impl Body {
    /// How many bytes of text it keeps.
    pub(super) const fn bytes(&self) -> usize {
        match self {
            Self::Said { text, .. } | Self::Note(_, text) => text.len(),
            Self::Restored => 0,
        }
    }
}

/// Whose message it is.
#[derive(Debug, Clone)]
pub enum How {
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
    pub(super) const fn pending(&self) -> Option<&MessageId> {
        match self {
            Self::Storing(id) | Self::Pending(id) => Some(id),
            Self::Accepted | Self::Refused(_) => None,
        }
    }
}

/// What kind of note it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Somebody came.
    Joined,
    /// Somebody left.
    Left,
    /// Good to know.
    Info,
    /// Something is wrong.
    Trouble,
}

/// What a piece of a row is, for the view to choose a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The time, and what else matters less.
    Dim,
    /// The mark before a name.
    Mark,
    /// The name of who said it.
    Name,
    /// What was said.
    Text,
    /// The user's own name in it.
    Mention,
    /// What went wrong.
    Trouble,
    /// Where what was not read begins.
    New,
}
