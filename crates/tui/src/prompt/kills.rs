//! The texts that were cut from the input box: the kill ring of readline.

use std::collections::VecDeque;

use super::editor::TextPosition;

/// Most texts: more than anybody goes back by pressing Alt-Y. Each is at most as long as the box.
const KILLS_MAX: usize = 10;

/// The texts that were cut, the newest first.
#[derive(Debug, Default)]
pub(super) struct Kills {
    texts: VecDeque<String>,
    last: LastAction,
}

/// The last action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum LastAction {
    #[default]
    Other,
    Cut,
    /// The text with this index is between these places.
    Yank {
        index: usize,
        from: TextPosition,
        to: TextPosition,
    },
}

impl Kills {
    /// Adds a text; one that is cut right after another belongs to it.
    pub(super) fn cut(&mut self, text: String, is_backwards: bool) {
        if text.is_empty() {
            return;
        }
        match self.texts.front_mut().filter(|_| self.last == LastAction::Cut) {
            Some(newest) if is_backwards => newest.insert_str(0, &text),
            Some(newest) => newest.push_str(&text),
            None => {
                self.texts.truncate(KILLS_MAX - 1);
                self.texts.push_front(text);
            }
        }
        self.last = LastAction::Cut;
    }

    /// The text that was cut last.
    pub(super) fn newest(&self) -> Option<&str> {
        self.texts.front().map(String::as_str)
    }

    /// The newest text, or the one that [`Self::older`] has returned, is in the box now.
    pub(super) const fn note_yank(&mut self, from: TextPosition, to: TextPosition) {
        let index = match self.last {
            LastAction::Yank { index, .. } => index,
            _ => 0,
        };
        self.last = LastAction::Yank { index, from, to };
    }

    /// The places between which a text is in the box, and the one that was cut before it; after the oldest one
    /// the newest. `None` if something else was done last.
    pub(super) fn older(&mut self) -> Option<(TextPosition, TextPosition, String)> {
        let LastAction::Yank { index, from, to } = self.last else {
            return None;
        };
        let index = (index + 1) % self.texts.len().max(1);
        self.last = LastAction::Yank { index, from, to };
        Some((from, to, self.texts.get(index)?.clone()))
    }

    /// Something else is done.
    pub(super) const fn end(&mut self) {
        self.last = LastAction::Other;
    }
}
