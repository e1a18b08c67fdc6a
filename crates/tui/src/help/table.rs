//! Names and what they do as rows of a screen.

use std::iter::repeat_n;

use crate::wrap::{columns, wrap};

/// Most columns of the keys beside what they do; more of them go below.
const KEY_COLUMNS_MAX: usize = 30;

/// Fewest columns for what a key does beside the key. On a narrower screen it is below the key.
const TEXT_COLUMNS_MIN: usize = 24;

/// Most columns for what a key does: longer rows are hard to read.
const TEXT_COLUMNS_MAX: usize = 70;

/// Blanks between the keys and what they do, and before what is below its key.
const GAP: usize = 2;

/// A row of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpRow {
    /// A heading, or an empty row.
    Title(&'static str),
    /// Keys, padded to a column, and what they do; either may be empty.
    Keys(String, String),
    /// A text.
    Text(String),
}

/// Sections on a screen of `width` columns: each has a heading, and names with what they do. Nothing is cut: it is
/// broken into more rows.
pub(crate) fn rows(
    sections: &[(&'static str, Vec<(String, String)>)],
    width: usize,
) -> Vec<HelpRow> {
    let all = || sections.iter().flat_map(|(_, entries)| entries);
    let widest = all().map(|(keys, _)| columns(keys)).max().unwrap_or_default();
    let shape = Shape::new(widest, width.max(1));
    let mut rows = Vec::new();
    for (title, entries) in sections {
        let blank = (!rows.is_empty()).then_some(HelpRow::Title(""));
        rows.extend(blank.into_iter().chain([HelpRow::Title(title)]));
        entries.iter().for_each(|(keys, does)| shape.add(keys, does, &mut rows));
    }
    rows
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
