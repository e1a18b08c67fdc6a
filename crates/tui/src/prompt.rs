//! The input box: its text, its history, and its completions.

mod complete;
mod editor;
mod history;
mod kills;
mod rows;
mod search;

use self::complete::Completion;
pub use self::editor::{Case, Editor, Motion, PROMPT_BYTES_MAX, TooMuch};
use self::history::History;
use self::kills::Kills;
pub use self::rows::Rows;
pub use self::search::InputSearch;
use self::search::Search;

/// The input box.
#[derive(Debug, Default)]
pub struct Prompt {
    /// The text and its cursor.
    pub editor: Editor,
    history: History,
    completion: Option<Completion>,
    /// The text before the word for which the user has closed the list.
    dismissed: Option<String>,
    kills: Kills,
    search: Option<Search>,
}

impl Prompt {
    /// Empties the box, remembers its text, and returns it. `is_message`: the text is sent as a message.
    pub fn submit(&mut self, is_message: bool) -> Editor {
        match (self.editor.text(), is_message) {
            (text, true) => self.remember_message(text),
            (text, false) => self.remember(text),
        }
        self.completion = None;
        std::mem::take(&mut self.editor)
    }

    /// Whether the box is empty, and nothing was typed after the last message that Up would bring back.
    #[must_use]
    pub fn is_after_message(&self) -> bool {
        self.editor.is_empty() && self.history.is_after_message()
    }

    /// Adds a text to the history: Up brings it back.
    pub fn remember(&mut self, text: String) {
        self.history.push(text);
    }

    /// Adds a text that was sent.
    pub fn remember_message(&mut self, text: String) {
        self.history.push_message(text);
    }

    /// Adds texts of earlier runs to the history, the newest last.
    pub fn add_older(&mut self, texts: Vec<String>) {
        for text in texts {
            match is_command(&text) {
                true => self.history.push(text),
                false => self.history.push_message(text),
            }
        }
    }

    /// The newest text of the history.
    #[must_use]
    pub fn newest(&self) -> Option<&str> {
        self.history.newest()
    }

    /// Ends the completions: the next Tab begins new ones.
    pub fn end_completion(&mut self) {
        self.completion = None;
    }

    /// Cuts the text that `motion` passes over: [`Self::yank`] inserts it again.
    pub fn cut(&mut self, motion: Motion) {
        let is_backwards =
            matches!(motion, Motion::WordLeft | Motion::SpaceLeft | Motion::LineStart);
        let text = self.editor.delete(motion);
        self.kills.cut(text, is_backwards);
    }

    /// Inserts the text that was cut last.
    ///
    /// # Errors
    /// Returns an error if the box would be too full.
    pub fn yank(&mut self) -> Result<(), TooMuch> {
        let Some(text) = self.kills.newest().map(str::to_owned) else {
            return Ok(());
        };
        let start = self.editor.cursor();
        self.editor.insert(&text)?;
        self.kills.note_yank(start, self.editor.cursor());
        Ok(())
    }

    /// Replaces the text that [`Self::yank`] has just inserted with the one cut before it; does nothing after anything
    /// else.
    ///
    /// # Errors
    /// Returns an error if the box would be too full.
    pub fn yank_older(&mut self) -> Result<(), TooMuch> {
        let Some((from, to, text)) = self.kills.older() else {
            return Ok(());
        };
        self.editor.replace(from, to, &text)?;
        self.kills.note_yank(from, self.editor.cursor());
        Ok(())
    }

    /// Something else is done: the next text that is cut is one of its own.
    pub fn end_cut(&mut self) {
        self.kills.end();
    }

    /// One line up; on the first line, to the older text of the history.
    pub fn up(&mut self) {
        if self.editor.is_on_first_line() {
            self.older();
        } else {
            self.editor.go(Motion::Up);
        }
    }

    /// One line down; on the last line, to the newer text of the history.
    pub fn down(&mut self) {
        if self.editor.is_on_last_line() {
            self.newer();
        } else {
            self.editor.go(Motion::Down);
        }
    }

    /// To the older text of the history.
    pub fn older(&mut self) {
        if let Some(text) = self.history.older(&self.editor.text()) {
            self.editor = Editor::new(&text);
        }
    }

    /// To the newer text of the history.
    pub fn newer(&mut self) {
        if let Some(text) = self.history.newer() {
            self.editor = Editor::new(&text);
        }
    }

    /// Puts back the text that was being typed, if Up has replaced it. To be called before the text goes
    /// elsewhere: the history belongs to the box alone.
    pub fn put_back(&mut self) {
        self.cancel_search();
        if let Some(draft) = self.history.leave(&self.editor.text()) {
            self.editor = Editor::new(&draft);
        }
    }
}

/// Whether Enter carries out a text as a command, and does not send it.
#[must_use]
pub fn is_command(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//")
}

#[cfg(test)]
mod tests;
