//! What users and rooms are called: checked at construction, valid ever after.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;

use crate::limits::NAME_CHARS_MAX;
use crate::unsafe_chars::{is_invisible, is_line_end};

/// The characters that mean something in front of a name or between two, at one door or another.
const RESERVED: [char; 4] = ['|', '&', '@', '#'];

/// Which rule a name breaks. The client that sent it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is there.
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
    /// `|`, `&`, `@` or `#`.
    #[error("a name has none of the characters | & @ #, this one has {0}")]
    Reserved(char),
    /// A room's name that begins with neither `#` nor `@`.
    #[error("a room is #name, a private conversation @name")]
    NoSigil,
    /// Two numbers with a hyphen between them: the address of a private conversation.
    #[error(
        "a name is not two numbers with a hyphen; {0} looks like the address of a conversation"
    )]
    LooksLikeAddress(String),
    /// An address of a private conversation that has no two users.
    #[error("@{0} is no address of a conversation: it needs the numbers of two users")]
    BadAddress(String),
}

/// A user's name, as the user writes it, in NFC: 1 to [`NAME_CHARS_MAX`] characters, none of them
/// a control, line or invisible character, none of `|&@#`, no white space at the ends, and not of the
/// form `7-12`, which is the address of a private conversation.
///
/// Two names are equal where their [keys](UserName::key) are: `Bob`, `bob` and `ｂｏｂ` are one name.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Cow<str>")]
pub struct UserName(Name);

/// The name of a room (`#rust`), the address of a private conversation (`@7-12`), or the private
/// conversation with a user as a person names it (`@ana`).
///
/// An address has the numbers of the two users, the lower one first. It never changes and is the same
/// for both, so every event has it, and it is what a client stores. `@ana` is whoever is called `ana`
/// when the server reads it.
///
/// What follows the sigil of the others keeps the rules of a [`UserName`]; a room's has no white space
/// at all, so that `/join #rust now` has one reading. Compared like user names.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Cow<str>")]
pub struct RoomName(Name);

/// What both kinds of name are. Cheap to clone: a name is in many places.
#[derive(Clone)]
struct Name(Arc<Spelling>);

/// The name as written, and the key it is compared by where that is another.
struct Spelling {
    written: Box<str>,
    key: Option<Box<str>>,
}

impl Name {
    fn new(written: impl Into<Box<str>>) -> Self {
        let written = written.into();
        let key = Some(compare_key(&written)).filter(|key| **key != *written);
        Self(Arc::new(Spelling { written, key: key.map(Into::into) }))
    }

    fn written(&self) -> &str {
        &self.0.written
    }

    fn key(&self) -> &str {
        self.0.key.as_deref().unwrap_or(&self.0.written)
    }
}

impl UserName {
    /// Takes a name as somebody wrote it.
    ///
    /// # Errors
    /// Says which rule the name breaks.
    pub fn new(written: &str) -> Result<Self, NameError> {
        let written = composed(written);
        check(&written)?;
        Ok(Self(Name::new(written)))
    }

    /// Makes a name of anything: for a peer that cannot be asked for another.
    ///
    /// What is not allowed becomes `_` or goes away, a long name is cut, and where nothing is left
    /// the name is `guest`.
    #[must_use]
    pub fn mend(written: &str) -> Self {
        let mut mended = String::new();
        // Composed after what goes away is gone, since what stood apart may then come together.
        let is_address = address(written.trim()).is_some();
        for c in written.chars().filter(|c| !is_unprintable(*c)).nfc() {
            match RESERVED.contains(&c) || is_address && c == '-' {
                true if mended.ends_with('_') => {}
                true => mended.push('_'),
                false => mended.push(c),
            }
        }
        let cut: String = mended.trim().chars().take(NAME_CHARS_MAX).collect();
        Self::new(cut.trim_end()).unwrap_or_else(|_| Self::guest())
    }

    /// The name of one who gave none.
    fn guest() -> Self {
        Self(Name::new("guest"))
    }

    /// This name with `_2`, `_3`, … at its end, cut where it would be too long: what to offer where
    /// the name itself is taken.
    #[must_use]
    pub fn numbered(&self, number: u64) -> Self {
        let suffix = format!("_{number}");
        let keep = NAME_CHARS_MAX - suffix.len();
        let stem: String = self.as_str().chars().take(keep).collect();
        Self::mend(&format!("{}{suffix}", stem.trim_end()))
    }

    /// The name as it was written, in NFC.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.written()
    }

    /// What names are compared by: compatibility caseless matching (Unicode 16, section 3.13.5,
    /// D146).
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.key()
    }
}

impl RoomName {
    /// Takes a room's name with its sigil.
    ///
    /// # Errors
    /// Says which rule the name breaks.
    pub fn new(written: &str) -> Result<Self, NameError> {
        let written = composed(written);
        let bare = written.strip_prefix(['#', '@']).ok_or(NameError::NoSigil)?;
        if written.starts_with('@')
            && let Some(users) = address(bare)
        {
            let [one, other] = users.ok_or_else(|| NameError::BadAddress(bare.to_owned()))?;
            return Ok(Self::direct(one, other));
        }
        check(bare)?;
        if written.starts_with('#') && bare.contains(char::is_whitespace) {
            return Err(NameError::SpaceWithin);
        }
        Ok(Self(Name::new(written)))
    }

    /// The room everybody is in.
    #[must_use]
    pub fn lobby() -> Self {
        Self(Name::new("#lobby"))
    }

    /// The private conversation with whoever is called `user` when the server reads it.
    #[must_use]
    pub fn private(user: &UserName) -> Self {
        Self(Name::new(format!("@{user}")))
    }

    /// The address of the private conversation of two users, whichever is given first.
    #[must_use]
    pub fn direct(one: u64, other: u64) -> Self {
        Self(Name::new(format!("@{}-{}", one.min(other), one.max(other))))
    }

    /// Whether this is a private conversation, by its address or by a user's name.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.as_str().starts_with('@')
    }

    /// The two users of an address, the lower number first; `None` if this is no address.
    #[must_use]
    pub fn pair(&self) -> Option<[u64; 2]> {
        address(self.as_str().strip_prefix('@')?).flatten()
    }

    /// The user that a private conversation is asked for by name; `None` for a room and an address.
    #[must_use]
    pub fn other(&self) -> Option<UserName> {
        let name = self.as_str().strip_prefix('@')?;
        address(name).is_none().then(|| UserName(Name::new(name)))
    }

    /// The name as it was written, in NFC, sigil first.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.written()
    }

    /// What names are compared by, sigil first; see [`UserName::key`].
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.key()
    }
}

/// Whether `name` has the form of an address, `7-12`, and if so its two users, the lower number first;
/// `Some(None)` if those are not two users: one number twice, 0, or one beyond 64 bits.
fn address(name: &str) -> Option<Option<[u64; 2]>> {
    let (one, other) = name.split_once('-')?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(one) || !is_number(other) {
        return None;
    }
    let (Ok(one), Ok(other)) = (one.parse::<u64>(), other.parse::<u64>()) else {
        return Some(None);
    };
    let users = [one.min(other), one.max(other)];
    Some((users[0] != 0 && one != other).then_some(users))
}

fn is_unprintable(c: char) -> bool {
    c.is_control() || is_line_end(c) || is_invisible(c)
}

/// The rules of a user's name, in the order in which a person would want to hear of them.
fn check(name: &str) -> Result<(), NameError> {
    let chars = name.chars().count();
    if chars == 0 {
        return Err(NameError::Empty);
    }
    if chars > NAME_CHARS_MAX {
        return Err(NameError::TooLong(chars));
    }
    if let Some(c) = name.chars().find(|c| is_unprintable(*c)) {
        return Err(NameError::Unprintable(c));
    }
    if let Some(c) = name.chars().find(|c| RESERVED.contains(c)) {
        return Err(NameError::Reserved(c));
    }
    if name.trim() != name {
        return Err(NameError::SpaceAtEnd);
    }
    if address(name).is_some() {
        return Err(NameError::LooksLikeAddress(name.to_owned()));
    }
    Ok(())
}

/// The name in NFC.
fn composed(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { name.nfc().collect() }
}

/// NFKD(fold(NFKD(fold(NFD(name))))): twice, since a compatibility form may fold once more. In ASCII
/// that is lower case; most names are, and one is read with every message.
fn compare_key(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let once: String =
        caseless::default_case_fold_str(&name.nfd().collect::<String>()).nfkd().collect();
    caseless::default_case_fold_str(&once).nfkd().collect()
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

compared_by_key!(UserName);
compared_by_key!(RoomName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_in_other_letters_is_the_same_name() {
        for (a, b) in [("Bob", "bob"), ("Bob", "ｂｏｂ"), ("Straße", "STRASSE"), ("é", "e\u{301}")]
        {
            assert_eq!(UserName::new(a).unwrap(), UserName::new(b).unwrap(), "{a} and {b}");
        }
        assert_ne!(UserName::new("bob").unwrap(), UserName::new("b0b").unwrap());
    }

    #[test]
    fn the_short_way_to_a_key_leads_where_the_long_one_does() {
        for c in (0..128).map(char::from) {
            let long: String = caseless::default_case_fold_str(&c.to_string()).nfkd().collect();
            assert_eq!(compare_key(&c.to_string()), long);
            assert_eq!(composed(&c.to_string()), c.nfc().collect::<String>());
        }
    }

    #[test]
    fn each_broken_rule_is_named() {
        let long = "x".repeat(33);
        let cases = [
            ("", NameError::Empty),
            (long.as_str(), NameError::TooLong(33)),
            (" bob", NameError::SpaceAtEnd),
            ("bob\u{3000}", NameError::SpaceAtEnd),
            ("b\nb", NameError::Unprintable('\n')),
            ("b\u{202E}b", NameError::Unprintable('\u{202E}')),
            ("b\u{200B}b", NameError::Unprintable('\u{200B}')),
            ("b\u{2028}b", NameError::Unprintable('\u{2028}')),
            ("b\u{85}b", NameError::Unprintable('\u{85}')),
            ("a|b", NameError::Reserved('|')),
            ("a&b", NameError::Reserved('&')),
            ("@bob", NameError::Reserved('@')),
            ("#bob", NameError::Reserved('#')),
            ("7-12", NameError::LooksLikeAddress("7-12".to_owned())),
        ];
        for (name, error) in cases {
            assert_eq!(UserName::new(name).unwrap_err(), error, "{name:?}");
        }
    }

    #[test]
    fn characters_are_counted_after_composition() {
        assert!(UserName::new(&"e\u{301}".repeat(32)).is_ok());
        assert!(UserName::new(&"😀".repeat(32)).is_ok());
        assert!(UserName::new(&"é".repeat(33)).is_err());
    }

    #[test]
    fn a_room_has_a_sigil_and_no_white_space() {
        assert_eq!(RoomName::new("#Lobby").unwrap(), RoomName::lobby());
        assert!(RoomName::new("@ana maria").is_ok());
        assert_eq!(RoomName::new("lobby").unwrap_err(), NameError::NoSigil);
        assert_eq!(RoomName::new("#").unwrap_err(), NameError::Empty);
        assert_eq!(RoomName::new("##a").unwrap_err(), NameError::Reserved('#'));
        assert_eq!(RoomName::new("#a b").unwrap_err(), NameError::SpaceWithin);
        assert_ne!(RoomName::new("#ana").unwrap(), RoomName::new("@ana").unwrap());
    }

    #[test]
    fn a_private_conversation_has_an_address_and_a_name() {
        let address = RoomName::new("@12-7").unwrap();
        assert_eq!(address.as_str(), "@7-12");
        assert_eq!(address, RoomName::direct(12, 7));
        assert_eq!((address.pair(), address.other()), (Some([7, 12]), None));
        let name = RoomName::new("@Ana-3").unwrap();
        assert_eq!((name.pair(), name.other()), (None, Some(UserName::new("ana-3").unwrap())));
        assert!(address.is_private() && name.is_private() && !RoomName::lobby().is_private());
        assert_eq!(RoomName::new("#7-12").unwrap_err(), NameError::LooksLikeAddress("7-12".into()));
        for bad in ["7-7", "0-7", "7-99999999999999999999"] {
            let error = NameError::BadAddress(bad.to_owned());
            assert_eq!(RoomName::new(&format!("@{bad}")).unwrap_err(), error);
        }
    }

    #[test]
    fn mending_keeps_what_it_can() {
        let long = "x".repeat(40);
        let cut = "x".repeat(32);
        for (written, mended) in [
            ("ana", "ana"),
            ("a||b", "a_b"),
            ("a&&b", "a_b"),
            (" ana\r\n", "ana"),
            ("@ana", "_ana"),
            ("7-12", "7_12"),
            ("a\u{202E}na", "ana"),
            (long.as_str(), cut.as_str()),
            ("", "guest"),
            ("\u{200B} ", "guest"),
        ] {
            assert_eq!(UserName::mend(written).as_str(), mended, "{written:?}");
        }
    }

    #[test]
    fn a_numbered_name_fits() {
        assert_eq!(UserName::new("bob").unwrap().numbered(2).as_str(), "bob_2");
        let long = UserName::new(&"x".repeat(32)).unwrap().numbered(10);
        assert_eq!(long.as_str(), format!("{}_10", "x".repeat(29)));
    }
}
