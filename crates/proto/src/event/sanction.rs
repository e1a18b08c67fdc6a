//! Sanctions and records of the audit log, as they are sent.

use serde::{Deserialize, Serialize};

use crate::{AuditKind, Network, Reason, RoomName, SanctionKind, Timestamp, User};

/// A sanction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SanctionInfo {
    /// Its number, by which it is pardoned. `None` for a kick, which is over at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// Its kind.
    pub kind: SanctionKind,
    /// The room; `None` for the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomName>,
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The network, for its guests and new users. Only moderators receive it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// The number of the invite, for all who came by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<u64>,
    /// Who has made it; `None` for the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<User>,
    /// When it ends; `None` for no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why.
    #[serde(default, skip_serializing_if = "Reason::is_empty")]
    pub reason: Reason,
}

/// A record of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its number: later records have greater ones.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Who; `None` for the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<User>,
    /// What.
    pub what: AuditKind,
    /// The details, for a person.
    pub about: String,
    /// Why; empty for nothing.
    #[serde(default, skip_serializing_if = "Reason::is_empty")]
    pub reason: Reason,
}
