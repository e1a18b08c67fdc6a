//! Short texts on one line: away texts, and reasons of sanctions.

use crate::limits::{AWAY_BYTES_MAX, REASON_BYTES_MAX};
use crate::unsafe_chars::is_line_end;

/// Which rule a short text breaks. The client that sent it is at fault. Holds what the text is, such as "a reason".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShortLineError {
    /// More bytes than it may have: what, how many it may have, and how many it has.
    #[error("{0} has at most {1} bytes, this one has {2}")]
    TooLong(&'static str, usize, usize),
    /// A control character or a line end.
    #[error("{what} has no control characters, this one has U+{code:04X}", what = .0, code = u32::from(*.1))]
    Control(&'static str, char),
}

fn is_forbidden(c: char) -> bool {
    c.is_control() || is_line_end(c)
}

/// Returns an error if a text of at most `max` bytes breaks a rule.
fn check(written: &str, noun: &'static str, max: usize) -> Result<(), ShortLineError> {
    if written.len() > max {
        return Err(ShortLineError::TooLong(noun, max, written.len()));
    }
    match written.chars().find(|c| is_forbidden(*c)) {
        Some(c) => Err(ShortLineError::Control(noun, c)),
        None => Ok(()),
    }
}

/// Removes what is not allowed, and cuts the text at `max` bytes.
fn cleaned(written: &str, max: usize) -> String {
    let mut allowed: String = written.chars().filter(|c| !is_forbidden(*c)).collect();
    allowed.truncate(allowed.floor_char_boundary(max));
    allowed
}

/// Defines a short text: its documentation, its name, what an error calls it, and its bound in bytes.
macro_rules! short_line {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $max:ident) => {
        $(#[$doc])*
        #[derive(Debug, Default, Clone, PartialEq, Eq, Hash, serde::Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Takes a text as a client sent it.
            ///
            /// # Errors
            /// Returns the rule that the text breaks.
            pub fn new(written: impl Into<std::sync::Arc<str>>) -> Result<Self, ShortLineError> {
                let written = written.into();
                check(&written, $noun, $max).map(|()| Self(written))
            }

            /// Makes one of any string: removes what is not allowed, and cuts it at the bound.
            #[must_use]
            pub fn from_lossy(written: &str) -> Self {
                Self(cleaned(written, $max).into())
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns true if there is none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl TryFrom<String> for $name {
            type Error = ShortLineError;
            fn try_from(written: String) -> Result<Self, ShortLineError> {
                Self::new(written)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

short_line! {
    /// The text of a user who is away: at most [`AWAY_BYTES_MAX`] bytes on one line; empty for none. Cheap to clone.
    AwayText, "an away text", AWAY_BYTES_MAX
}

short_line! {
    /// The reason of a sanction: at most [`REASON_BYTES_MAX`] bytes on one line; empty for none. Cheap to clone.
    Reason, "a reason", REASON_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_and_an_away_text_are_one_short_line() {
        assert!(Reason::new("x".repeat(200)).is_ok() && Reason::default().is_empty());
        assert!(AwayText::new("x".repeat(64)).is_ok() && AwayText::new("").is_ok());
        let long = |error: Option<ShortLineError>| error.unwrap().to_string();
        assert_eq!(
            long(Reason::new("x".repeat(201)).err()),
            "a reason has at most 200 bytes, this one has 201"
        );
        assert_eq!(
            long(AwayText::new("x".repeat(65)).err()),
            "an away text has at most 64 bytes, this one has 65"
        );
        for c in ['\n', '\u{1b}', '\u{2028}'] {
            let written = format!("a{c}");
            let of = |noun| Some(ShortLineError::Control(noun, c));
            assert_eq!(Reason::new(written.clone()).err(), of("a reason"));
            assert_eq!(AwayText::new(written).err(), of("an away text"));
        }
        assert_eq!(Reason::from_lossy(&format!("a\u{1b}{}", "é".repeat(100))).as_str().len(), 199);
    }
}
