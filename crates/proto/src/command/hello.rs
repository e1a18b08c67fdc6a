//! The first command of a session.

use serde::{Deserialize, Serialize};

use crate::{DeviceId, Features, Secret, ShortString, UserName};

/// The fields of [`Command::Hello`](super::Command::Hello).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The protocol's version, [`VERSION`](super::VERSION).
    pub version: u32,
    /// The name the user wants.
    pub name: UserName,
    /// The token of an earlier welcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// Whether `token`, if the server does not know it, becomes that of a new user.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub new: bool,
    /// The invite by which a new user comes in, if new users need one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<Secret>,
    /// Without a token: a code of [`Command::Link`](super::Command::Link). The session is of the user who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Secret>,
    /// Without a token and a link: the password of the user who has the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// The device: this run of the client; empty if it has none.
    #[serde(default, skip_serializing_if = "DeviceId::is_empty")]
    pub device: DeviceId,
    /// The name that the user has given the machine; `None` if the client does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<ShortString>,
    /// The features of the client.
    #[serde(default, skip_serializing_if = "Features::is_empty")]
    pub features: Features,
}
