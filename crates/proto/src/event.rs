//! What the server tells. `docs/protocol.md` has each event with an example.

use serde::{Deserialize, Serialize};

use crate::command::{Kind, Nonce};
use crate::{At, EndCode, LeaveReason, RefusalCode, RoomName, Text, UserName};

/// One thing the server tells a client; in the native protocol one JSON object, told apart by its
/// `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Answers a good `hello`.
    Welcome(Welcome),
    /// A room the user is in, as it is now.
    Room {
        /// Its name.
        room: RoomName,
        /// What it is about; empty where nobody has said.
        topic: String,
        /// How many users are in it.
        count: usize,
        /// The first of them, `limits.users_listed` at most.
        users: Vec<User>,
        /// The `seq` of its last message, 0 before the first.
        last_seq: u64,
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

/// Somebody who is here: a number and a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The number of the connection, from 1; 0 is the server's own.
    pub id: u64,
    /// The name.
    pub name: UserName,
}

/// The fields of [`Event::Welcome`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The protocol's version.
    pub version: u32,
    /// The number of this connection.
    pub id: u64,
    /// The user's name, as others see it.
    pub name: UserName,
    /// The last `n` accepted from this device: what is above it has to be said again.
    pub last: u64,
    /// What the server is.
    pub server: Server,
    /// What a client must keep to.
    pub limits: Limits,
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
    /// Most users in the list of a `room`.
    pub users_listed: usize,
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
    pub at: At,
    /// Whether it was said or done.
    pub kind: Kind,
    /// What was said.
    pub text: Text,
}

/// The fields of [`Event::Accepted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The number the client gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The room it was said in.
    pub room: RoomName,
    /// Its place in the room.
    pub seq: u64,
    /// When the server took it.
    pub at: At,
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
    /// The room it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// A name that is free, where the one asked for is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<UserName>,
}

impl Refusal {
    /// A refusal that is about no `say` and no room.
    #[must_use]
    pub fn new(code: RefusalCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), n: None, room: None, suggestion: None }
    }
}
