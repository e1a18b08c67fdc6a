//! The text of a message, and the topic of a room.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use crate::limits::{TEXT_BYTES_MAX, TOPIC_BYTES_MAX};
use crate::unsafe_chars::is_line_end;

/// Which rule a text breaks. The client that sent it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It is empty.
    #[error("a message needs a text")]
    Empty,
    /// More than [`TEXT_BYTES_MAX`] bytes.
    #[error("a text has at most {TEXT_BYTES_MAX} bytes, this one has {0}")]
    TooLong(usize),
    /// A control character other than line feed and tab.
    #[error("a text has no control characters but line feed and tab, this one has U+{:04X}", *.0 as u32)]
    Control(char),
}

/// The text of one message: 1 to [`TEXT_BYTES_MAX`] bytes of UTF-8, in which `\n` and `\t` are the
/// only control characters. Cheap to clone: it has one author and many readers.
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Text(Arc<str>);

impl Text {
    /// Takes a text as a client sent it.
    ///
    /// # Errors
    /// Returns the rule that the text breaks.
    pub fn new(written: impl Into<Arc<str>>) -> Result<Self, TextError> {
        let written = written.into();
        if written.is_empty() {
            return Err(TextError::Empty);
        }
        if written.len() > TEXT_BYTES_MAX {
            return Err(TextError::TooLong(written.len()));
        }
        // Most texts are printable ASCII. Without a branch in the loop, several bytes are compared at once.
        if written.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
            return Ok(Self(written));
        }
        match written.chars().find(|c| is_barred(*c)) {
            Some(c) => Err(TextError::Control(c)),
            None => Ok(Self(written)),
        }
    }

    /// Makes a text of any string, for a peer that cannot be asked again: removes control characters and the line
    /// ends around it, and cuts it at the bound. `None` if nothing is left.
    #[must_use]
    pub fn from_lossy(written: &str) -> Option<Self> {
        let kept: String = written.chars().filter(|c| !is_barred(*c)).collect();
        let kept = kept.trim_matches('\n');
        Self::new(&kept[..kept.floor_char_boundary(TEXT_BYTES_MAX)]).ok()
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The topic of a room: at most [`TOPIC_BYTES_MAX`] bytes on one line; empty for nothing.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Topic(String);

/// Which rule a topic breaks. The client that sent it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// More than [`TOPIC_BYTES_MAX`] bytes.
    #[error("a topic has at most {TOPIC_BYTES_MAX} bytes, this one has {0}")]
    TooLong(usize),
    /// A control character.
    #[error("a topic has no control characters, this one has U+{:04X}", *.0 as u32)]
    Control(char),
}

impl Topic {
    /// Takes a topic as a client sent it.
    ///
    /// # Errors
    /// Returns the rule that the topic breaks.
    pub fn new(written: impl Into<String>) -> Result<Self, TopicError> {
        let written = written.into();
        if written.len() > TOPIC_BYTES_MAX {
            return Err(TopicError::TooLong(written.len()));
        }
        match written.chars().find(|c| c.is_control() || is_line_end(*c)) {
            Some(c) => Err(TopicError::Control(c)),
            None => Ok(Self(written)),
        }
    }

    /// Makes a topic of any string: removes what is not allowed, and cuts it at the bound.
    #[must_use]
    pub fn from_lossy(written: &str) -> Self {
        let mut kept = String::new();
        for c in written.chars().filter(|c| !c.is_control() && !is_line_end(*c)) {
            if kept.len() + c.len_utf8() > TOPIC_BYTES_MAX {
                break;
            }
            kept.push(c);
        }
        Self(kept)
    }

    /// The topic itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Topic {
    type Error = TopicError;
    fn try_from(written: String) -> Result<Self, TopicError> {
        Self::new(written)
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.0
    }
}

fn is_barred(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Has the length of the text and never the text, so that no log has it.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

impl TryFrom<String> for Text {
    type Error = TextError;
    fn try_from(written: String) -> Result<Self, TextError> {
        Self::new(written)
    }
}

impl std::str::FromStr for Text {
    type Err = TextError;
    fn from_str(written: &str) -> Result<Self, TextError> {
        Self::new(written)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_broken_rule_is_named() {
        assert_eq!(Text::new("").unwrap_err(), TextError::Empty);
        assert_eq!(Text::new("x".repeat(16_385)).unwrap_err(), TextError::TooLong(16_385));
        for c in ['\0', '\r', '\u{1b}', '\u{7f}', '\u{9b}'] {
            assert_eq!(Text::new(format!("a{c}")).unwrap_err(), TextError::Control(c));
        }
        assert!(Text::new("x".repeat(16_384)).is_ok());
        assert!(Text::new("two\n\tlines").is_ok());
    }

    #[test]
    fn a_corrected_text_is_valid() {
        assert_eq!(Text::from_lossy("hi\r\n").unwrap().as_str(), "hi");
        assert_eq!(Text::from_lossy("\u{1b}[2J").unwrap().as_str(), "[2J");
        assert_eq!(Text::from_lossy("\n\r\0"), None);
        assert_eq!(Text::from_lossy(&"é".repeat(9000)).unwrap().as_str().len(), TEXT_BYTES_MAX);
    }

    #[test]
    fn a_log_never_shows_a_text() {
        assert_eq!(format!("{:?}", Text::new("secret").unwrap()), "Text(6 bytes)");
    }
}
