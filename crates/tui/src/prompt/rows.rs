//! The text of the input box as rows.

use std::borrow::Cow;

use chat_client::sanitize;
use unicode_segmentation::UnicodeSegmentation;

use super::Editor;
use crate::wrap::{columns, is_plain};

/// The text as rows, and the cursor in them.
#[derive(Debug, PartialEq, Eq)]
pub struct Rows {
    /// The rows; at least one.
    pub rows: Vec<String>,
    /// The row of the cursor, and its column in cells.
    pub cursor: (usize, usize),
}

impl Rows {
    /// Breaks the text into rows of `width` columns wherever they are full, so that nothing jumps while the
    /// user types. Control characters look as they will in the log.
    #[must_use]
    pub fn new(editor: &Editor, width: usize) -> Self {
        let width = width.max(1);
        let mut rows = Self { rows: Vec::new(), cursor: (0, 0) };
        for (number, line) in editor.lines().iter().enumerate() {
            let cursor = Some(editor.cursor()).filter(|cursor| cursor.0 == number);
            rows.add(line, cursor.map(|cursor| cursor.1), width);
        }
        rows
    }

    /// Adds a line of the text; the cursor may be in it, after this many characters.
    fn add(&mut self, line: &str, cursor: Option<usize>, width: usize) {
        if is_plain(line) {
            // Nearly every text is plain while it is typed. A cursor at the end needs a cell of its own.
            let cells = line.len() + usize::from(cursor == Some(line.len()));
            let row = |row| &line[row * width..line.len().min((row + 1) * width)];
            self.cursor =
                cursor.map_or(self.cursor, |at| (self.rows.len() + at / width, at % width));
            self.rows.extend((0..cells.div_ceil(width).max(1)).map(row).map(str::to_owned));
            return;
        }
        self.add_clusters(line, cursor, width);
    }

    fn add_clusters(&mut self, line: &str, cursor: Option<usize>, width: usize) {
        let mut row = String::new();
        let (mut column, mut chars) = (0, 0);
        for cluster in line.graphemes(true) {
            let shown: Cow<'_, str> = match cluster.as_bytes() {
                [b' '..=b'~'] => cluster.into(),
                _ => sanitize::line(cluster).into(),
            };
            let wide = columns(&shown);
            if column > 0 && column + wide > width {
                self.rows.push(std::mem::take(&mut row));
                column = 0;
            }
            if cursor == Some(chars) {
                self.cursor = (self.rows.len(), column);
            }
            row.push_str(&shown);
            column += wide;
            chars += cluster.chars().count();
        }
        if cursor == Some(chars) {
            // The cursor needs a cell of its own after the last character.
            if column >= width {
                self.rows.push(std::mem::take(&mut row));
                column = 0;
            }
            self.cursor = (self.rows.len(), column);
        }
        self.rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::Motion;

    fn rows(text: &str, width: usize) -> (Vec<String>, (usize, usize)) {
        let Rows { rows, cursor } = Rows::new(&Editor::new(text), width);
        (rows, cursor)
    }

    #[test]
    fn the_cursor_always_has_a_cell() {
        assert_eq!(rows("", 5), (vec![String::new()], (0, 0)));
        assert_eq!(rows("abc", 5), (vec!["abc".into()], (0, 3)));
        assert_eq!(rows("abcde", 5), (vec!["abcde".into(), String::new()], (1, 0)));
        assert_eq!(rows("漢字か", 5), (vec!["漢字".into(), "か".into()], (1, 2)));
        assert_eq!(rows("ab\ncd", 5), (vec!["ab".into(), "cd".into()], (1, 2)));
    }

    /// Printable ASCII takes a shorter way, with the same result as if it were looked at character by character.
    #[test]
    fn printable_ascii_is_cut_where_its_clusters_are() {
        let slowly = |editor: &Editor, width: usize| {
            let mut rows = Rows { rows: Vec::new(), cursor: (0, 0) };
            for (number, line) in editor.lines().iter().enumerate() {
                let cursor = Some(editor.cursor()).filter(|cursor| cursor.0 == number);
                rows.add_clusters(line, cursor.map(|cursor| cursor.1), width);
            }
            rows
        };
        for text in ["", "ab", "abcd", "abcde fghi", "abcd\n", "\nabcdefgh\nab"] {
            let mut editor = Editor::new(text);
            for _ in 0..=text.len() {
                for width in 1..6 {
                    assert_eq!(Rows::new(&editor, width), slowly(&editor, width), "{text:?}");
                }
                editor.go(Motion::Left);
            }
        }
    }

    #[test]
    fn the_cursor_is_before_its_cluster() {
        let mut editor = Editor::new("abcdefg");
        editor.go(Motion::Left);
        editor.go(Motion::Left);
        assert_eq!(Rows::new(&editor, 5).cursor, (1, 0));
    }

    #[test]
    fn control_characters_show() {
        assert_eq!(rows("a\u{1b}b", 5), (vec!["a␛b".into()], (0, 3)));
    }
}
