//! Rooms and users, as events name them.

use serde::{Deserialize, Serialize};

use crate::{AwayText, Role, RoomName, Rules, Seq, Text, Timestamp, Topic, UserId, UserName};

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
    /// Its rules; `None` for a direct message, and from a server that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rules>,
    /// Those of `users` who have a role in the room.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleHolder>,
}

/// A user who has a role in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleHolder {
    /// The user's number.
    pub id: UserId,
    /// The role: its own in the room, or that which its role on the server gives it there.
    pub role: Role,
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

/// A text that a message has had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The `seq` of the edit; that of the message itself for its first text.
    pub seq: Seq,
    /// When the server stored it.
    pub at: Timestamp,
    /// The text.
    pub text: Text,
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
