//! An invite, as a client sees it.

use serde::{Deserialize, Serialize};

use super::User;
use crate::{Role, RoomName, ShortString, Timestamp};

/// An invite, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteInfo {
    /// Its number.
    pub id: u64,
    /// Who made it; `None` for the operator, or a user who is not known any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<User>,
    /// The role that it gives.
    #[serde(default = "Role::member", skip_serializing_if = "Role::is_member")]
    pub role: Role,
    /// How many users may come by it.
    pub uses: u32,
    /// How many have.
    #[serde(default)]
    pub used: u32,
    /// The room that new users join, too; also `None` if the user who asks cannot find the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// When it ends.
    pub until: Timestamp,
    /// Its purpose, in the words of its author.
    #[serde(default, skip_serializing_if = "ShortString::is_empty")]
    pub note: ShortString,
}
