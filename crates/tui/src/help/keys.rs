//! The keys as rows of a screen.

use super::{HelpRow, rows};
use crate::action::{Action, Group};
use crate::keymap::KeyMap;
use crate::letters::{BESIDE, LETTERS};

/// Rows about other things than keys: the mouse, and the marks before messages.
const MARKS: [(&str, &str); 7] = [
    ("Click", "Go to a room or a user, select a message"),
    ("Shift and drag", "Select text with the mouse"),
    ("…", "The message is being sent"),
    ("✗", "The message was not sent"),
    ("▌", "The message mentions you"),
    ("3", "Unread messages in a room"),
    ("@2", "Mentions in a room"),
];

/// How to change a key. The rows above do not name the actions.
const CHANGE: [(&str, &str); 2] = [
    ("/set key", "Gives a key to an action: /set key go-to F2. Tab after it lists the actions"),
    ("/help KEY", "Explains a key, and names its action"),
];

/// The help of all keys on a screen of `width` columns.
#[must_use]
pub fn key_rows(keys: &KeyMap, width: usize) -> Vec<HelpRow> {
    let mut sections: Vec<_> = Group::ALL.map(|group| (group.title(), entries(keys, group))).into();
    sections.push(("Selected message", letters()));
    let owned = |(name, does): (&str, &str)| (name.to_owned(), does.to_owned());
    sections.push(("To change a key", CHANGE.map(owned).into()));
    sections.push(("Mouse and marks", MARKS.map(owned).into()));
    rows(&sections, width)
}

/// What letters do with the selected message.
fn letters() -> Vec<(String, String)> {
    let letters = LETTERS.iter().map(|letter| (letter.key.to_string(), letter.does.to_owned()));
    let beside = BESIDE.map(|(key, does)| (key.to_owned(), does.to_owned()));
    letters.chain(beside).collect()
}

/// The keys of a group and what they do. Neighbours that do the same are one entry.
fn entries(map: &KeyMap, group: Group) -> Vec<(String, String)> {
    let actions: Vec<Action> =
        Action::ALL.iter().copied().filter(|action| action.help().group == group).collect();
    let same = actions.chunk_by(|one, next| one.help().does == next.help().does);
    let does = |actions: &[Action]| Some(actions.first()?.help().does.to_owned());
    same.filter_map(|actions| Some((names(map, actions)?, does(actions)?))).collect()
}

/// The keys of actions; of many neighbours the first and the last one.
fn names(map: &KeyMap, actions: &[Action]) -> Option<String> {
    let all: Vec<String> =
        actions.iter().flat_map(|action| map.keys(*action)).map(ToString::to_string).collect();
    match &all[..] {
        [] => None,
        [first, .., last] if actions.len() > 2 && all.len() == actions.len() => {
            Some(format!("{first} … {last}"))
        }
        all => Some(all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wrap::columns;

    fn text(rows: &[HelpRow]) -> Vec<String> {
        let row = |row: &HelpRow| match row {
            HelpRow::Title(title) => (*title).to_owned(),
            HelpRow::Text(text) => text.clone(),
            HelpRow::Keys(keys, text) => format!("{keys}{text}"),
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn every_word_of_every_key_is_there_and_fits_at_any_width() {
        let map = KeyMap::default();
        for width in (20..60).chain([80, 120, 300]) {
            let rows = text(&key_rows(&map, width));
            assert!(rows.iter().all(|row| columns(row) <= width), "{width}: {rows:#?}");
            let words: Vec<_> = rows.iter().flat_map(|row| row.split_whitespace()).collect();
            for action in Action::ALL {
                let does = action.help().does.split_whitespace();
                assert!(does.into_iter().all(|word| words.contains(&word)), "{width}: {action:?}");
            }
        }
    }

    #[test]
    fn neighbours_that_do_the_same_are_one_row() {
        let rows = text(&key_rows(&KeyMap::default(), 100));
        let found = rows.iter().filter(|row| row.starts_with("Alt-1 … Alt-9 ")).count();
        assert_eq!(found, 1, "{rows:#?}");
        assert!(!rows.iter().any(|row| row.starts_with("Alt-2")), "{rows:#?}");
    }

    #[test]
    fn what_a_key_does_is_below_it_on_a_narrow_screen() {
        let rows = text(&key_rows(&KeyMap::default(), 20));
        let at = rows.iter().position(|row| row == "Esc").unwrap();
        assert_eq!(
            rows[at + 1..at + 4],
            ["  Go back one step,", "  at last to the", "  newest message"]
        );
    }
}
