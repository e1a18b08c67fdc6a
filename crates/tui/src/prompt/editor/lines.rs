//! The lines of a text and a cursor in it; each change can be undone.

use std::collections::VecDeque;

use crate::wrap::is_plain;

/// Most changes that can be undone: 13 MB, if each replaces the longest text of the box by another one.
const UNDO_MAX: usize = 200;

/// A line, and a number of characters in it.
pub(in crate::prompt) type TextPosition = (usize, usize);

/// A text of one or more lines.
#[derive(Debug)]
pub(super) struct Lines {
    lines: Vec<String>,
    cursor: TextPosition,
    /// The changes, the last one last.
    done: VecDeque<Change>,
    /// Those that were undone, the last one last.
    undone: Vec<Change>,
}

/// A text that has taken the place of another one.
#[derive(Debug)]
struct Change {
    at: TextPosition,
    before: String,
    after: String,
}

impl Lines {
    /// The lines of `text`, the cursor at its end.
    pub(super) fn new(text: &str) -> Self {
        let lines = text.split('\n').map(str::to_owned).collect();
        let (done, undone) = (VecDeque::new(), Vec::new());
        Self { lines, cursor: end((0, 0), text), done, undone }
    }

    /// The lines; at least one.
    pub(super) fn all(&self) -> &[String] {
        &self.lines
    }

    pub(super) const fn cursor(&self) -> TextPosition {
        self.cursor
    }

    /// Moves the cursor, as far as there are lines and characters.
    pub(super) fn go_to(&mut self, (row, column): TextPosition) {
        let row = row.min(self.lines.len() - 1);
        self.cursor = (row, column.min(self.lines[row].chars().count()));
    }

    /// A line before and from a column on.
    pub(super) fn split(&self, (row, column): TextPosition) -> (&str, &str) {
        let line = &self.lines[row];
        line.split_at(byte(line, column))
    }

    /// The text between two places.
    pub(super) fn between(&self, from: TextPosition, to: TextPosition) -> String {
        if from == to {
            // This is so for each key that types.
            return String::new();
        }
        if from.0 == to.0 {
            let line = &self.lines[from.0];
            return line[byte(line, from.1)..byte(line, to.1)].to_owned();
        }
        let (first, last) = (self.split(from).1, self.split(to).0);
        let whole = self.lines[from.0 + 1..to.0].iter().map(String::as_str);
        let lines: Vec<&str> = [first].into_iter().chain(whole).chain([last]).collect();
        lines.join("\n")
    }

    /// Replaces the text between two places, puts the cursor behind the new one, and returns the old one.
    pub(super) fn replace(&mut self, from: TextPosition, to: TextPosition, text: &str) -> String {
        let before = self.between(from, to);
        self.put(from, to, text);
        if before == text {
            return before;
        }
        self.undone.clear();
        if self.done.len() == UNDO_MAX {
            self.done.pop_front();
        }
        self.done.push_back(Change { at: from, before: before.clone(), after: text.to_owned() });
        before
    }

    /// Undoes the last change, if there is one.
    pub(super) fn undo(&mut self) {
        if let Some(change) = self.done.pop_back() {
            self.put(change.at, end(change.at, &change.after), &change.before);
            self.undone.push(change);
        }
    }

    /// Does the change again that was undone last, if there is one.
    pub(super) fn redo(&mut self) {
        if let Some(change) = self.undone.pop() {
            self.put(change.at, end(change.at, &change.before), &change.after);
            self.done.push_back(change);
        }
    }

    fn put(&mut self, from: TextPosition, to: TextPosition, text: &str) {
        let (start, stop) = (byte(&self.lines[from.0], from.1), byte(&self.lines[to.0], to.1));
        if from.0 == to.0 && !text.contains('\n') {
            self.lines[from.0].replace_range(start..stop, text);
        } else {
            let text = [&self.lines[from.0][..start], text, &self.lines[to.0][stop..]].concat();
            self.lines.splice(from.0..=to.0, text.split('\n').map(str::to_owned));
        }
        self.cursor = end(from, text);
    }
}

/// Where a text ends that begins at a place.
fn end((row, column): TextPosition, text: &str) -> TextPosition {
    match text.rsplit_once('\n') {
        Some((above, last)) => (row + 1 + above.matches('\n').count(), last.chars().count()),
        None => (row, column + text.chars().count()),
    }
}

/// The byte at which a column of a line begins; its end if it has fewer.
fn byte(line: &str, column: usize) -> usize {
    if is_plain(line) {
        return column.min(line.len());
    }
    line.char_indices().nth(column).map_or(line.len(), |(byte, _)| byte)
}
