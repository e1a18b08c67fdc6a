//! The account of a user, with its devices and its sessions.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::User;
use crate::{Door, Role, ShortString, Timestamp, UserId, UserName};

/// The account of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountInfo {
    /// The user's number.
    pub id: UserId,
    /// The user's name.
    #[serde(deserialize_with = "UserName::lenient")]
    pub name: UserName,
    /// The role on the server.
    #[serde(default = "Role::member", skip_serializing_if = "Role::is_member")]
    pub role: Role,
    /// Whether it has a password.
    pub has_password: bool,
    /// The devices that have a token, in the order in which they got it.
    #[serde(default)]
    pub devices: Vec<DeviceInfo>,
    /// The present sessions, in the order in which they began.
    #[serde(default)]
    pub sessions: Vec<SessionInfo>,
}

/// An account in a list of all accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSummary {
    /// The user's number.
    pub id: UserId,
    /// The user's name.
    #[serde(deserialize_with = "UserName::lenient")]
    pub name: UserName,
    /// The role on the server.
    #[serde(default = "Role::member", skip_serializing_if = "Role::is_member")]
    pub role: Role,
    /// Whether it has a password.
    pub has_password: bool,
    /// Number of devices that have a token.
    pub devices: u32,
    /// Number of present sessions.
    pub sessions: u32,
    /// When the user was last connected, to an hour.
    pub seen_at: Timestamp,
}

/// A device of a user, which has a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// Its number, by which it is dropped.
    pub id: u64,
    /// The name that the user has given it; empty if it is not known.
    #[serde(default, skip_serializing_if = "ShortString::is_empty")]
    pub device: ShortString,
    /// When it got its token; `None` if that was before the server stored the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
    /// When a session last began with the token.
    pub seen_at: Timestamp,
    /// Whether the session that asks began with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub this: bool,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Its number, by which it is ended.
    pub id: u64,
    /// Its user; `None` in an account, which is that of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The name that the user has given the machine; empty if it is not known.
    #[serde(default, skip_serializing_if = "ShortString::is_empty")]
    pub device: ShortString,
    /// The protocol that its client speaks.
    pub door: Door,
    /// When it began.
    pub since: Timestamp,
    /// Where it comes from. Only its own user receives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<IpAddr>,
    /// Whether it is the session that asks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub this: bool,
}
