//! The input box: its text, its history, and its completions.

mod complete;
mod editor;
mod history;
mod rows;

use chat_proto::{RoomName, UserName};

use self::complete::Completion;
pub use self::editor::{Editor, Motion, PROMPT_BYTES_MAX, TooMuch};
use self::history::History;
pub use self::rows::Rows;

/// The input box.
#[derive(Debug, Default)]
pub struct Prompt {
    /// The text and its cursor.
    pub editor: Editor,
    history: History,
    completion: Option<Completion>,
}

impl Prompt {
    /// Empties the box, remembers its text, and returns it.
    pub fn submit(&mut self) -> Editor {
        self.remember(self.editor.text());
        self.completion = None;
        std::mem::take(&mut self.editor)
    }

    /// Adds a text to the history: Up brings it back.
    pub fn remember(&mut self, text: String) {
        self.history.push(text);
    }

    /// Ends the completions: the next Tab begins new ones.
    pub fn end_completion(&mut self) {
        self.completion = None;
    }

    /// One line up; on the first line, to the older text of the history.
    pub fn up(&mut self) {
        if self.editor.is_on_first_line() {
            if let Some(text) = self.history.older(&self.editor.text()) {
                self.editor = Editor::new(&text);
            }
        } else {
            self.editor.go(Motion::Up);
        }
    }

    /// One line down; on the last line, to the newer text of the history.
    pub fn down(&mut self) {
        if self.editor.is_on_last_line() {
            if let Some(text) = self.history.newer() {
                self.editor = Editor::new(&text);
            }
        } else {
            self.editor.go(Motion::Down);
        }
    }

    /// Puts back the text that was being typed, if Up has replaced it. To be called before the text goes
    /// elsewhere: the history belongs to the box alone.
    pub fn put_back(&mut self) {
        if let Some(draft) = self.history.leave(&self.editor.text()) {
            self.editor = Editor::new(&draft);
        }
    }

    /// Completes the word before the cursor: a command if the text begins with `/`, one of `rooms` or a
    /// direct message with one of `names` if the word has a sigil, else one of `names`. The next call offers
    /// the next one.
    pub fn complete<'a>(
        &mut self,
        names: impl Iterator<Item = &'a UserName>,
        rooms: impl Iterator<Item = &'a RoomName>,
        backwards: bool,
    ) {
        if self.completion.is_none() {
            self.completion = Completion::new(&self.editor.before_cursor(), names, rooms);
        }
        if let Some(completion) = &mut self.completion {
            let (shown, next) = completion.next(backwards);
            if self.editor.replace_before_cursor(shown, &next).is_err() {
                self.completion = None;
            }
        }
    }
}

#[cfg(test)]
mod tests;
