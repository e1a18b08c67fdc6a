//! The emoji of a reaction.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_segmentation::UnicodeSegmentation;

use crate::limits::EMOJI_BYTES_MAX;
use crate::unsafe_chars::{is_blank, is_invisible, is_line_end};

/// The emoji of a reaction: one grapheme of at most [`EMOJI_BYTES_MAX`] bytes that can be seen. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Emoji(Arc<str>);

/// Which rule an emoji breaks. The client that sent it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmojiError {
    /// More than [`EMOJI_BYTES_MAX`] bytes.
    #[error("an emoji has at most {EMOJI_BYTES_MAX} bytes, this one has {0}")]
    TooLong(usize),
    /// None or several graphemes.
    #[error("a reaction is one emoji, this one has {0} characters")]
    NotOne(usize),
    /// A control character or white space.
    #[error("an emoji has no control characters and no white space, this one has U+{:04X}", *.0 as u32)]
    NotShown(char),
    /// Nothing but invisible characters, such as a variation selector alone.
    #[error("a reaction is an emoji that can be seen, this one is U+{:04X}, which is invisible", *.0 as u32)]
    Invisible(char),
}

impl Emoji {
    /// Takes an emoji as a client sent it.
    ///
    /// # Errors
    /// Returns the rule that the emoji breaks.
    pub fn new(written: impl Into<Arc<str>>) -> Result<Self, EmojiError> {
        let emoji = Self::from_stored(written)?;
        let is_unseen = |c: char| is_invisible(c) || is_blank(c);
        match emoji.0.chars().next() {
            Some(first) if emoji.0.chars().all(is_unseen) => Err(EmojiError::Invisible(first)),
            _ => Ok(emoji),
        }
    }

    /// Takes an emoji that a server has stored. An earlier version also accepted invisible ones: what was accepted
    /// stays what it is.
    ///
    /// # Errors
    /// Returns the rule that the emoji breaks.
    pub fn from_stored(written: impl Into<Arc<str>>) -> Result<Self, EmojiError> {
        let written = written.into();
        if written.len() > EMOJI_BYTES_MAX {
            return Err(EmojiError::TooLong(written.len()));
        }
        let is_hidden = |c: &char| c.is_control() || c.is_whitespace() || is_line_end(*c);
        if let Some(c) = written.chars().find(is_hidden) {
            return Err(EmojiError::NotShown(c));
        }
        match written.graphemes(true).count() {
            1 => Ok(Self(written)),
            count => Err(EmojiError::NotOne(count)),
        }
    }

    /// Makes an emoji of what a server sent: its first valid grapheme, or U+FFFD. A newer server may know other
    /// graphemes, and a message must not be lost to that.
    #[must_use]
    pub fn from_lossy(written: &str) -> Self {
        let mut valid = written.graphemes(true).filter_map(|one| Self::new(one).ok());
        valid.next().unwrap_or_else(|| Self(Arc::from("\u{fffd}")))
    }

    /// The emoji itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Emoji {
    type Error = EmojiError;
    fn try_from(written: String) -> Result<Self, EmojiError> {
        Self::new(written)
    }
}

impl std::fmt::Display for Emoji {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads an emoji of an event, see [`Emoji::from_lossy`].
pub(crate) fn of_event<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Emoji, D::Error> {
    String::deserialize(deserializer).map(|written| Emoji::from_lossy(&written))
}

/// The same for a field that may be missing.
pub(crate) fn of_event_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Emoji>, D::Error> {
    let written = Option::<String>::deserialize(deserializer)?;
    Ok(written.map(|written| Emoji::from_lossy(&written)))
}

impl Serialize for Emoji {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn an_emoji_is_one_grapheme_however_many_characters_it_has() {
        for emoji in ["👍", "👍🏽", "👩‍💻", "🇪🇸", "❤\u{fe0f}", "1\u{fe0f}\u{20e3}"]
        {
            assert_eq!(Emoji::new(emoji).unwrap().as_str(), emoji);
        }
        assert_eq!(Emoji::new("").unwrap_err(), EmojiError::NotOne(0));
        assert_eq!(Emoji::new("👍👍").unwrap_err(), EmojiError::NotOne(2));
        assert_eq!(Emoji::new("x".repeat(65)).unwrap_err(), EmojiError::TooLong(65));
        for c in [' ', '\n', '\u{1b}', '\u{2028}'] {
            assert_eq!(Emoji::new(c.to_string()).unwrap_err(), EmojiError::NotShown(c));
        }
    }

    #[test]
    fn an_emoji_that_cannot_be_seen_is_refused_and_is_shown_as_a_replacement() {
        let cases = include_str!("../../../tests/cases/emoji.json");
        let cases: Vec<HashMap<String, String>> = serde_json::from_str(cases).unwrap();
        for case in &cases {
            let (written, shown) = (case["written"].as_str(), case["shown"].as_str());
            let made = Emoji::new(written);
            assert_eq!(made.is_ok(), written == shown, "{written:?}: {made:?}");
            assert_eq!(Emoji::from_lossy(written).as_str(), shown, "{written:?}");
            assert_eq!(Emoji::from_stored(written).unwrap().as_str(), written, "{written:?}");
        }
        let said = Emoji::new("\u{fe0f}").unwrap_err().to_string();
        let expected =
            "a reaction is an emoji that can be seen, this one is U+FE0F, which is invisible";
        assert_eq!(said, expected);
    }

    #[test]
    fn a_message_with_an_emoji_of_a_newer_server_can_be_read() {
        let from = r##""room":"#lobby","seq":2,"from":{"id":3,"name":"ana"},"at":"2026-11-22T14:02:07.123Z""##;
        for (written, read) in [("👍👍", "👍"), (" 👍", "👍"), ("", "\u{fffd}"), (" ", "\u{fffd}")]
        {
            let reactions = format!(r#"[{{"emoji":"{written}","count":1}}]"#);
            let json = format!(
                r#"{{{from},"kind":"text","text":"hi","emoji":"{written}","reactions":{reactions}}}"#
            );
            let message: crate::Message = serde_json::from_str(&json).unwrap();
            let details = message.details.unwrap();
            assert_eq!(details.emoji.unwrap().as_str(), read);
            assert_eq!(details.reactions[0].emoji.as_str(), read);
        }
    }
}
