//! One entry of the log.

mod rows;

use std::ops::Range;

use chat_proto::command::Kind;
use chat_proto::{At, UserName};
use jiff::civil::Date;

/// What stands in the log, once. All text in it is clean.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When it happened.
    pub at: At,
    /// What happened.
    pub body: Body,
}

/// What an entry is about.
#[derive(Debug, Clone)]
pub enum Body {
    /// The date has changed.
    Day(Date),
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
}

/// Whose message it is.
#[derive(Debug, Clone)]
pub enum How {
    /// Another's, which mentions the user there.
    Heard(Vec<Range<usize>>),
    /// The user's own.
    Own(Delivery),
}

/// What has become of the user's own message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It waits for a session, or for the server's answer.
    Pending,
    /// The server has it.
    Accepted,
    /// The server does not take it, for that reason.
    Refused(String),
    /// The line broke before the answer came.
    Unknown,
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
}
