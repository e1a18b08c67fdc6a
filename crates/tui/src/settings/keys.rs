//! The `[keys]` of the settings file.

use std::ops::Range;

use toml_edit::{Item, Value};

use super::{Layer, Layers, SetError, Source, Sourced};
use crate::action::Action;
use crate::chord::Keys;

/// The name of the table.
pub(super) const KEYS_TABLE: &str = "keys";

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
        self.keys.insert(action, all);
        Ok(())
    }

    /// The keys with that name, if this layer has not given them to another action.
    fn free_keys(&self, action: Action, text: &str) -> Result<Keys, SetError> {
        let keys: Keys = text.parse()?;
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
    /// Returns an error if the user has given one of the keys to another action: each key does one thing.
    pub fn set_keys(&mut self, action: Action, keys: Option<Vec<Keys>>) -> Result<(), SetError> {
        for keys in keys.iter().flatten() {
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
    pub fn keys(&self, action: Action) -> Sourced<Vec<Keys>> {
        let default = action.help().keys.iter().filter_map(|keys| keys.parse().ok()).collect();
        self.strongest(|layer| layer.keys.get(&action).cloned(), default)
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::read;

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
                "[keys]\nhelp = \"F2\"\nredraw = \"F2\"",
                "line 3, column 10: F2 does help already. The default is used: Ctrl-L.",
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
