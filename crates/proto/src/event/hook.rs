//! A hook, as a client sees it.

use serde::{Deserialize, Serialize};

use super::User;
use crate::{RoomName, Timestamp};

/// A hook, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookInfo {
    /// Its number.
    pub id: u64,
    /// The room in which it says something.
    pub room: RoomName,
    /// The user who says it.
    pub bot: User,
    /// Who made it; `None` for the operator, or a user who is not known any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<User>,
    /// When it was made.
    pub made_at: Timestamp,
}
