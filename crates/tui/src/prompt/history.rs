//! The history of the input box.

use std::collections::VecDeque;

/// Most texts in the history: more than anybody goes back by pressing Up.
const HISTORY_MAX: usize = chat_client::store::TYPED_MAX;

/// The sent texts, and where Up and Down have moved to.
#[derive(Debug, Default)]
pub(super) struct History {
    sent: VecDeque<String>,
    /// How far back; 0 is the text that is being typed.
    back: usize,
    /// The text that was being typed before the first Up.
    draft: String,
    /// Whether the newest text was a message. If not, Up is the way back to it.
    is_message: bool,
}

impl History {
    /// Adds a text that was sent as a message.
    pub(super) fn push_message(&mut self, text: String) {
        self.push(text);
        self.is_message = true;
    }

    /// Whether the newest text was sent as a message, or there is none, and no older text is shown: Up need not go
    /// there, and edits the message.
    pub(super) fn is_after_message(&self) -> bool {
        self.back == 0 && (self.is_message || self.sent.is_empty())
    }

    /// Adds a text, and goes back to the newest. The same text twice in a row is added once.
    pub(super) fn push(&mut self, text: String) {
        (self.back, self.is_message) = (0, false);
        if self.sent.back() == Some(&text) {
            return;
        }
        self.sent.push_back(text);
        if self.sent.len() > HISTORY_MAX {
            self.sent.pop_front();
        }
    }

    /// The newest text.
    pub(super) fn newest(&self) -> Option<&str> {
        self.sent.back().map(String::as_str)
    }

    /// The newest text with a word in it, small or capital, and its place; the newest text has place 0, and
    /// `from` is the first place that counts.
    pub(super) fn find(&self, word: &str, from: usize) -> Option<(usize, &str)> {
        let word = word.to_lowercase();
        let texts = self.sent.iter().rev().map(String::as_str).enumerate().skip(from);
        texts.into_iter().find(|(_, text)| text.to_lowercase().contains(&word))
    }

    /// Returns the text before the shown one, which is `now`.
    pub(super) fn older(&mut self, now: &str) -> Option<String> {
        let text = self.sent.iter().rev().nth(self.back)?.clone();
        if self.back == 0 {
            now.clone_into(&mut self.draft);
        }
        self.back += 1;
        Some(text)
    }

    /// Returns the text after the shown one; at last the one that was being typed.
    pub(super) fn newer(&mut self) -> Option<String> {
        self.back = self.back.checked_sub(1)?;
        match self.back {
            0 => Some(std::mem::take(&mut self.draft)),
            back => self.sent.iter().rev().nth(back - 1).cloned(),
        }
    }

    /// Goes back to the text that was being typed, and returns it if an older text is shown, which is `now`.
    /// If the user has changed the older text, returns `None`: it stays, and the other one is added to the history.
    pub(super) fn leave(&mut self, now: &str) -> Option<String> {
        let newer = self.back.checked_sub(1)?;
        let is_changed = self.sent.iter().rev().nth(newer).is_none_or(|older| older != now);
        self.back = 0;
        let draft = std::mem::take(&mut self.draft);
        if !is_changed {
            return Some(draft);
        }
        if !draft.is_empty() {
            self.push(draft);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_and_down_come_back_to_the_draft() {
        let mut history = History::default();
        for text in ["one", "two", "two", "three"] {
            history.push(text.to_owned());
        }
        let back: Vec<_> = std::iter::from_fn(|| history.older("draft")).collect();
        assert_eq!(back, ["three", "two", "one"]);
        let forth: Vec<_> = std::iter::from_fn(|| history.newer()).collect();
        assert_eq!(forth, ["two", "three", "draft"]);
    }

    #[test]
    fn leaving_the_history_restores_the_draft_unless_an_entry_was_changed() {
        let mut history = History::default();
        history.push("older".to_owned());
        assert_eq!(history.leave("draft"), None, "it is on show");
        history.older("draft");
        assert_eq!(history.leave("older"), Some("draft".to_owned()));
        history.older("draft");
        assert_eq!(history.leave("older, changed"), None);
        assert_eq!(history.older("older, changed"), Some("draft".to_owned()));
    }

    #[test]
    fn it_is_bounded() {
        let mut history = History::default();
        for number in 0..=HISTORY_MAX {
            history.push(number.to_string());
        }
        assert_eq!(std::iter::from_fn(|| history.older("")).count(), HISTORY_MAX);
    }
}
