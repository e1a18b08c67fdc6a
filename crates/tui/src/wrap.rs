//! Breaks text into rows of a given width, where Unicode allows a line to break.

use std::ops::Range;

use ratatui::buffer::CellWidth;
use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_segmentation::UnicodeSegmentation;

/// Whether a text has printable ASCII alone: each byte takes a column, and nothing needs a look into Unicode.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    // Without an early end, so that many bytes are compared at once.
    text.bytes().fold(true, |is_plain, byte| is_plain & matches!(byte, b' '..=b'~'))
}

/// Whether a character has one column, and is part of no other if its neighbours are such, too: printable ASCII, and
/// the marks and the rules of the screen.
#[must_use]
pub const fn is_simple(c: char) -> bool {
    matches!(c, ' '..='~' | '·' | '›' | '…' | '→' | '↑' | '↓' | '●' | '○' | '\u{2500}'..='\u{259F}')
}

/// Columns of `text` on the screen: by grapheme cluster, as they are drawn. Control characters take none.
#[must_use]
pub fn columns(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    let is_other = |byte: &u8| !matches!(byte, b' '..=b'~');
    let first = text.bytes().position(|byte| is_other(&byte)).unwrap_or_default();
    if text[first..].chars().all(is_simple) {
        return first + text[first..].chars().count();
    }
    // Printable ASCII is part of another cluster only right beside a character that is not ASCII.
    let last = text.bytes().rposition(|byte| is_other(&byte)).unwrap_or(first);
    let (start, end) = (first.saturating_sub(1), text.len().min(last + 2));
    let others: usize = text[start..end]
        .graphemes(true)
        .filter(|cluster| !cluster.contains(char::is_control))
        .map(|cluster| usize::from(cluster.cell_width()))
        .sum();
    start + others + text.len() - end
}

/// Cuts `text` to `max` columns at most, with `…` at the end if it was cut.
#[must_use]
pub fn cut(text: &str, max: usize) -> String {
    if columns(text) <= max {
        return text.to_owned();
    }
    let mut used = 0;
    let mut kept: String = text
        .graphemes(true)
        .take_while(|cluster| {
            used += columns(cluster);
            used < max
        })
        .collect();
    if max > 0 {
        kept.push('…');
    }
    kept
}

/// A row without the white space that may go over its end.
fn trimmed(row: &str) -> &str {
    row.trim_end_matches([' ', '\n'])
}

/// Breaks `text` at word borders into rows of at most `first` columns, then of at most `rest`; a
/// word that is wider than a row is cut between grapheme clusters. Returns at least one row, each
/// without the white space it was broken at.
#[must_use]
pub fn wrap(text: &str, first: usize, rest: usize) -> Vec<Range<usize>> {
    let mut rows = Rows { text, rest, width: first, start: 0, used: 0, done: Vec::new() };
    let mut at = 0;
    for (end, kind) in linebreaks(text) {
        let is_allowed = kind == BreakOpportunity::Allowed;
        // Unicode lets a row end after the `/` of a command or a path, but not before it.
        let end = if is_allowed && text[..end].ends_with(" /") { end - 1 } else { end };
        if end == at || is_allowed && holds_together(text, end) {
            continue;
        }
        rows.word(at..end);
        if kind == BreakOpportunity::Mandatory {
            rows.end(end);
        }
        at = end;
    }
    if rows.done.is_empty() {
        rows.end(text.len());
    }
    rows.done
}

/// Whether no row ends at `at` although Unicode allows it: after the scheme of a link or the hyphens of an option,
/// which say nothing alone, and within a grapheme cluster, which is drawn as one (a space with a mark on it).
fn holds_together(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at(at);
    let has_space = before.ends_with(' ') && !after.is_empty();
    before.ends_with("://")
        || ends_with_hyphens_of_option(before)
        || has_space && text[at - 1..].graphemes(true).next().is_some_and(|cluster| cluster != " ")
}

/// Whether `text` ends with the hyphens that begin a word, as in `--listen` (LB20a of UAX 14, since Unicode 15.1).
fn ends_with_hyphens_of_option(text: &str) -> bool {
    let word = text.trim_end_matches('-');
    word.len() < text.len() && (word.is_empty() || word.ends_with([' ', '\n']))
}

/// The complete rows, and the current one.
struct Rows<'a> {
    text: &'a str,
    rest: usize,
    /// Most columns of the current row.
    width: usize,
    /// Its start.
    start: usize,
    /// Columns of it in use.
    used: usize,
    done: Vec<Range<usize>>,
}

impl Rows<'_> {
    /// Ends the current row.
    fn end(&mut self, end: usize) {
        let trimmed = trimmed(&self.text[self.start..end]).len();
        self.done.push(self.start..self.start + trimmed);
        self.start = end;
        self.used = 0;
        self.width = self.rest;
    }

    /// Adds a word with the white space after it.
    fn word(&mut self, word: Range<usize>) {
        let shown = columns(trimmed(&self.text[word.clone()]));
        if self.used > 0 && self.used + shown > self.width {
            self.end(word.start);
        }
        if shown > self.width {
            return self.long_word(word);
        }
        self.used += columns(&self.text[word]);
    }

    /// Adds a word that is wider than a row, cluster by cluster.
    fn long_word(&mut self, word: Range<usize>) {
        for (offset, cluster) in self.text[word.clone()].grapheme_indices(true) {
            let shown = columns(cluster);
            if self.used > 0 && self.used + shown > self.width && !trimmed(cluster).is_empty() {
                self.end(word.start + offset);
            }
            self.used += shown;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Parts of texts, some of which join their neighbours.
    const PARTS: [&str; 12] = [
        "a",
        " ",
        "é",
        "\u{301}",
        "漢",
        "👩",
        "\u{200D}",
        "\u{600}",
        "\u{1b}",
        "\r\n",
        "🇩",
        "1\u{FE0F}\u{20E3}",
    ];

    fn rows(text: &str, first: usize, rest: usize) -> Vec<&str> {
        wrap(text, first, rest).into_iter().map(|row| &text[row]).collect()
    }

    #[test]
    fn rows_break_at_word_borders() {
        assert_eq!(rows("the quick brown fox", 10, 10), ["the quick", "brown fox"]);
        assert_eq!(rows("the quick brown fox", 4, 15), ["the", "quick brown fox"]);
        assert_eq!(rows("", 10, 10), [""]);
        assert_eq!(rows("a\n\nb", 10, 10), ["a", "", "b"]);
        assert_eq!(rows("  x = 1;\n  y", 10, 10), ["  x = 1;", "  y"]);
    }

    #[test]
    fn a_scheme_stays_with_its_host() {
        assert_eq!(rows("see https://a.org/b", 13, 13), ["see", "https://a.org", "/b"]);
        assert_eq!(rows("see https://", 20, 20), ["see https://"]);
        assert_eq!(rows("try /quit or a/bc", 6, 6), ["try", "/quit", "or a/", "bc"]);
    }

    #[test]
    fn an_option_is_one_word() {
        assert_eq!(rows("start with --listen PORT", 13, 13), ["start with", "--listen PORT"]);
        assert_eq!(rows("-k and well-known", 6, 9), ["-k and", "well-", "known"]);
        assert_eq!(rows("one -- two", 6, 6), ["one --", "two"]);
    }

    #[test]
    fn a_space_with_a_mark_is_not_a_border() {
        assert_eq!(rows("ab \u{301}cd", 3, 3), ["ab \u{301}", "cd"]);
    }

    #[test]
    fn a_long_word_is_cut_between_clusters() {
        assert_eq!(rows("abcdefgh", 3, 3), ["abc", "def", "gh"]);
        assert_eq!(rows("漢字かな", 5, 5), ["漢字", "かな"]);
        assert_eq!(rows("e\u{301}e\u{301}e\u{301}", 2, 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(rows("漢字", 1, 1), ["漢", "字"]);
        assert_eq!(rows("abc", 0, 0), ["a", "b", "c"]);
        assert_eq!(rows("abc\u{a0}", 3, 3), ["abc", "\u{a0}"]);
    }

    proptest! {
        #[test]
        fn the_columns_of_a_text_are_those_of_its_clusters(
            parts in prop::collection::vec(prop::sample::select(&PARTS[..]), 0..8),
        ) {
            let text = parts.concat();
            let clusters = text.graphemes(true).map(columns);
            prop_assert_eq!(columns(&text), clusters.sum::<usize>(), "{:?}", text);
        }

        #[test]
        fn rows_fit_and_lose_nothing_but_white_space(
            dirty in ".*", first in 0_usize..30, rest in 0_usize..30,
        ) {
            let text = chat_client::sanitize::text(&dirty);
            let rows = wrap(&text, first, rest);
            for (index, row) in rows.iter().enumerate() {
                let row = &text[row.clone()];
                let width = if index == 0 { first } else { rest };
                prop_assert!(columns(row) <= width || row.graphemes(true).count() <= 1, "{row:?}");
            }
            let bare = |text: &str| text.replace([' ', '\n'], "");
            let shown: String = rows.into_iter().map(|row| &text[row]).collect();
            prop_assert_eq!(bare(&shown), bare(&text));
        }
    }

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("漢字かな", 4), "漢…");
        assert_eq!(cut("abc", 0), "");
    }
}
