//! A short string that a peer chooses.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use crate::limits::SHORT_BYTES_MAX;
use crate::unsafe_chars::{is_invisible, is_line_end};

/// A string of at most [`SHORT_BYTES_MAX`] bytes, such as the name of a feature. Cheap to clone.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct ShortString(Arc<str>);

/// A string of more than [`SHORT_BYTES_MAX`] bytes; holds its length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this has at most {SHORT_BYTES_MAX} bytes, not {0}")]
pub struct ShortStringTooLong(pub usize);

impl ShortString {
    /// The string as a peer sent it.
    ///
    /// # Errors
    /// Returns an error if it is too long.
    pub fn new(written: impl Into<Arc<str>>) -> Result<Self, ShortStringTooLong> {
        let written = written.into();
        let length = written.len();
        if length > SHORT_BYTES_MAX { Err(ShortStringTooLong(length)) } else { Ok(Self(written)) }
    }

    /// The string without control, line and invisible characters, and without spaces around it: to show it.
    #[must_use]
    pub fn cleaned(&self) -> Self {
        let is_shown = |c: &char| !c.is_control() && !is_line_end(*c) && !is_invisible(*c);
        let shown: String = self.0.chars().filter(is_shown).collect();
        Self(shown.trim().into())
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<String> for ShortString {
    type Error = ShortStringTooLong;
    fn try_from(written: String) -> Result<Self, ShortStringTooLong> {
        Self::new(written)
    }
}

impl Serialize for ShortString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cleaned_string_has_only_what_shows() {
        let cleaned = |written: &str| ShortString::new(written).unwrap().cleaned();
        assert_eq!(
            cleaned(" ana's\u{1b}[2J\u{202e} lap\u{2028}top\n ").as_str(),
            "ana's[2J laptop"
        );
        assert!(cleaned("\u{200b}\t").is_empty());
        assert_eq!(cleaned("Büro ✓").as_str(), "Büro ✓");
    }
}
