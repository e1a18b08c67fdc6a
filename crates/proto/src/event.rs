//! What the server tells. `docs/protocol.md` has each event with an example.

use crate::id::UserId;
use serde::{Deserialize, Serialize};

use crate::command::{Kind, Nonce};
use crate::{
    DeviceId, EndCode, Features, LeaveReason, RefusalCode, RoomName, Secret, ShortString, Text,
    Timestamp, Topic, UserName,
};

/// One thing the server tells a client; in the native protocol one JSON object, told apart by its
/// `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Answers a good `hello`.
    Welcome(Welcome),
    /// Answers an `about`.
    About {
        /// What the server is.
        server: Server,
        /// Which journal it has.
        journal: JournalId,
    },
    /// A room the user is in, as it is now.
    Room(RoomState),
    /// Older messages of a room: answers a `history`.
    History {
        /// The room in question.
        room: RoomName,
        /// The messages, oldest first.
        messages: Vec<Message>,
        /// Whether there are older ones.
        more: bool,
    },
    /// Who is in a room: answers a `who`.
    Users {
        /// The room in question.
        room: RoomName,
        /// The users, by name.
        users: Vec<User>,
        /// Whether there are more.
        more: bool,
    },
    /// Which rooms there are: answers a `rooms`.
    Rooms {
        /// The rooms, by name.
        rooms: Vec<RoomInfo>,
        /// Whether there are more.
        more: bool,
    },
    /// How many users are in a large room, where `joined` and `left` are not told.
    Presence {
        /// The room.
        room: RoomName,
        /// How many.
        count: usize,
    },
    /// A room has another topic.
    Topic {
        /// The room.
        room: RoomName,
        /// What it is about now.
        topic: Topic,
        /// Who says so.
        user: User,
    },
    /// The user has read further, here or in another of its sessions.
    Read {
        /// The room.
        room: RoomName,
        /// The last message that was read.
        seq: u64,
        /// The last message that was counted, if unread messages were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_seq: Option<u64>,
        /// How many messages of others the user has not read, as far as they were counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unread: Option<u64>,
        /// How many of those name the user.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mentions: Option<u64>,
        /// Whether there are more, which were not counted.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    },
    /// Somebody came into a room.
    Joined {
        /// The room.
        room: RoomName,
        /// Who came.
        user: User,
    },
    /// Somebody left a room.
    Left {
        /// The room.
        room: RoomName,
        /// Who left.
        user: User,
        /// Why.
        reason: LeaveReason,
    },
    /// Somebody took another name.
    Renamed {
        /// The user, as it was.
        user: User,
        /// The name, as it is.
        #[serde(deserialize_with = "UserName::lenient")]
        name: UserName,
    },
    /// Somebody said something.
    Message(Message),
    /// Answers a `say`: it is said.
    Accepted(Accepted),
    /// Answers a command that is not carried out.
    Refused(Refusal),
    /// Asks for a sign of life.
    Ping {
        /// What the answer is to repeat.
        nonce: Nonce,
    },
    /// Answers a `ping`.
    Pong {
        /// The nonce of that ping.
        nonce: Nonce,
    },
    /// The last event of a session.
    Goodbye {
        /// Why it ends, in a word.
        code: EndCode,
        /// Why it ends, and what to do, for a person.
        text: String,
    },
}

impl Event {
    /// The `type` of every event, as the wire has it.
    pub const TYPES: &[&str] = &[
        "welcome", "about", "room", "history", "users", "rooms", "presence", "topic", "read",
        "joined", "left", "renamed", "message", "accepted", "refused", "ping", "pong", "goodbye",
    ];
}

/// A room the user is in, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomState {
    /// Its name, or the address of a direct message.
    pub room: RoomName,
    /// The present name of the other user of a direct message; `None` for any other room.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "UserName::lenient_option"
    )]
    pub title: Option<UserName>,
    /// Its topic; empty if there is none.
    pub topic: Topic,
    /// How many users are in it.
    pub count: usize,
    /// The first of them, `limits.users_listed` at most.
    pub users: Vec<User>,
    /// The `seq` of its last message, 0 before the first.
    pub last_seq: u64,
    /// The last message that the user has read.
    #[serde(default)]
    pub read: u64,
    /// How many messages of others the user has not read, as far as they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<u64>,
    /// How many of those name the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<u64>,
    /// Whether there are more, which were not counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// Somebody who is here: a number and a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The user's number, from 1; 0 is the server's own. No other user ever has it.
    pub id: UserId,
    /// The name.
    #[serde(deserialize_with = "UserName::lenient")]
    pub name: UserName,
}

/// The fields of [`Event::Welcome`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The protocol's version.
    pub version: u32,
    /// The user's number.
    pub id: UserId,
    /// The user's name, as others see it.
    #[serde(deserialize_with = "UserName::lenient")]
    pub name: UserName,
    /// What makes the next session the same user's; a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// The greatest `n` accepted from this device; 0 if there is none.
    pub last: u64,
    /// Which journal the server has: the identity of the server, whatever its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalId>,
    /// What the server is.
    pub server: Server,
    /// What the server can do.
    #[serde(default, skip_serializing_if = "Features::is_empty")]
    pub features: Features,
    /// What a client must keep to.
    pub limits: Limits,
}

/// Which journal a server has, and which of its pasts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JournalId {
    /// Made with the journal; it never changes.
    pub id: ShortString,
    /// Another one after each restore of the journal from a backup: every `seq` that a client knows
    /// from before is void.
    pub epoch: ShortString,
}

/// What a server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The program's name.
    pub name: String,
    /// The program's version.
    pub version: String,
}

/// What a client must keep to, and may rely on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Longest line, in bytes, the line end not counted.
    pub line_bytes: usize,
    /// Longest text of a message, in bytes.
    pub text_bytes: usize,
    /// Longest name, in characters.
    pub name_chars: usize,
    /// Longest topic, in bytes.
    pub topic_bytes: usize,
    /// Most users in the list of a `room`.
    pub users_listed: usize,
    /// In a room of more users than this, who comes and goes is not told, only how many are there.
    pub presence_users: usize,
    /// Most rooms one user is in.
    pub rooms: usize,
    /// Most messages in a `history`.
    pub history_messages: u32,
    /// After how much silence a session is pinged, and after how much more it is ended, in
    /// milliseconds.
    pub idle_timeout_ms: u64,
}

/// The fields of [`Event::Message`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The room it was said in.
    pub room: RoomName,
    /// Its place in the room: 1, 2, 3 …, without a gap.
    pub seq: u64,
    /// Who said it.
    pub from: User,
    /// When the server took it.
    pub at: Timestamp,
    /// Whether it was said or done.
    pub kind: MessageKind,
    /// What was said.
    pub text: Text,
    /// Whether the message is damaged on the server's disk: then `text` says so, and `from` is the
    /// server if it is not known any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub damaged: bool,
    /// The device it was said on; told to the user's own sessions alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The number the device gave it; told to the user's own sessions alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
}

/// The kind of a message as a client reads it: a newer server may have more kinds than [`Kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Something said.
    Text,
    /// Something done, in the third person.
    Action,
    /// A kind of a newer server. The text of the message is for a person to read.
    #[serde(other)]
    Unknown,
}

impl MessageKind {
    /// How to show the message: of an unknown kind, its text is shown as if it was said.
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
    /// The number the client gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The device whose number that is, if the `say` named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The room it was said in.
    pub room: RoomName,
    /// Its place in the room.
    pub seq: u64,
    /// When the server took it.
    pub at: Timestamp,
    /// Whether it was accepted before: there is no second message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeat: bool,
}

/// One room of many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomInfo {
    /// Its name.
    pub room: RoomName,
    /// What it is about.
    pub topic: Topic,
    /// How many users are in it.
    pub count: usize,
}

/// The fields of [`Event::Refused`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why, in a word.
    pub code: RefusalCode,
    /// Why, and what to do, for a person.
    pub text: String,
    /// The number of the `say` it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The device whose number that is, if the `say` named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The room it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// A name that is free, where the one asked for is taken.
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
