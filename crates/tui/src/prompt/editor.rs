//! The text of the input box: every move ends between two grapheme clusters, and every deletion is a move whose path
//! is removed.

mod change;
mod lines;

use unicode_segmentation::UnicodeSegmentation;

pub use self::change::Case;
use self::lines::Lines;
pub(super) use self::lines::TextPosition;
use crate::wording::kilobytes;
use crate::wrap::is_plain;

/// Longest text of the box, in bytes: it is a draft of the client.
pub const PROMPT_BYTES_MAX: usize = chat_client::request::DRAFT_BYTES_MAX;

/// The text would have this many bytes, too many.
#[derive(Debug, thiserror::Error)]
#[error(
    "Paste too long ({}, the limit is {}). Nothing was pasted",
    kilobytes(*.0),
    kilobytes(PROMPT_BYTES_MAX)
)]
pub struct TooMuch(pub usize);

/// A move of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// One grapheme cluster back.
    Left,
    /// One grapheme cluster forward.
    Right,
    /// To the start of this word or the one before.
    WordLeft,
    /// To the end of this word or the next.
    WordRight,
    /// To the start of this word or the one before, where only white space parts words.
    SpaceLeft,
    /// To the start of the line.
    LineStart,
    /// To the end of the line.
    LineEnd,
    /// To the line above.
    Up,
    /// To the line below.
    Down,
}

/// A text of one or more lines and a cursor in it.
#[derive(Debug)]
pub struct Editor {
    text: Lines,
}

impl Default for Editor {
    fn default() -> Self {
        Self::new("")
    }
}

impl Editor {
    /// An editor with `text` in it, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: Lines::new(text) }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines().join("\n")
    }

    /// The lines; at least one.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        self.text.all()
    }

    /// The line of the cursor, and the number of characters before it in the line.
    #[must_use]
    pub const fn cursor(&self) -> (usize, usize) {
        self.text.cursor()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.lines(), [line] if line.is_empty())
    }

    /// Whether there is text behind the cursor in its line.
    #[must_use]
    pub fn has_rest_of_line(&self) -> bool {
        !self.text.split(self.cursor()).1.is_empty()
    }

    /// Whether the cursor is on the first line.
    #[must_use]
    pub fn is_on_first_line(&self) -> bool {
        self.cursor().0 == 0
    }

    /// Whether the cursor is on the last line.
    #[must_use]
    pub fn is_on_last_line(&self) -> bool {
        self.cursor().0 + 1 == self.lines().len()
    }

    /// The text before the cursor in its line.
    #[must_use]
    pub fn before_cursor(&self) -> &str {
        self.text.split(self.cursor()).0
    }

    /// Inserts a text at the cursor. Any line end becomes `\n`.
    ///
    /// # Errors
    /// Returns an error if there would be more than [`PROMPT_BYTES_MAX`] bytes; the text stays as it was.
    pub fn insert(&mut self, text: &str) -> Result<(), TooMuch> {
        if text.contains('\r') {
            return self.insert(&text.replace("\r\n", "\n").replace('\r', "\n"));
        }
        self.replace(self.cursor(), self.cursor(), text)
    }

    /// Replaces `count` characters before the cursor, in its line.
    ///
    /// # Errors
    /// As [`Editor::insert`].
    pub fn replace_before_cursor(&mut self, count: usize, text: &str) -> Result<(), TooMuch> {
        let (row, column) = self.cursor();
        self.replace((row, column.saturating_sub(count)), (row, column), text)
    }

    /// Replaces the text between two places, and leaves the cursor behind the new text.
    ///
    /// # Errors
    /// As [`Editor::insert`].
    pub(super) fn replace(
        &mut self,
        from: TextPosition,
        to: TextPosition,
        text: &str,
    ) -> Result<(), TooMuch> {
        let kept = self.lines().iter().map(|line| line.len() + 1).sum::<usize>();
        let bytes = kept + text.len() - self.text.between(from, to).len();
        if bytes > PROMPT_BYTES_MAX {
            return Err(TooMuch(bytes));
        }
        self.text.replace(from, to, text);
        self.snap_to_cluster();
        Ok(())
    }

    /// Replaces the whole text.
    ///
    /// # Errors
    /// As [`Editor::insert`]; the text stays as it was then.
    pub fn set(&mut self, text: &str) -> Result<(), TooMuch> {
        if text.len() >= PROMPT_BYTES_MAX {
            return Err(TooMuch(text.len()));
        }
        let row = self.lines().len() - 1;
        self.replace((0, 0), (row, self.lines()[row].chars().count()), text)
    }

    /// Moves the cursor.
    pub fn go(&mut self, motion: Motion) {
        let (row, column) = self.cursor();
        match motion {
            Motion::Left => match self.border_before(row, column) {
                Some(border) => self.text.go_to((row, border)),
                None if row > 0 => self.text.go_to((row - 1, usize::MAX)),
                None => {}
            },
            Motion::Right => match self.border_after(row, column) {
                Some(border) => self.text.go_to((row, border)),
                None if row + 1 < self.lines().len() => self.text.go_to((row + 1, 0)),
                None => {}
            },
            Motion::WordLeft => self.go_to_start(char::is_alphanumeric, is_of_word),
            Motion::WordRight => self.go_to_word_end(),
            Motion::SpaceLeft => self.go_to_start(is_no_space, is_no_space),
            Motion::LineStart => self.text.go_to((row, 0)),
            Motion::LineEnd => self.text.go_to((row, usize::MAX)),
            Motion::Up => self.text.go_to((row.saturating_sub(1), column)),
            Motion::Down => self.text.go_to((row + 1, column)),
        }
        self.snap_to_cluster();
    }

    /// Deletes the text that `motion` passes over, and returns it.
    pub fn delete(&mut self, motion: Motion) -> String {
        let from = self.cursor();
        self.go(motion);
        let to = self.cursor();
        let deleted = self.text.replace(from.min(to), from.max(to), "");
        self.snap_to_cluster();
        deleted
    }

    /// Undoes the last change.
    pub fn undo(&mut self) {
        self.text.undo();
        self.snap_to_cluster();
    }

    /// Redoes the last undone change.
    pub fn redo(&mut self) {
        self.text.redo();
        self.snap_to_cluster();
    }

    /// Goes over separators, then to the end of the word; at the end of a line to the next line.
    fn go_to_word_end(&mut self) {
        let (mut row, mut column) = self.cursor();
        while row + 1 < self.lines().len() && !self.after(row, column).any(char::is_alphanumeric) {
            (row, column) = (row + 1, 0);
        }
        let blanks = self.after(row, column).take_while(|c| !c.is_alphanumeric()).count();
        let word = self.after(row, column + blanks).take_while(|c| is_of_word(*c)).count();
        self.text.go_to((row, column + blanks + word));
    }

    /// Goes back over separators, then to the start of the word; at the start of a line to the line before. A
    /// word has a character for which `is_word` is true, and all of its characters are `of_word`.
    fn go_to_start(&mut self, is_word: fn(char) -> bool, of_word: fn(char) -> bool) {
        let (mut row, mut column) = self.cursor();
        while row > 0 && !self.before(row, column).any(is_word) {
            row -= 1;
            column = self.lines()[row].chars().count();
        }
        let before: Vec<char> = self.before(row, column).collect();
        let blanks = before.iter().rev().take_while(|c| !of_word(**c)).count();
        let word = before.iter().rev().skip(blanks).take_while(|c| of_word(**c)).count();
        let start = self.border_before(row, column - blanks - word + 1).unwrap_or(0);
        self.text.go_to((row, start));
    }

    fn before(&self, row: usize, column: usize) -> impl Iterator<Item = char> {
        self.text.split((row, column)).0.chars()
    }

    fn after(&self, row: usize, column: usize) -> impl Iterator<Item = char> {
        self.text.split((row, column)).1.chars()
    }

    /// Moves a cursor within a grapheme cluster to its end.
    fn snap_to_cluster(&mut self) {
        let (row, column) = self.cursor();
        if is_plain(&self.lines()[row]) {
            return;
        }
        if let Some(border) = column.checked_sub(1).and_then(|last| self.border_after(row, last)) {
            self.text.go_to((row, border));
        }
    }

    /// The borders of the grapheme clusters of a line, in characters.
    fn borders(&self, row: usize) -> impl Iterator<Item = usize> {
        let clusters = self.lines()[row].graphemes(true);
        let ends = clusters.scan(0, |end, cluster| {
            *end += cluster.chars().count();
            Some(*end)
        });
        std::iter::once(0).chain(ends)
    }

    fn border_before(&self, row: usize, column: usize) -> Option<usize> {
        if is_plain(&self.lines()[row]) {
            return column.checked_sub(1);
        }
        self.borders(row).take_while(|border| *border < column).last()
    }

    fn border_after(&self, row: usize, column: usize) -> Option<usize> {
        if is_plain(&self.lines()[row]) {
            return Some(column + 1).filter(|border| *border <= self.lines()[row].len());
        }
        self.borders(row).find(|border| *border > column)
    }
}

/// Letters and digits, and what is put on them or joins them.
fn is_no_space(c: char) -> bool {
    !c.is_whitespace()
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{200D}' | '\u{300}'..='\u{36F}' | '\u{FE0F}')
}

#[cfg(test)]
mod tests;
