//! What Tab makes of the word before the cursor.

use chat_proto::UserName;

use crate::update::COMMANDS;

/// A round of completions: each Tab offers the next.
#[derive(Debug)]
pub(super) struct Completion {
    /// What stands before the cursor now and is replaced by the next offer.
    shown: String,
    offers: Vec<String>,
    /// Which one is on show; none at first.
    at: Option<usize>,
}

impl Completion {
    /// Looks for what may complete the last word of `before`, the text before the cursor; `None`
    /// where nothing does.
    pub(super) fn new<'a>(before: &str, names: impl Iterator<Item = &'a UserName>) -> Option<Self> {
        let start = before
            .rfind(char::is_whitespace)
            .map_or(0, |space| space + before[space..].chars().next().map_or(0, char::len_utf8));
        let word = &before[start..];
        if word.is_empty() {
            return None;
        }
        let offers: Vec<String> = if start == 0 && word.starts_with('/') {
            let commands = COMMANDS.iter().map(|command| command.name);
            commands.filter(|name| name.starts_with(word)).map(|name| format!("{name} ")).collect()
        } else {
            let after = if start == 0 { ": " } else { " " };
            let key = UserName::new(word).ok()?;
            let names = names.filter(|name| name.key().starts_with(key.key()));
            names.map(|name| format!("{name}{after}")).collect()
        };
        (!offers.is_empty()).then(|| Self { shown: word.to_owned(), offers, at: None })
    }

    /// The text to replace, and what with.
    pub(super) fn next(&mut self, backwards: bool) -> (usize, String) {
        let count = self.offers.len();
        let at = match self.at {
            None if backwards => count - 1,
            None => 0,
            Some(at) if backwards => (at + count - 1) % count,
            Some(at) => (at + 1) % count,
        };
        self.at = Some(at);
        let offer = self.offers[at].clone();
        let before = std::mem::replace(&mut self.shown, offer.clone());
        (before.chars().count(), offer)
    }
}
