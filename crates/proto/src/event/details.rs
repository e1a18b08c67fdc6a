//! The fields of a message besides its text: what it is about, and its state now.

use serde::{Deserialize, Serialize};

use super::User;
use crate::{Emoji, Seq, Timestamp, Topic};

/// The fields of a message that most messages do not have. In JSON they are fields of the message itself.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Details {
    /// The message that an edit, deletion, reaction or pin is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Seq>,
    /// The emoji of a reaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emoji: Option<Emoji>,
    /// Whether a reaction or a pin was added; otherwise it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// The topic that was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    /// The message that this one replies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
    /// The first message of the thread that this one belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<Seq>,
    /// Whether the message was deleted: then `text` says so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// Its edits. `text` is the text of the newest one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited: Option<Edited>,
    /// The reactions, in the order in which each was first added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// The messages of the thread that begins here, or those that reply to this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replies: Option<Replies>,
    /// Whether the message is pinned.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// The greatest `seq` whose events are in this state: a client applies the later ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Seq>,
}

/// The edits of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// When the newest was stored.
    pub at: Timestamp,
    /// How many there are.
    pub count: u64,
}

/// The users who react to a message with one emoji.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The emoji.
    #[serde(deserialize_with = "crate::emoji::of_event")]
    pub emoji: Emoji,
    /// How many users react with it.
    pub count: u64,
    /// Whether the user of the session is one of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// The first of them, [`crate::limits::REACTORS_LISTED_MAX`] at most.
    #[serde(default)]
    pub users: Vec<User>,
}

/// The replies to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replies {
    /// How many there are.
    pub count: u64,
    /// The `seq` of the last.
    pub last_seq: Seq,
    /// When the last was stored.
    pub last_at: Timestamp,
}
