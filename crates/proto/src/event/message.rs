//! A message, and the two answers to a `say`.

use serde::{Deserialize, Serialize};

#[cfg(doc)]
use super::Event;
use super::details::Details;
use super::{Edited, Reaction, Replies, User};
use crate::command::{Body, Kind};
use crate::{DeviceId, Emoji, RefusalCode, RoomName, Seq, Text, Timestamp, Topic, UserName};

/// The fields of [`Event::Message`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WireMessage")]
pub struct Message {
    /// Its room.
    pub room: RoomName,
    /// Its position in the room: 1, 2, 3 …, without a gap.
    pub seq: Seq,
    /// The author.
    pub from: User,
    /// When the server stored it.
    pub at: Timestamp,
    /// Its kind: a text, an action, or an event about a message.
    pub kind: MessageKind,
    /// The text; of an event about a message, a description for a person.
    pub text: Text,
    /// Whether the message is damaged on the server's disk: then `text` says so, and `from` is the
    /// server if it is not known any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub damaged: bool,
    /// The device that sent it; only in the events of the author's own sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The number that the device gave it; only in the events of the author's own sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The fields that most messages do not have, if there are any. Boxed to keep plain messages small.
    #[serde(flatten)]
    pub details: Option<Box<Details>>,
}

/// The fields on the wire. Without `flatten`, for which serde would buffer all fields.
#[derive(Deserialize)]
struct WireMessage {
    room: RoomName,
    seq: Seq,
    from: User,
    at: Timestamp,
    kind: MessageKind,
    text: Text,
    #[serde(default)]
    damaged: bool,
    device: Option<DeviceId>,
    n: Option<u64>,
    target: Option<Seq>,
    #[serde(default, deserialize_with = "crate::emoji::of_event_if_any")]
    emoji: Option<Emoji>,
    on: Option<bool>,
    topic: Option<Topic>,
    reply_to: Option<Seq>,
    thread: Option<Seq>,
    #[serde(default)]
    deleted: bool,
    edited: Option<Edited>,
    #[serde(default)]
    reactions: Vec<Reaction>,
    replies: Option<Replies>,
    #[serde(default)]
    pinned: bool,
    as_of: Option<Seq>,
}

impl From<WireMessage> for Message {
    fn from(wire: WireMessage) -> Self {
        let WireMessage { room, seq, from, at, kind, text, damaged, device, n, .. } = wire;
        let WireMessage { target, emoji, on, topic, reply_to, thread, .. } = wire;
        let WireMessage { deleted, edited, reactions, replies, pinned, as_of, .. } = wire;
        let of_event = Details { target, emoji, on, topic, reply_to, thread, ..Details::default() };
        let details = Details { deleted, edited, reactions, replies, pinned, as_of, ..of_event };
        let details = (details != Details::default()).then(|| Box::new(details));
        Self { room, seq, from, at, kind, text, damaged, device, n, details }
    }
}

/// The kind of a message as a client reads it: a newer server may have more kinds than [`Kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A text.
    Text,
    /// An action, in the third person.
    Action,
    /// The text of a message was replaced.
    Edit,
    /// A message was deleted.
    Delete,
    /// A reaction was added to a message, or removed.
    Reaction,
    /// A message was pinned or unpinned.
    Pin,
    /// The topic of the room was set.
    Topic,
    /// A kind of a newer server. The text of the message is for a person to read.
    #[serde(other)]
    Unknown,
}

impl MessageKind {
    /// The kind of the message that `body` becomes.
    #[must_use]
    pub const fn of(body: &Body) -> Self {
        match body {
            Body::Message { kind: Kind::Text, .. } => Self::Text,
            Body::Message { kind: Kind::Action, .. } => Self::Action,
            Body::Edit { .. } => Self::Edit,
            Body::Delete { .. } => Self::Delete,
            Body::Reaction { .. } => Self::Reaction,
            Body::Pin { .. } => Self::Pin,
            Body::Topic { .. } => Self::Topic,
        }
    }

    /// How to show the message by its text alone.
    #[must_use]
    pub const fn shown_as(self) -> Kind {
        match self {
            Self::Text | Self::Edit | Self::Unknown => Kind::Text,
            Self::Action | Self::Delete | Self::Reaction | Self::Pin | Self::Topic => Kind::Action,
        }
    }

    /// Whether a user reads it as a message; an event about a message is not counted as unread.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Text | Self::Action | Self::Unknown)
    }

    /// The kind as the wire has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Action => "action",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Reaction => "reaction",
            Self::Pin => "pin",
            Self::Topic => "topic",
            Self::Unknown => "unknown",
        }
    }
}

impl From<Kind> for MessageKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Action => Self::Action,
        }
    }
}

/// The fields of [`Event::Accepted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The number of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The device that gave it the number, if the `say` named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// Its room.
    pub room: RoomName,
    /// Its position in the room.
    pub seq: Seq,
    /// When the server stored it.
    pub at: Timestamp,
    /// Whether it was accepted before: there is no second message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeat: bool,
}

/// The fields of [`Event::Refused`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why, for a program.
    pub code: RefusalCode,
    /// Why, and what to do, for a person.
    pub text: String,
    /// The number of the refused `say`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The device that gave it the number, if the `say` named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The room it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// The message that the refused `thread` or `versions` is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// A free name, if the requested one is taken.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "UserName::lenient_option"
    )]
    pub suggestion: Option<UserName>,
    /// Time after which it may be carried out, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u64>,
}

impl Refusal {
    /// A refusal that is about no `say` and no room.
    #[must_use]
    pub fn new(code: RefusalCode, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            n: None,
            device: None,
            room: None,
            seq: None,
            suggestion: None,
            retry_ms: None,
        }
    }
}
