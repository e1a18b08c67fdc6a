//! What a client asks. `docs/protocol.md` has each command with an example.

use serde::{Deserialize, Serialize};

use crate::{DeviceId, Features, RoomName, Secret, ShortString, Text, Topic, UserName};

/// The version of the native protocol that this crate speaks.
pub const VERSION: u32 = 1;

/// One thing a client asks of the server; in the native protocol one JSON object, told apart by
/// its `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Says who calls; the first command of a session.
    Hello(Hello),
    /// Asks which server and which journal this is; may come before `hello`.
    About,
    /// Says something in a room.
    Say(Say),
    /// Asks into a room.
    Join {
        /// The room to join.
        room: RoomName,
        /// The last `seq` of the room that the client has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<u64>,
    },
    /// Leaves a room.
    Leave {
        /// The room to leave.
        room: RoomName,
    },
    /// Asks for older messages of a room.
    History {
        /// The room in question.
        room: RoomName,
        /// Only messages with a lower `seq`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
        /// How many at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Asks who is in a room.
    Who {
        /// The room in question.
        room: RoomName,
        /// Only users that come after this name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<UserName>,
        /// How many at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Says what a room is about.
    Topic {
        /// The room in question.
        room: RoomName,
        /// What it is about; empty for nothing.
        topic: Topic,
    },
    /// Asks which rooms there are.
    Rooms {
        /// Only rooms that come after this name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<RoomName>,
        /// How many at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Says how far the user has read.
    Read {
        /// The room in question.
        room: RoomName,
        /// The last message of it that was read.
        seq: u64,
    },
    /// Takes another name.
    Rename {
        /// The name to take.
        name: UserName,
    },
    /// Asks for a sign of life.
    Ping {
        /// What the answer is to repeat.
        #[serde(default)]
        nonce: Nonce,
    },
    /// Answers the server's ping.
    Pong {
        /// The nonce of that ping.
        #[serde(default)]
        nonce: Nonce,
    },
    /// Ends the session.
    Bye,
}

impl Command {
    /// The `type` of every command, as the wire has it.
    pub const TYPES: &[&str] = &[
        "hello", "about", "say", "join", "leave", "history", "who", "topic", "rooms", "read",
        "rename", "ping", "pong", "bye",
    ];
}

/// The fields of [`Command::Hello`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The protocol's version, [`VERSION`].
    pub version: u32,
    /// The name the user wants.
    pub name: UserName,
    /// The token of an earlier welcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// Whether `token`, if the server does not know it, becomes that of a new user.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new: bool,
    /// The device: this run of the client; empty if it has none.
    #[serde(default, skip_serializing_if = "DeviceId::is_empty")]
    pub device: DeviceId,
    /// What the client can do.
    #[serde(default, skip_serializing_if = "Features::is_empty")]
    pub features: Features,
}

/// The fields of [`Command::Say`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Say {
    /// Where to say it.
    pub room: RoomName,
    /// Whether it is said or done.
    #[serde(default)]
    pub kind: Kind,
    /// The number the device gives what it says: 1, 2, 3 …, always increasing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The device whose number `n` is, if that is not the session's own: a message that an earlier run
    /// of the client has not had an answer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// What is said.
    pub text: Text,
}

/// Whether a message is said (`bob: hi`) or done (`* bob waves`).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something said.
    #[default]
    Text,
    /// Something done, in the third person.
    Action,
}

/// What a pong repeats of its ping: a number or a text, as the peer chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Nonce {
    /// A number.
    Number(u64),
    /// A text.
    Text(ShortString),
}

impl Default for Nonce {
    fn default() -> Self {
        Self::Number(0)
    }
}
