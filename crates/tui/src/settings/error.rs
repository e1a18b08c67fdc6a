//! Why a setting is not set.

use super::{Choice, NotifyBy, SETTINGS, closest};
use crate::action::Action;
use crate::chord::{BadChord, Keys};

/// Why a setting is not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// No setting has the name.
    #[error("There is no setting {name:?}{}", guess(*.meant))]
    UnknownName {
        /// The name.
        name: String,
        /// A setting with a similar name.
        meant: Option<&'static str>,
    },
    /// The setting does not have the value.
    #[error("{name} cannot be {value:?}{} Possible values: {}", guess(*.meant), .values.join(", "))]
    UnknownValue {
        /// The setting.
        name: String,
        /// The value.
        value: String,
        /// A similar value.
        meant: Option<&'static str>,
        /// Every value.
        values: &'static [&'static str],
    },
    /// The value says by what the user is notified, as `notify` did in older settings files.
    #[error("{value:?} says by what you are notified. Write notify_by = {value:?}")]
    NotifyBy {
        /// The value.
        value: &'static str,
    },
    /// No action has the name.
    #[error("No key can do {name:?}{}", guess(*.meant))]
    UnknownAction {
        /// The name.
        name: String,
        /// An action with a similar name.
        meant: Option<&'static str>,
    },
    /// A key is in the place of the action.
    #[error("{0} is a key. Write its action first, such as go-to = \"{0}\".")]
    KeyFirst(Keys),
    /// The text is not a key.
    #[error(transparent)]
    BadChord(#[from] BadChord),
    /// Two actions cannot have one key.
    #[error("{keys} does {action} already")]
    TakenKey {
        /// The key.
        keys: Keys,
        /// The action that has it.
        action: &'static str,
    },
    /// Without the key the user could be locked out, so it always does the same.
    #[error("{keys} always does {action}. Use another key")]
    ReservedKey {
        /// The key.
        keys: Keys,
        /// The action that has it.
        action: &'static str,
    },
    /// The keys of an action lack the one that it always has.
    #[error("{action} always has {keys}. Name other keys after it: {keys}, F2")]
    LacksKey {
        /// The key.
        keys: Keys,
        /// The action.
        action: &'static str,
    },
    /// The value of an action is not a key, and not a list of keys.
    #[error("The keys of {0} must be a text such as \"Ctrl-K\", or a list of them")]
    NotKeys(&'static str),
    /// `keys` is not a table.
    #[error("Keys are set in a table, below a line [keys]")]
    NoKeysTable,
    /// The file has something else under the name, which would be lost.
    #[error("{0} is not a value in the settings file. Change it there")]
    NotAValue(String),
    /// The file is not TOML, so that it cannot be changed.
    #[error(
        "The settings file has an error in line {line}, column {column}: {what}. Correct it first"
    )]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// The mistake.
        what: String,
    },
}

impl SetError {
    pub(crate) fn unknown_name(name: &str) -> Self {
        let meant = closest(name, SETTINGS.iter().map(|setting| setting.name));
        Self::UnknownName { name: name.to_owned(), meant }
    }

    pub(crate) fn unknown_action(name: &str) -> Self {
        if let Ok(keys) = name.parse() {
            return Self::KeyFirst(keys);
        }
        let meant = closest(name, Action::ALL.iter().map(|action| action.help().name));
        Self::UnknownAction { name: name.to_owned(), meant }
    }

    pub(crate) fn unknown_value(name: &str, value: &str, values: &'static [&'static str]) -> Self {
        let way = NotifyBy::NAMES.iter().find(|way| **way == value && name == "notify");
        if let Some(value) = way {
            return Self::NotifyBy { value };
        }
        let meant = closest(value, values.iter().copied());
        Self::UnknownValue { name: name.to_owned(), value: value.to_owned(), meant, values }
    }
}

/// The end of a sentence, with a guess if there is one.
fn guess(meant: Option<&str>) -> String {
    meant.map_or_else(|| ".".to_owned(), |meant| format!(". Did you mean {meant}?"))
}
