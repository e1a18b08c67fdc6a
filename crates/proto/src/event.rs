//! The events that the server sends. `docs/protocol.md` has an example of each.

use crate::id::{Seq, UserId};
use serde::{Deserialize, Serialize};

use crate::command::{Kind, Nonce};
use crate::{
    AwayText, DeviceId, EndCode, Features, LeaveReason, RefusalCode, RoomName, Secret, ShortString,
    Text, Timestamp, Topic, UserName,
};

/// An event of the server; in the native protocol a JSON object, whose `type` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Answers a `hello` that is accepted.
    Welcome(Welcome),
    /// Answers an `about`.
    About {
        /// The program of the server.
        server: Server,
        /// Which journal it has.
        journal: JournalId,
    },
    /// A room the user is in, as it is now.
    Room(RoomState),
    /// Older messages of a room: answers a `history`.
    History {
        /// The room.
        room: RoomName,
        /// The messages, oldest first.
        messages: Vec<Message>,
        /// Whether there are older ones.
        more: bool,
    },
    /// The users of a room: answers a `who`.
    Users {
        /// The room.
        room: RoomName,
        /// The users, by name.
        users: Vec<User>,
        /// Those of them who are away, as far as they are listed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        away: Vec<Away>,
        /// Whether there are more.
        more: bool,
    },
    /// The list of rooms: answers a `rooms`.
    Rooms {
        /// The rooms, by name.
        rooms: Vec<RoomInfo>,
        /// Whether there are more.
        more: bool,
    },
    /// The number of users of a large room, in which `joined` and `left` are not sent.
    Presence {
        /// The room.
        room: RoomName,
        /// The number of users.
        count: usize,
    },
    /// A room has another topic.
    Topic {
        /// The room.
        room: RoomName,
        /// The new topic.
        topic: Topic,
        /// The user who set it.
        user: User,
    },
    /// The user has read further, here or in another of its sessions.
    Read {
        /// The room.
        room: RoomName,
        /// The last message that was read.
        seq: Seq,
        /// The last message that was counted, if unread messages were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_seq: Option<Seq>,
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
    /// A user joined a room.
    Joined {
        /// The room.
        room: RoomName,
        /// The user.
        user: User,
    },
    /// A user left a room.
    Left {
        /// The room.
        room: RoomName,
        /// The user.
        user: User,
        /// Why.
        reason: LeaveReason,
    },
    /// A user changed its name.
    Renamed {
        /// The user, with the old name.
        user: User,
        /// The new name.
        #[serde(deserialize_with = "UserName::lenient")]
        name: UserName,
    },
    /// Another user is writing a message.
    Typing {
        /// The room.
        room: RoomName,
        /// The user.
        user: User,
    },
    /// A user is away.
    Away {
        /// The user.
        user: User,
        /// Why, or until when; empty for nothing.
        text: AwayText,
    },
    /// A user is not away any more.
    Back {
        /// The user.
        user: User,
    },
    /// A message.
    Message(Message),
    /// Answers a `say`: the message is stored.
    Accepted(Accepted),
    /// Answers a command that is not carried out.
    Refused(Refusal),
    /// Asks for a `pong`.
    Ping {
        /// The answer repeats it.
        nonce: Nonce,
    },
    /// Answers a `ping`.
    Pong {
        /// The nonce of that ping.
        nonce: Nonce,
    },
    /// The last event of a session.
    Goodbye {
        /// Why it ends, for a program.
        code: EndCode,
        /// Why it ends, and what to do, for a person.
        text: String,
    },
}

impl Event {
    /// The `type` of every event, as it is on the wire.
    pub const TYPES: &[&str] = &[
        "welcome", "about", "room", "history", "users", "rooms", "presence", "topic", "read",
        "joined", "left", "renamed", "typing", "away", "back", "message", "accepted", "refused",
        "ping", "pong", "goodbye",
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
    pub last_seq: Seq,
    /// The last message that the user has read.
    #[serde(default)]
    pub read: Seq,
    /// How many messages of others the user has not read, as far as they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<u64>,
    /// How many of those name the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<u64>,
    /// Whether there are more, which were not counted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Those of `users` who are away, as far as they are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub away: Vec<Away>,
    /// When the other user of a direct message was last connected; `None` if the user is connected, and for any
    /// other room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
}

/// A user who is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// The user's number.
    pub id: UserId,
    /// Why, or until when; empty for nothing.
    pub text: AwayText,
}

/// A user: a number and a name.
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
    /// The secret that identifies the user in the next `hello`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// The greatest `n` accepted from this device; 0 if there is none.
    pub last: u64,
    /// Which journal the server has: the identity of the server, whatever its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalId>,
    /// The program of the server.
    pub server: Server,
    /// What the server can do.
    #[serde(default, skip_serializing_if = "Features::is_empty")]
    pub features: Features,
    /// What a client must keep to.
    pub limits: Limits,
}

/// The journal of a server, and the epoch of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JournalId {
    /// Created with the journal; it never changes.
    pub id: ShortString,
    /// A new one after each restore of the journal from a backup: a `seq` of an earlier epoch is not valid.
    pub epoch: ShortString,
}

/// The program of a server.
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
    /// A room with more users than this sends their number instead of each `joined` and `left`.
    pub presence_users: usize,
    /// Most rooms one user is in.
    pub rooms: usize,
    /// Most messages in a `history`.
    pub history_messages: u32,
    /// The silence after which a session is pinged, and after as much again ended, in milliseconds.
    pub idle_timeout_ms: u64,
}

/// The fields of [`Event::Message`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its room.
    pub room: RoomName,
    /// Its place in the room: 1, 2, 3 …, without a gap.
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
    /// Its place in the room.
    pub seq: Seq,
    /// When the server stored it.
    pub at: Timestamp,
    /// Whether it was accepted before: there is no second message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeat: bool,
}

/// An entry of the list of rooms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomInfo {
    /// Its name.
    pub room: RoomName,
    /// Its topic.
    pub topic: Topic,
    /// How many users are in it.
    pub count: usize,
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
