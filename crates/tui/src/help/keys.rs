//! The keys as rows of a screen.

use std::iter::repeat_n;

use crate::action::{Action, Group};
use crate::keymap::KeyMap;
use crate::wrap::{columns, wrap};

/// Most columns of the keys beside what they do; more of them go below.
const KEY_COLUMNS_MAX: usize = 30;

/// Fewest columns for what a key does beside the key. On a narrower screen it is below the key.
const TEXT_COLUMNS_MIN: usize = 24;

/// Most columns for what a key does: longer rows are hard to read.
const TEXT_COLUMNS_MAX: usize = 70;

/// Blanks between the keys and what they do, and before what is below its key.
const GAP: usize = 2;

/// What is not a key: the mouse, and the marks before messages.
const MARKS: [(&str, &str); 7] = [
    ("Click", "Go to a room or a user, select a message"),
    ("Shift and drag", "Select text with the mouse"),
    ("…", "The message is being sent"),
    ("✗", "The message was not sent"),
    ("▌", "The message mentions you"),
    ("3", "Unread messages in a room"),
    ("@2", "Mentions in a room"),
];

/// A row of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpRow {
    /// A heading, or an empty row.
    Title(&'static str),
    /// Keys, padded to a column, and what they do; either may be empty.
    Keys(String, String),
}

/// The help of all keys on a screen of `width` columns. Nothing is cut: it is broken into more rows.
#[must_use]
pub fn key_rows(keys: &KeyMap, width: usize) -> Vec<HelpRow> {
    let mut sections: Vec<_> = Group::ALL.map(|group| (group.title(), entries(keys, group))).into();
    let marks = MARKS.map(|(mark, means)| (mark.to_owned(), means));
    sections.push(("Mouse and marks", marks.into()));
    let all = || sections.iter().flat_map(|(_, entries)| entries);
    let widest = all().map(|(keys, _)| columns(keys)).max().unwrap_or_default();
    let shape = Shape::new(widest, width.max(1));
    let mut rows = Vec::new();
    for (title, entries) in &sections {
        let blank = (!rows.is_empty()).then_some(HelpRow::Title(""));
        rows.extend(blank.into_iter().chain([HelpRow::Title(title)]));
        entries.iter().for_each(|(keys, does)| shape.add(keys, does, &mut rows));
    }
    rows
}

/// The keys of a group and what they do. Neighbours that do the same are one entry.
fn entries(map: &KeyMap, group: Group) -> Vec<(String, &'static str)> {
    let actions: Vec<Action> =
        Action::ALL.iter().copied().filter(|action| action.help().group == group).collect();
    let same = actions.chunk_by(|one, next| one.help().does == next.help().does);
    same.filter_map(|actions| Some((names(map, actions)?, actions.first()?.help().does))).collect()
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

/// How the rows are shared out.
#[derive(Debug)]
struct Shape {
    key_columns: usize,
    text_columns: usize,
    /// Whether what a key does is beside it.
    is_beside: bool,
}

impl Shape {
    fn new(widest: usize, width: usize) -> Self {
        let key_columns = widest.min(KEY_COLUMNS_MAX);
        let beside = width.saturating_sub(key_columns + GAP);
        let is_beside = beside >= TEXT_COLUMNS_MIN;
        let text_columns = if is_beside { beside } else { width.saturating_sub(GAP).max(1) };
        let key_columns = if is_beside { key_columns } else { width };
        Self { key_columns, text_columns: text_columns.min(TEXT_COLUMNS_MAX), is_beside }
    }

    fn add(&self, keys: &str, does: &str, rows: &mut Vec<HelpRow>) {
        let keys = pieces(keys, self.key_columns);
        let texts = pieces(does, self.text_columns);
        let blank = " ".repeat(GAP);
        if self.is_beside {
            let count = keys.len().max(texts.len());
            let texts = texts.into_iter().chain(repeat_n("", usize::MAX));
            let keys = keys.into_iter().chain(repeat_n("", usize::MAX));
            let row = |(keys, text): (&str, &str)| {
                let padding = (self.key_columns + GAP).saturating_sub(columns(keys));
                HelpRow::Keys(format!("{keys}{}", " ".repeat(padding)), text.to_owned())
            };
            rows.extend(keys.zip(texts).take(count).map(row));
        } else {
            rows.extend(keys.into_iter().map(|keys| HelpRow::Keys(keys.to_owned(), String::new())));
            let below = texts.into_iter().map(|text| format!("{blank}{text}"));
            rows.extend(below.map(|text| HelpRow::Keys(String::new(), text)));
        }
    }
}

fn pieces(text: &str, width: usize) -> Vec<&str> {
    wrap(text, width, width).into_iter().map(|range| text[range].trim_end()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rows: &[HelpRow]) -> Vec<String> {
        let row = |row: &HelpRow| match row {
            HelpRow::Title(title) => (*title).to_owned(),
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
