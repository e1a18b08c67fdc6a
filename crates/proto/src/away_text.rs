//! The text of a user who is away.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use crate::limits::AWAY_BYTES_MAX;
use crate::unsafe_chars::is_line_end;

/// The text of a user who is away: at most [`AWAY_BYTES_MAX`] bytes on one line; empty for none. Cheap to clone.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct AwayText(Arc<str>);

/// Which rule the text breaks. The client that sent it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwayTextError {
    /// More than [`AWAY_BYTES_MAX`] bytes.
    #[error("an away text has at most {AWAY_BYTES_MAX} bytes, this one has {0}")]
    TooLong(usize),
    /// A control character.
    #[error("an away text has no control characters, this one has U+{:04X}", *.0 as u32)]
    Control(char),
}

impl AwayText {
    /// Takes a text as a client sent it.
    ///
    /// # Errors
    /// Returns the rule that the text breaks.
    pub fn new(written: impl Into<Arc<str>>) -> Result<Self, AwayTextError> {
        let written = written.into();
        if written.len() > AWAY_BYTES_MAX {
            return Err(AwayTextError::TooLong(written.len()));
        }
        match written.chars().find(|c| c.is_control() || is_line_end(*c)) {
            Some(c) => Err(AwayTextError::Control(c)),
            None => Ok(Self(written)),
        }
    }

    /// Makes a text of any string: removes what is not allowed, and cuts it at the bound.
    #[must_use]
    pub fn from_lossy(written: &str) -> Self {
        let allowed: String =
            written.chars().filter(|c| !c.is_control() && !is_line_end(*c)).collect();
        Self(allowed[..allowed.floor_char_boundary(AWAY_BYTES_MAX)].into())
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AwayText {
    type Error = AwayTextError;
    fn try_from(written: String) -> Result<Self, AwayTextError> {
        Self::new(written)
    }
}

impl Serialize for AwayText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_away_text_is_one_short_line() {
        assert!(AwayText::new("x".repeat(64)).is_ok() && AwayText::new("").is_ok());
        assert_eq!(AwayText::new("x".repeat(65)).unwrap_err(), AwayTextError::TooLong(65));
        for c in ['\n', '\u{1b}', '\u{2028}'] {
            assert_eq!(AwayText::new(format!("a{c}")).unwrap_err(), AwayTextError::Control(c));
        }
    }
}
