//! What a client and a server can do beyond version 0.1.0 of the protocol: each sends its features in
//! `hello` and `welcome`.

use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::ShortString;
use crate::limits::FEATURES_MAX;

/// Users can be away: the events `away` and `back`, and who is away in lists of users.
pub const AWAY: &str = "away";

/// Users have passwords, codes for further devices, and lists of their devices and sessions.
pub const ACCOUNTS: &str = "accounts";

/// Direct messages have addresses.
pub const ADDRESSES: &str = "addresses";

/// Events about messages: edits, deletions, reactions, pins, topics; replies and threads; and messages as they are now.
pub const EVENTS: &str = "events";

/// The server says when the other user of a direct message was last connected.
pub const LAST_SEEN: &str = "last_seen";

/// A client makes the token of a new user.
pub const NEW_TOKENS: &str = "new_tokens";

/// Users and rooms have roles and rules: the events `role`, `rules` and `asked_in`, and who has a role in lists of
/// users.
pub const ROLES: &str = "roles";

/// The server finds messages by their words, and by their time.
pub const SEARCH: &str = "search";

/// The event `typing`: another user is writing a message.
pub const TYPING: &str = "typing";

/// The server counts what the user has not read.
pub const UNREAD: &str = "unread";

/// Unknown things are survivable: commands and events of unknown types, messages of unknown kinds.
pub const UNKNOWN_KINDS: &str = "unknown_kinds";

/// Every feature of this version, in the order of its documentation.
pub const ALL: &[&str] = &[
    ACCOUNTS,
    ADDRESSES,
    AWAY,
    EVENTS,
    LAST_SEEN,
    NEW_TOKENS,
    ROLES,
    SEARCH,
    TYPING,
    UNREAD,
    UNKNOWN_KINDS,
];

/// The features of one side, at most [`FEATURES_MAX`]. Empty if it sends none.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Features(Vec<ShortString>);

impl Features {
    /// The features of this version.
    #[must_use]
    pub fn all() -> Self {
        let word =
            |name: &&str| ShortString::new(*name).expect("the names of the features are short");
        Self(ALL.iter().map(word).collect())
    }

    /// The same features without one of them.
    #[must_use]
    pub fn without(mut self, feature: &str) -> Self {
        self.0.retain(|word| word.as_str() != feature);
        self
    }

    /// Whether `feature` is one of them.
    #[must_use]
    pub fn has(&self, feature: &str) -> bool {
        self.0.iter().any(|word| word.as_str() == feature)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads features until there are too many: a peer that is not identified yet may send a long list.
impl<'de> Deserialize<'de> for Features {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl<'de> Visitor<'de> for Words {
            type Value = Features;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {FEATURES_MAX} short strings")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Features, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    if words.len() == FEATURES_MAX {
                        return Err(A::Error::invalid_length(FEATURES_MAX + 1, &self));
                    }
                    words.push(word);
                }
                Ok(Features(words))
            }
        }

        deserializer.deserialize_seq(Words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Features, String> {
        serde_json::from_str(json).map_err(|error: serde_json::Error| error.to_string())
    }

    #[test]
    fn a_list_is_bounded_in_count_and_length() {
        let words = |count| format!("[{}]", vec![r#""a""#; count].join(","));
        assert!(read(&words(FEATURES_MAX)).is_ok());
        let error = read(&words(FEATURES_MAX + 1)).unwrap_err();
        assert!(error.contains("expected a list of at most 64 short strings"), "{error}");
        let error = read(&format!("[\"{}\"]", "a".repeat(65))).unwrap_err();
        assert!(error.contains("at most 64 bytes"), "{error}");
        assert!(read("[1]").is_err());
    }

    #[test]
    fn unknown_features_are_features() {
        let features = read(r#"["teleport","addresses"]"#).unwrap();
        assert!(features.has(ADDRESSES) && !features.has(NEW_TOKENS));
        assert!(Features::all().has(UNKNOWN_KINDS));
    }
}
