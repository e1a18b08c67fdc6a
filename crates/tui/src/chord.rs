//! Keys by name: `Ctrl-K`, `Alt-Up`, `F1`, and two keys one after the other: `Ctrl-X Ctrl-E`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Keys with a name of their own; a later name of the same key can be written, too.
const NAMED: [(&str, KeyCode); 20] = [
    ("Enter", KeyCode::Enter),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("BackTab", KeyCode::BackTab),
    ("Esc", KeyCode::Esc),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PageUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("PageDown", KeyCode::PageDown),
    ("Return", KeyCode::Enter),
];

/// Modifiers, in the order in which they are written.
const MODIFIERS: [(&str, KeyModifiers); 3] = [
    ("Ctrl-", KeyModifiers::CONTROL),
    ("Alt-", KeyModifiers::ALT),
    ("Shift-", KeyModifiers::SHIFT),
];

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// One chord, or two that are pressed one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    /// The first one.
    pub first: Chord,
    /// The second one, if there are two.
    pub second: Option<Chord>,
}

/// Why a text is not a key that can be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadChord {
    /// No key has the name.
    #[error("There is no key {0:?}. Write it as Ctrl-K, Alt-Up, F1 or \"Ctrl-X Ctrl-E\"")]
    Unknown(String),
    /// The key types a character.
    #[error("{0:?} types text. Use it with Ctrl or Alt")]
    Text(String),
    /// A terminal sends the same for another key.
    #[error("{0} is the same as {1} in a terminal. Use another key")]
    Same(String, &'static str),
}

impl Chord {
    /// The key of an event: letters are small, and the shift of a capital is a modifier.
    #[must_use]
    pub fn of(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }

    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let modifiers = modifiers & known;
        match code {
            KeyCode::Char(c) if c.is_uppercase() => {
                let small = c.to_lowercase().next().unwrap_or(c);
                Self { code: KeyCode::Char(small), modifiers: modifiers | KeyModifiers::SHIFT }
            }
            KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => {
                Self { code: KeyCode::BackTab, modifiers: modifiers - KeyModifiers::SHIFT }
            }
            KeyCode::BackTab => Self { code, modifiers: modifiers - KeyModifiers::SHIFT },
            code => Self { code, modifiers },
        }
    }

    /// The same key without Shift; `None` if it has none.
    #[must_use]
    pub fn without_shift(self) -> Option<Self> {
        let has_shift = self.modifiers.contains(KeyModifiers::SHIFT);
        has_shift.then(|| Self { modifiers: self.modifiers - KeyModifiers::SHIFT, ..self })
    }

    /// Whether the key types a character.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !is_changed(self.modifiers)
    }

    /// The character that the key types; `None` if it types none.
    #[must_use]
    pub fn types(event: KeyEvent) -> Option<char> {
        match event.code {
            KeyCode::Char(c) if !is_changed(event.modifiers) => Some(c),
            _ => None,
        }
    }
}

const fn is_changed(modifiers: KeyModifiers) -> bool {
    modifiers.intersects(KeyModifiers::CONTROL.union(KeyModifiers::ALT))
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, modifier) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::F(number)) => write!(f, "F{number}"),
            (None, KeyCode::Char(c)) => write!(f, "{}", c.to_uppercase()),
            (None, code) => write!(f, "{code:?}"),
        }
    }
}

impl FromStr for Chord {
    type Err = BadChord;

    fn from_str(written: &str) -> Result<Self, BadChord> {
        let (mut rest, mut modifiers) = (written, KeyModifiers::NONE);
        while let Some((modifier, after)) = MODIFIERS
            .iter()
            .find_map(|(name, modifier)| Some((*modifier, after_prefix(rest, name)?)))
        {
            modifiers |= modifier;
            rest = after;
        }
        let code = code(rest).ok_or_else(|| BadChord::Unknown(written.to_owned()))?;
        match code {
            KeyCode::Char(_) if !is_changed(modifiers) => Err(BadChord::Text(written.to_owned())),
            KeyCode::Char(c) if modifiers == KeyModifiers::CONTROL => match same(c) {
                Some(other) => Err(BadChord::Same(written.to_owned(), other)),
                None => Ok(Self::new(code, modifiers)),
            },
            code => Ok(Self::new(code, modifiers)),
        }
    }
}

/// The rest of the text after a prefix, in small letters or capitals. The rest must not be empty: `Ctrl--` is a key.
fn after_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    (start.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
}

/// The key that sends the same byte as Ctrl and a character.
const fn same(c: char) -> Option<&'static str> {
    match c {
        'i' => Some("Tab"),
        'm' => Some("Enter"),
        '[' => Some("Esc"),
        _ => None,
    }
}

fn code(name: &str) -> Option<KeyCode> {
    let mut characters = name.chars();
    if let (Some(c), None) = (characters.next(), characters.next()) {
        let c = c.to_lowercase().next().unwrap_or(c);
        return (!c.is_control()).then_some(KeyCode::Char(c));
    }
    let named = NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let number = after_prefix(name, "F").and_then(|number| number.parse().ok());
    let function = || number.filter(|number| (1..=12).contains(number)).map(KeyCode::F);
    named.map(|(_, code)| *code).or_else(function)
}

impl Keys {
    /// Whether one of the two is the other, or its beginning: they cannot both be in use.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        let is_same_end = || self.second == other.second;
        self.first == other.first
            && (self.second.is_none() || other.second.is_none() || is_same_end())
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.second.map_or(Ok(()), |second| write!(f, " {second}"))
    }
}

impl FromStr for Keys {
    type Err = BadChord;

    fn from_str(written: &str) -> Result<Self, BadChord> {
        let mut words = written.split_whitespace();
        let unknown = || BadChord::Unknown(written.to_owned());
        let first = words.next().ok_or_else(unknown)?.parse()?;
        let second = words.next().map(str::parse).transpose()?;
        if words.next().is_some() {
            return Err(unknown());
        }
        Ok(Self { first, second })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_name_that_is_read_in_any_case() {
        for (name, code, modifiers) in [
            ("Ctrl-K", KeyCode::Char('k'), KeyModifiers::CONTROL),
            ("Alt-A", KeyCode::Char('a'), KeyModifiers::ALT),
            ("Alt-Shift-A", KeyCode::Char('A'), KeyModifiers::ALT),
            ("Ctrl--", KeyCode::Char('-'), KeyModifiers::CONTROL),
            ("Ctrl-_", KeyCode::Char('_'), KeyModifiers::CONTROL),
            ("Shift-Up", KeyCode::Up, KeyModifiers::SHIFT),
            ("F1", KeyCode::F(1), KeyModifiers::NONE),
            ("Shift-Tab", KeyCode::BackTab, KeyModifiers::SHIFT),
            ("PgUp", KeyCode::PageUp, KeyModifiers::NONE),
            ("Ctrl-Space", KeyCode::Char(' '), KeyModifiers::CONTROL),
        ] {
            let chord = Chord::of(KeyEvent::new(code, modifiers));
            assert_eq!(name.parse(), Ok(chord));
            assert_eq!(name.to_lowercase().parse(), Ok(chord));
            assert_eq!(chord.to_string(), name);
        }
        assert_eq!("SHIFT-ctrl-K".parse(), "Ctrl-Shift-K".parse::<Chord>());
        assert_eq!("pageup".parse(), "PgUp".parse::<Chord>());
    }

    #[test]
    fn a_key_that_cannot_be_set_says_why() {
        for (name, why) in [
            ("k", "types text"),
            ("Shift-K", "types text"),
            ("Ctrl-I", "the same as Tab"),
            ("Ctrl-[", "the same as Esc"),
            ("Ctrl-", "no key"),
            ("Hyper-K", "no key"),
            ("F13", "no key"),
            ("é", "types text"),
            ("", "no key"),
            ("Ctrl-X Ctrl-E Ctrl-E", "no key"),
        ] {
            let error = name.parse::<Keys>().unwrap_err().to_string();
            assert!(error.contains(why), "{name}: {error}");
        }
    }

    #[test]
    fn two_keys_overlap_if_one_begins_the_other() {
        let keys = |name: &str| name.parse::<Keys>().unwrap();
        assert!(keys("Ctrl-X").overlaps(keys("Ctrl-X Ctrl-E")));
        assert!(keys("ctrl-x  ctrl-e").overlaps(keys("Ctrl-X Ctrl-E")));
        assert!(!keys("Ctrl-X Ctrl-U").overlaps(keys("Ctrl-X Ctrl-E")));
        assert!(!keys("Ctrl-E").overlaps(keys("Ctrl-X Ctrl-E")));
    }
}
