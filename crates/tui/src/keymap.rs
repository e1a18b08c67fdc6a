//! Which key does what. The help and the hints are made from it.

use std::cmp::Reverse;

use crate::action::Action;
use crate::chord::{Chord, Keys};
use crate::settings::Layers;

/// The keys of every action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMap {
    keys: Vec<(Action, Vec<Keys>)>,
}

/// The meaning of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// An action.
    Action(Action),
    /// The first of two keys.
    First,
    /// Nothing.
    Nothing,
}

impl KeyMap {
    /// Makes the map of all layers. A key that a stronger layer gives to one action is taken from the
    /// others, so that each key does one thing.
    #[must_use]
    pub fn new(layers: &Layers) -> Self {
        let mut by_strength: Vec<_> =
            Action::ALL.iter().map(|action| (*action, layers.keys(*action))).collect();
        by_strength.sort_by_key(|(_, keys)| Reverse(keys.source));
        let mut map = Self { keys: Vec::with_capacity(by_strength.len()) };
        for (action, keys) in by_strength {
            let mut free = keys.value;
            free.retain(|keys| !map.taken().any(|taken| taken.overlaps(*keys)));
            map.keys.push((action, free));
        }
        map
    }

    /// The meaning of a key that is pressed after `first`, which is the first of two keys.
    #[must_use]
    pub fn find(&self, first: Option<Chord>, chord: Chord) -> Binding {
        if first.is_none() && chord.is_text() {
            // No action can have it, and nearly every key is one.
            return Binding::Nothing;
        }
        let found = match first {
            Some(first) => self.exact(first, Some(chord)),
            None => self.exact(chord, None),
        };
        // With Caps Lock a terminal sends a capital.
        let small = || chord.without_shift().map(|chord| self.find(first, chord));
        match found {
            Some(action) => Binding::Action(action),
            None if first.is_none() && self.taken().any(|keys| keys.first == chord) => {
                Binding::First
            }
            None => small().unwrap_or(Binding::Nothing),
        }
    }

    /// The keys of an action.
    #[must_use]
    pub fn keys(&self, action: Action) -> &[Keys] {
        let found = self.keys.iter().find(|(other, _)| *other == action);
        found.map_or(&[], |(_, keys)| keys)
    }

    /// The first key of an action by name; `None` if it has no key.
    #[must_use]
    pub fn name(&self, action: Action) -> Option<String> {
        self.keys(action).first().map(Keys::to_string)
    }

    /// What a key does, behind its name; `None` if the action has no key.
    #[must_use]
    pub fn hint(&self, action: Action, does: &str) -> Option<String> {
        self.name(action).map(|key| format!("{key} {does}"))
    }

    /// The two keys that step through a list.
    #[must_use]
    pub fn steps(&self) -> String {
        let name = |action, short: &str| {
            let name = self.name(action).unwrap_or_default();
            if name == action.help().keys[0] { short.to_owned() } else { name }
        };
        format!("{}{}", name(Action::Up, "↑"), name(Action::Down, "↓"))
    }

    /// Returns a sentence for each action that has fewer of these keys in the map `new`, of those that `counts`.
    #[must_use]
    pub fn lost_in(&self, new: &Self, counts: impl Fn(Action) -> bool) -> Vec<String> {
        let sentence = |action: &Action| {
            let left = new.keys(*action);
            let lost: Vec<_> =
                self.keys(*action).iter().filter(|keys| !left.contains(keys)).copied().collect();
            let rest = match left {
                [] => "has no key now".to_owned(),
                left => format!("keeps {}", list(left)),
            };
            let name = action.help().name;
            (!lost.is_empty()).then(|| format!("{name} has lost {}, and {rest}", list(&lost)))
        };
        let counted = Action::ALL.iter().filter(|action| counts(**action));
        counted.filter_map(sentence).collect()
    }

    fn exact(&self, first: Chord, second: Option<Chord>) -> Option<Action> {
        let keys = Keys { first, second };
        self.keys.iter().find(|(_, all)| all.contains(&keys)).map(|(action, _)| *action)
    }

    fn taken(&self) -> impl Iterator<Item = &Keys> {
        self.keys.iter().flat_map(|(_, keys)| keys)
    }
}

fn list(keys: &[Keys]) -> String {
    keys.iter().map(Keys::to_string).collect::<Vec<_>>().join(", ")
}

impl Default for KeyMap {
    fn default() -> Self {
        Self::new(&Layers::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::read;

    fn map(file: &str) -> KeyMap {
        let (file, problems) = read(file);
        assert_eq!(problems, []);
        KeyMap::new(&Layers { file, ..Layers::default() })
    }

    fn chord(name: &str) -> Chord {
        name.parse().unwrap()
    }

    #[test]
    fn every_default_key_does_what_the_table_says() {
        let map = KeyMap::default();
        for action in Action::ALL {
            let keys: Vec<_> = map.keys(*action).iter().map(Keys::to_string).collect();
            assert_eq!(keys, action.help().keys, "{action:?}");
        }
    }

    #[test]
    fn a_key_of_the_file_is_taken_from_its_default_action() {
        let map = map(
            "[keys]\ngo-to = \"ctrl-n\"\nusers = [\"F2\", \"Ctrl-X Ctrl-U\", 'Ctrl-X Ctrl-G']\n",
        );
        let find = |name: &str| map.find(None, chord(name));
        assert_eq!(find("Ctrl-N"), Binding::Action(Action::GoTo));
        assert_eq!(find("Ctrl-K"), Binding::Nothing, "the default of go-to is replaced");
        assert_eq!(map.name(Action::NextRoom).as_deref(), Some("Alt-Down"));
        assert_eq!(find("F2"), Binding::Action(Action::Users));
        assert_eq!(find("Ctrl-X"), Binding::First);
    }

    #[test]
    fn an_action_that_loses_a_key_is_named() {
        let new = map("[keys]\ngo-to = [\"F1\", \"Ctrl-N\"]\n");
        assert_eq!(
            KeyMap::default().lost_in(&new, |action| action != Action::GoTo),
            [
                "next-room has lost Ctrl-N, and keeps Alt-Down",
                "help has lost F1, and has no key now"
            ]
        );
        assert_eq!(new.lost_in(&new, |_| true), [""; 0]);
    }

    #[test]
    fn an_empty_text_or_list_leaves_an_action_without_keys() {
        let map = map("[keys]\nsuspend = \"\"\nredraw = []\n");
        assert_eq!((map.keys(Action::Suspend), map.keys(Action::Redraw)), (&[][..], &[][..]));
        assert_eq!(map.find(None, chord("Ctrl-Z")), Binding::Nothing);
        assert_eq!(map.name(Action::Suspend), None);
    }

    #[test]
    fn a_capital_is_found_as_the_small_letter() {
        let map = KeyMap::default();
        assert_eq!(map.find(None, chord("Alt-Shift-A")), Binding::Action(Action::NextUnread));
        assert_eq!(map.find(None, chord("Shift-PgUp")), Binding::Action(Action::PageUp));
    }
}
