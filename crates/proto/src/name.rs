//! The names of users and rooms: checked when they are made, and always valid.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;

use crate::limits::NAME_CHARS_MAX;
use crate::unsafe_chars::is_joiner;

mod room;
mod rules;

pub use self::room::RoomName;
use self::room::address;
use self::rules::check_user;

/// Which rule a name breaks. The client that sent it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is empty.
    #[error("a name needs at least one character")]
    Empty,
    /// More than [`NAME_CHARS_MAX`] characters.
    #[error("a name has at most {NAME_CHARS_MAX} characters, this one has {0}")]
    TooLong(usize),
    /// White space before or after the name.
    #[error("a name neither begins nor ends with white space")]
    SpaceAtEnd,
    /// White space within the name of a room.
    #[error("the name of a room has no white space")]
    SpaceWithin,
    /// A control character, a line end, or one that does not show.
    #[error("a name has no control, line or invisible characters, this one has U+{:04X}", *.0 as u32)]
    Unprintable(char),
    /// A character that stands in front of names or beside them.
    #[error("a name has none of the characters | & @ # : * ( ) < > , \", this one has {0}")]
    Reserved(char),
    /// A first character that is none of a letter, a digit, an emoji and `_`.
    #[error("a name begins with a letter, a digit, an emoji or _, this one with {0}")]
    BadStart(char),
    /// Two spaces in a row, or white space that is not a space.
    #[error("a name has single spaces and no other white space")]
    Spaces,
    /// A character that is not a letter, digit or emoji, and none of the others that names have.
    #[error("a name has letters, digits, emoji and marks such as _ - . ', this one has {0}")]
    Symbol(char),
    /// A room's name that begins with neither `#` nor `@`.
    #[error("a room is #name, a direct message @name")]
    NoSigil,
    /// Two numbers with a hyphen between them: the address of a direct message.
    #[error(
        "a name is not two numbers with a hyphen; {0} looks like the address of a direct message"
    )]
    LooksLikeAddress(String),
    /// An address of a direct message that has no two users.
    #[error("@{0} is not an address of a direct message: it needs the numbers of two users")]
    BadAddress(String),
}

/// A user's name, as the user writes it, in NFC: 1 to [`NAME_CHARS_MAX`] letters, digits, emoji, single
/// spaces and ASCII punctuation, without what stands beside names on a screen, as `docs/protocol.md` has
/// it; not of the form `7-12`, which is the address of a direct message.
///
/// Two names are equal if their [keys](UserName::key) are: `Bob`, `bob` and `ｂｏｂ` are one name, and so are
/// `Ana María` and `ana_maría`.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Cow<str>")]
pub struct UserName(Name);

/// The content of both kinds of name. Cheap to clone: a name is in many places.
#[derive(Clone)]
struct Name(Arc<Spelling>);

/// The name as written, and the key by which it is compared.
struct Spelling {
    /// The name, and behind it the key if that is another one.
    text: Box<str>,
    /// Bytes of the name.
    written_bytes: u32,
}

impl Name {
    /// A user's name, perhaps with `@` in front.
    fn of_user(written: impl Into<String>) -> Self {
        Self::with_key(written.into(), |written| without_spaces(compare_key(written)))
    }

    /// The name of a room, which has no spaces.
    fn of_room(written: impl Into<String>) -> Self {
        Self::with_key(written.into(), compare_key)
    }

    fn with_key(written: String, key_of: impl Fn(&str) -> String) -> Self {
        let written_bytes = u32::try_from(written.len()).expect("a name is short");
        let mut text = written;
        if !rules::is_plain_key(&text) {
            let key = key_of(&text);
            if key != text {
                text.push_str(&key);
            }
        }
        Self(Arc::new(Spelling { text: text.into(), written_bytes }))
    }

    fn written(&self) -> &str {
        &self.0.text[..self.0.written_bytes as usize]
    }

    fn key(&self) -> &str {
        match &self.0.text[self.0.written_bytes as usize..] {
            "" => &self.0.text,
            key => key,
        }
    }
}

impl UserName {
    /// The name as a user wrote it.
    ///
    /// # Errors
    /// Returns the rule that the name breaks.
    pub fn new(written: &str) -> Result<Self, NameError> {
        let written = composed(written);
        check_user(&written)?;
        Ok(Self(Name::of_user(written)))
    }

    /// Makes a name of any string, for a peer that cannot be asked for another.
    ///
    /// Characters that are not allowed become `_` or are removed, a long name is cut, and if nothing is left the name
    /// is `guest`.
    #[must_use]
    pub fn from_lossy(written: &str) -> Self {
        let lossy = rules::lossy(written);
        let cut: String = lossy.trim().chars().take(NAME_CHARS_MAX).collect();
        Self::new(cut.trim_end()).unwrap_or_else(|_| Self::guest())
    }

    /// Reads a name that a server sends, which may have other rules: corrects it by the rules here, so that one name
    /// does not make an event unreadable.
    pub(crate) fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer).map(|written| Self::from_lossy(&written))
    }

    /// The same for a name that may be left out.
    pub(crate) fn lenient_option<'de, D>(deserializer: D) -> Result<Option<Self>, D::Error>
    where
        D: Deserializer<'de>,
    {
        let written = Option::<Cow<'_, str>>::deserialize(deserializer)?;
        Ok(written.map(|written| Self::from_lossy(&written)))
    }

    /// The name of a client that sends none.
    fn guest() -> Self {
        Self(Name::of_user("guest"))
    }

    /// This name with `_2`, `_3`, … at its end, cut if it would be too long: the name to offer if this
    /// one is taken.
    #[must_use]
    pub fn numbered(&self, number: u64) -> Self {
        let suffix = format!("_{number}");
        let keep = NAME_CHARS_MAX - suffix.len();
        let stem: String = self.as_str().chars().take(keep).collect();
        Self::from_lossy(&format!("{}{suffix}", stem.trim_end()))
    }

    /// The name as it was written, in NFC.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.written()
    }

    /// The key by which names are compared: compatibility caseless matching (Unicode 16, section 3.13.5,
    /// D146), without joiners, and with `_` for each space.
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.key()
    }

    /// The key with the spaces as they are: what version 0.1.0 compared names by, and named files after.
    #[must_use]
    pub fn key_with_spaces(&self) -> String {
        compare_key(self.as_str())
    }
}

/// The name in NFC.
fn composed(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { name.nfc().collect() }
}

/// NFKD(fold(NFKD(fold(NFD(name without joiners))))): twice, since a compatibility form may fold once more. In ASCII
/// that is lower case; most names are, and one is read with every message.
fn compare_key(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let shown: String = name.nfd().filter(|c| !is_joiner(*c)).collect();
    let once: String = caseless::default_case_fold_str(&shown).nfkd().collect();
    caseless::default_case_fold_str(&once).nfkd().collect()
}

/// The key of a user's name: a space and `_` are the same, so that a name with spaces can be written as one
/// word.
fn without_spaces(key: String) -> String {
    if key.contains(' ') { key.replace(' ', "_") } else { key }
}

/// Gives both kinds of name the traits that follow from their being compared by key.
macro_rules! compared_by_key {
    ($name:ident) => {
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.key() == other.key()
            }
        }
        impl Eq for $name {}
        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.key().hash(state);
            }
        }
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.key().cmp(other.key())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl TryFrom<Cow<'_, str>> for $name {
            type Error = NameError;
            fn try_from(written: Cow<'_, str>) -> Result<Self, NameError> {
                Self::new(&written)
            }
        }
        impl std::str::FromStr for $name {
            type Err = NameError;
            fn from_str(written: &str) -> Result<Self, NameError> {
                Self::new(written)
            }
        }
    };
}

/// A map whose keys are names is searched by the key of a name.
impl std::borrow::Borrow<str> for UserName {
    fn borrow(&self) -> &str {
        self.key()
    }
}

compared_by_key!(UserName);
compared_by_key!(RoomName);

#[cfg(test)]
mod tests;
