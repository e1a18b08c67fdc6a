//! Secrets: text that must not appear in a log, and whose comparison must not tell how much of it is
//! right.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// A secret that a peer shows to be known again, such as a token.
///
/// `Debug` hides it. Two are compared in a time that depends on their lengths alone.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret as it is written.
    #[must_use]
    pub fn new(written: impl Into<String>) -> Self {
        Self(written.into())
    }

    /// The secret itself: for the wire and for the disk, never for a log.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DeviceId;
    use crate::command::{Hello, VERSION};
    use crate::{Command, Features, UserName};

    #[test]
    fn a_hello_can_be_logged_and_its_secrets_are_not() {
        let token = Some(Secret::new("5f0c1e9a"));
        let name = UserName::new("bob").unwrap();
        let (device, features) = (DeviceId::default(), Features::default());
        let (link, password) = (Some(Secret::new("7KQ2M9XT")), Some(Secret::new("correct horse")));
        let (invite, new) = (Some(Secret::new("iAbCdEfGh")), false);
        let device_name = None;
        let hello = Hello {
            version: VERSION,
            name,
            token,
            new,
            invite,
            link,
            password,
            device,
            device_name,
            features,
        };
        let logged = format!("{:?}", Command::Hello(Box::new(hello)));
        assert!(logged.contains("bob"), "{logged}");
        for secret in ["5f0c1e9a", "7KQ2M9XT", "correct horse", "iAbCdEfGh"] {
            assert!(!logged.contains(secret), "{logged}");
        }
    }

    #[test]
    fn secrets_are_equal_if_they_are_written_alike() {
        assert_eq!(Secret::new("abc"), Secret::new("abc"));
        assert_ne!(Secret::new("abc"), Secret::new("abd"));
        assert_ne!(Secret::new("abc"), Secret::new("abcd"));
    }
}
