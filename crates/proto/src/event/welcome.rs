//! The welcome: the server, the user, and the limits of the session.

use serde::{Deserialize, Serialize};

#[cfg(doc)]
use super::Event;
use crate::{Features, Role, Secret, ShortString, UserId, UserName};

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
    /// The user's role on the server; `None` from a server that has no roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
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
    /// The features of the server.
    #[serde(default, skip_serializing_if = "Features::is_empty")]
    pub features: Features,
    /// The limits that a client must keep to.
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

/// The limits that a client must keep to, and may rely on.
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
