//! The `[keys]` of the settings file.

use std::ops::Range;

use toml_edit::{Item, Value};

use super::{Layer, Layers, SetError, SettingValue, Source};
use crate::action::Action;
use crate::chord::Keys;

/// The name of the table.
pub(super) const KEYS_TABLE: &str = "keys";

/// Keys that keep their action whatever the settings say, so that the user can always send, go back, and quit.
const RESERVED: [(&str, Action); 3] =
    [("Enter", Action::Send), ("Esc", Action::Back), ("Ctrl-C", Action::Clear)];

/// An error and its place in the file.
type ErrorAt = (SetError, Range<usize>);

impl Layer {
    /// Sets the keys of an action to a text or a list; an empty one leaves it without keys. `at` is the place
    /// of its name in the file.
    pub(super) fn set_keys(
        &mut self,
        name: &str,
        item: &Item,
        at: Range<usize>,
    ) -> Result<(), ErrorAt> {
        let action =
            Action::named(name).ok_or_else(|| (SetError::unknown_action(name), at.clone()))?;
        let not_keys = |at| (SetError::NotKeys(action.help().name), at);
        let values: Vec<&Value> = match item.as_value() {
            Some(Value::String(text)) if text.value().trim().is_empty() => Vec::new(),
            Some(Value::Array(list)) => list.iter().collect(),
            Some(value) => vec![value],
            None => return Err(not_keys(at)),
        };
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            let at = value.span().unwrap_or(at.clone());
            let text = value.as_str().ok_or_else(|| not_keys(at.clone()))?;
            all.push(self.free_keys(action, text).map_err(|error| (error, at))?);
        }
        check_own(action, &all).map_err(|error| (error, at))?;
        self.keys.insert(action, all);
        Ok(())
    }

    /// The keys with that name, if this layer has not given them to another action.
    fn free_keys(&self, action: Action, text: &str) -> Result<Keys, SetError> {
        let keys: Keys = text.parse()?;
        check_allowed(action, keys)?;
        let mut others = self.keys.iter().filter(|(other, _)| **other != action);
        let holder = others.find(|(_, taken)| taken.iter().any(|taken| taken.overlaps(keys)));
        match holder {
            Some((holder, _)) => Err(SetError::TakenKey { keys, action: holder.help().name }),
            None => Ok(keys),
        }
    }
}

impl Layers {
    /// Sets the keys of an action for this run; `None` for the default ones.
    ///
    /// # Errors
    /// Returns an error if the user has given one of the keys to another action, since each key does one thing,
    /// and if a reserved key is given to another action or taken away from its own.
    pub fn set_keys(&mut self, action: Action, keys: Option<Vec<Keys>>) -> Result<(), SetError> {
        if let Some(keys) = &keys {
            check_own(action, keys)?;
        }
        for keys in keys.iter().flatten() {
            check_allowed(action, *keys)?;
            let taken = |other: &&Action| {
                let taken = self.keys(**other);
                taken.source > Source::Default
                    && taken.value.iter().any(|taken| taken.overlaps(*keys))
            };
            let mut others = Action::ALL.iter().filter(|other| **other != action);
            if let Some(holder) = others.find(taken) {
                return Err(SetError::TakenKey { keys: *keys, action: holder.help().name });
            }
        }
        match keys {
            Some(keys) => drop(self.run.keys.insert(action, keys)),
            None => {
                self.run.keys.remove(&action);
                // They are removed from the file, too.
                self.file.keys.remove(&action);
            }
        }
        Ok(())
    }

    /// The keys of an action and where they come from.
    #[must_use]
    pub fn keys(&self, action: Action) -> SettingValue<Vec<Keys>> {
        let default = action.help().keys.iter().filter_map(|keys| keys.parse().ok()).collect();
        self.strongest(|layer| layer.keys.get(&action).cloned(), default)
    }
}

/// The reserved keys and their actions.
fn reserved() -> impl Iterator<Item = (Keys, Action)> {
    RESERVED.iter().filter_map(|(keys, action)| Some((keys.parse().ok()?, *action)))
}

/// Returns an error if the keys are reserved for another action.
fn check_allowed(action: Action, keys: Keys) -> Result<(), SetError> {
    match reserved().find(|(own, holder)| *holder != action && own.overlaps(keys)) {
        Some((keys, holder)) => Err(SetError::ReservedKey { keys, action: holder.help().name }),
        None => Ok(()),
    }
}

/// Returns an error if a key that is reserved for the action is not among its keys.
fn check_own(action: Action, all: &[Keys]) -> Result<(), SetError> {
    match reserved().find(|(keys, holder)| *holder == action && !all.contains(keys)) {
        Some((keys, _)) => Err(SetError::LacksKey { keys, action: action.help().name }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Change, read};

    #[test]
    fn reserved_keys_stay_with_their_actions() {
        for (key, action) in RESERVED {
            assert_eq!(action.help().keys.first(), Some(&key), "it is the default, too");
        }
        let mut layers = Layers::default();
        let mut set = |written: &str| match Change::keys(written)? {
            Change::Keys(action, keys) => layers.set_keys(action, keys),
            change => panic!("{change:?}"),
        };
        for (written, why) in [
            ("go-to Enter", "Enter always does send. Use another key"),
            ("go-to F2, Ctrl-C Ctrl-G", "Ctrl-C always does clear. Use another key"),
            ("help Esc", "Esc always does back. Use another key"),
            ("send none", "send always has Enter. Name other keys after it: Enter, F2"),
            ("clear F2", "clear always has Ctrl-C. Name other keys after it: Ctrl-C, F2"),
        ] {
            assert_eq!(set(written).unwrap_err().to_string(), why, "{written}");
        }
        for written in ["send Enter, F2", "send default", "delete-or-quit none"] {
            assert_eq!(set(written), Ok(()), "{written}");
        }
    }

    #[test]
    fn a_file_that_removes_all_keys_leaves_the_reserved_ones() {
        let names = Action::ALL.iter().map(|action| action.help().name);
        let lines: Vec<_> = names.map(|name| format!("{name} = []")).collect();
        let (file, problems) = read(&format!("[keys]\n{}", lines.join("\n")));
        assert_eq!(problems.len(), RESERVED.len(), "{problems:?}");
        let map = crate::keymap::KeyMap::new(&Layers { file, ..Layers::default() });
        for (key, action) in RESERVED {
            assert_eq!(map.name(action).as_deref(), Some(key));
        }
    }

    #[test]
    fn a_mistake_in_the_keys_has_a_place_and_does_not_touch_the_others() {
        for (text, expected) in [
            (
                "[keys]\nhelp = \"F13\"",
                "line 2, column 8: There is no key \"F13\". Write it as Ctrl-K, Alt-Up, F1 or \"Ctrl-X Ctrl-E\". The default is used: F1.",
            ),
            (
                "[keys]\nhelp = [\"F2\", \"k\"]",
                "line 2, column 15: \"k\" types text. Use it with Ctrl or Alt. The default is used: F1.",
            ),
            (
                "[keys]\nhlep = \"F2\"",
                "line 2, column 1: No key can do \"hlep\". Did you mean help? It is ignored.",
            ),
            (
                "[keys]\nctrl-t = \"help\"",
                "line 2, column 1: Ctrl-T is a key. Write its action first, such as go-to = \"Ctrl-T\". It is ignored.",
            ),
            (
                "[keys]\nhelp = \"F2\"\nredraw = \"F2\"",
                "line 3, column 10: F2 does help already. The default is used: Ctrl-L.",
            ),
            (
                "[keys]\nbare = [\"F3\", \"Enter\"]",
                "line 2, column 15: Enter always does send. Use another key. The default is used: Alt-L.",
            ),
            (
                "[keys]\nback = \"F3\"",
                "line 2, column 1: back always has Esc. Name other keys after it: Esc, F2. The default is used: Esc.",
            ),
            (
                "[keys]\nhelp = 3",
                "line 2, column 8: The keys of help must be a text such as \"Ctrl-K\", or a list of them. The default is used: F1.",
            ),
            (
                "keys = \"F2\"",
                "line 1, column 8: Keys are set in a table, below a line [keys]. It is ignored.",
            ),
        ] {
            let text = format!("{text}\nusers = \"F5\"");
            let (_, problems) = read(&text);
            let found: Vec<_> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(found.first(), Some(&format!("config.toml, {expected}")), "{text}");
        }
    }
}
