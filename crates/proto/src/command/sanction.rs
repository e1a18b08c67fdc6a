//! A mute, a kick or a ban.

use serde::{Deserialize, Serialize};

use crate::{Network, Reason, RoomName, SanctionKind, UserName};

/// The fields of [`Command::Sanction`](super::Command::Sanction).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sanction {
    /// Its kind.
    pub kind: SanctionKind,
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserName>,
    /// The network, for its guests and new users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// The number of the invite, for all who came by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<u64>,
    /// The room; `None` for the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// Seconds until it ends; `None` for no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_s: Option<u64>,
    /// Removes what the user, or those who came by the invite, have written in the last seconds, up to
    /// [`REMOVE_S_MAX`]; `None` for nothing.
    ///
    /// [`REMOVE_S_MAX`]: crate::limits::REMOVE_S_MAX
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove_since_s: Option<u32>,
    /// Why; the user is shown it.
    #[serde(default, skip_serializing_if = "Reason::is_empty")]
    pub reason: Reason,
}
