//! A message, and the two answers to a `say`.

use serde::{Deserialize, Serialize};

#[cfg(doc)]
use super::Event;
use super::User;
use crate::command::Kind;
use crate::{DeviceId, RefusalCode, RoomName, Seq, Text, Timestamp, UserName};

/// The fields of [`Event::Message`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its room.
    pub room: RoomName,
    /// Its position in the room: 1, 2, 3 …, without a gap.
    pub seq: Seq,
    /// The author.
    pub from: User,
    /// When the server stored it.
    pub at: Timestamp,
    /// Whether it is a text or an action.
    pub kind: MessageKind,
    /// The text.
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
}

/// The kind of a message as a client reads it: a newer server may have more kinds than [`Kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A text.
    Text,
    /// An action, in the third person.
    Action,
    /// A kind of a newer server. The text of the message is for a person to read.
    #[serde(other)]
    Unknown,
}

impl MessageKind {
    /// How to show the message: of an unknown kind, its text is shown as that of a text.
    #[must_use]
    pub const fn shown_as(self) -> Kind {
        match self {
            Self::Text | Self::Unknown => Kind::Text,
            Self::Action => Kind::Action,
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
    /// A free name, if the requested one is taken.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "UserName::lenient_option"
    )]
    pub suggestion: Option<UserName>,
}

impl Refusal {
    /// A refusal that is about no `say` and no room.
    #[must_use]
    pub fn new(code: RefusalCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), n: None, device: None, room: None, suggestion: None }
    }
}
