//! The changes of `/set`.

use std::fmt;

use super::SetError;
use crate::action::Action;
use crate::chord::Keys;

/// The value for the default keys.
pub const DEFAULT_KEYS: &str = "default";
/// The value for no keys at all.
pub const NO_KEYS: &str = "none";

/// A change of one setting, or of the keys of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The name of a setting and its value.
    Value(&'static str, &'static str),
    /// The keys of an action; `None` for the default ones.
    Keys(Action, Option<Vec<Keys>>),
}

impl Change {
    /// Whether both change the same.
    #[must_use]
    pub fn is_about_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(one, _), Self::Value(other, _)) => one == other,
            (Self::Keys(one, _), Self::Keys(other, _)) => one == other,
            _ => false,
        }
    }

    /// Reads `ACTION KEYS`, or `KEYS ACTION` as in other programs. Several keys have commas between them.
    ///
    /// # Errors
    /// Returns an error if there is no such action or key.
    pub fn keys(written: &str) -> Result<Self, SetError> {
        let (first, rest) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
        let (start, last) = written.rsplit_once(char::is_whitespace).unwrap_or(("", written));
        let (action, keys) = match (Action::named(first), Action::named(last)) {
            (Some(action), _) => (action, rest),
            (None, Some(action)) => (action, start),
            (None, None) => return Err(SetError::unknown_action(first)),
        };
        let keys = match unquoted(keys) {
            DEFAULT_KEYS => None,
            NO_KEYS => Some(Vec::new()),
            keys => {
                let keys = keys.split(',').map(|keys| unquoted(keys).parse());
                Some(keys.collect::<Result<_, _>>()?)
            }
        };
        Ok(Self::Keys(action, keys))
    }

    /// Advice for the user after the change; `None` if it needs none.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Value("theme", value @ ("light" | "dark")) => {
                Some(format!("It is for a {value} background; /set theme auto goes back"))
            }
            _ => None,
        }
    }
}

/// The text without the quotes around it, as it stands in the settings file.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let within = |quote: char| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    };
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

/// The new value in words: `theme is now dark`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(name, value) => write!(f, "{name} is now {value}"),
            Self::Keys(action, None) => {
                write!(
                    f,
                    "{} has its default keys now: {}",
                    action.help().name,
                    action.help().keys.join(", ")
                )
            }
            Self::Keys(action, Some(keys)) if keys.is_empty() => {
                write!(f, "{} has no key now", action.help().name)
            }
            Self::Keys(action, Some(keys)) => {
                let keys: Vec<_> = keys.iter().map(Keys::to_string).collect();
                write!(f, "{} is now {}", action.help().name, keys.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_set_with_the_action_first_or_last() {
        for (written, said) in [
            ("go-to ctrl-x", "go-to is now Ctrl-X"),
            ("ctrl-x go-to", "go-to is now Ctrl-X"),
            ("go-to F2, ctrl-x ctrl-g", "go-to is now F2, Ctrl-X Ctrl-G"),
            ("go-to \"ctrl-x ctrl-g\"", "go-to is now Ctrl-X Ctrl-G"),
            ("\"F2\", 'ctrl-x ctrl-g' go-to", "go-to is now F2, Ctrl-X Ctrl-G"),
            ("go-to \"F2\", \"F3\"", "go-to is now F2, F3"),
            ("go-to ctrl-'", "go-to is now Ctrl-'"),
            ("go-to none", "go-to has no key now"),
            ("go-to default", "go-to has its default keys now: Ctrl-K"),
        ] {
            let change = Change::keys(written).map(|change| change.to_string());
            assert_eq!(change.as_deref(), Ok(said), "{written}");
        }
        for (written, why) in [
            ("goto ctrl-x", "No key can do \"goto\". Did you mean go-to?"),
            ("go-to k", "\"k\" types text. Use it with Ctrl or Alt"),
            ("go-to F2,", "There is no key \"\""),
        ] {
            let error = Change::keys(written).unwrap_err().to_string();
            assert!(error.starts_with(why), "{written}: {error}");
        }
    }
}
