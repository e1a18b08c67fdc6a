//! Completes the word before the cursor, from a list that one can type on through.

use super::Prompt;
use crate::lists::{List, Offer, OfferAction};

/// The list for a word.
#[derive(Debug)]
pub(super) struct Completion {
    list: List,
    /// The word as it was typed.
    typed: String,
    /// The text before the cursor that the next offer replaces.
    shown: String,
}

impl Prompt {
    /// The completions of the word before the cursor, while the list is open.
    #[must_use]
    pub fn completions(&self) -> Option<&List> {
        self.completion.as_ref().map(|completion| &completion.list)
    }

    /// Opens the list with what completes `word`, also if the user has closed it.
    pub fn open_completion(&mut self, word: &str, offers: Vec<Offer>) {
        self.dismissed = None;
        self.suggest(word, offers);
    }

    /// Opens the list with what completes `word`, which is before the cursor; closes it if that is nothing, or
    /// if the user has closed it for this word.
    pub fn suggest(&mut self, word: &str, offers: Vec<Offer>) {
        let before = self.editor.before_cursor();
        let before = before.strip_suffix(word).unwrap_or_default();
        if self.dismissed.as_deref().is_some_and(|dismissed| dismissed == before) {
            return;
        }
        self.dismissed = None;
        let (typed, shown) = (word.to_owned(), word.to_owned());
        let is_all = |offer: &Offer| offer.does == OfferAction::Insert(word.to_owned());
        let has_more = !offers.is_empty() && !offers.iter().all(is_all);
        self.completion = has_more.then(|| Completion { list: List::new(offers), typed, shown });
    }

    /// Completes the word with the next offer or the one before. With a single one, that is all.
    pub fn complete(&mut self, backwards: bool) {
        if let Some(completion) = &mut self.completion {
            completion.list.step(backwards);
            self.insert_chosen();
            if self.completions().is_some_and(|list| list.offers().len() == 1) {
                self.completion = None;
            }
        }
    }

    /// Completes the word with the offer `by` places below, or above if it is negative.
    pub fn complete_beside(&mut self, by: isize) {
        if let Some(completion) = &mut self.completion {
            completion.list.shift(by);
            self.insert_chosen();
        }
    }

    /// Completes the word with the offer at a place, and closes the list.
    pub fn complete_with(&mut self, index: usize) {
        if let Some(completion) = &mut self.completion {
            completion.list.choose(index);
            self.insert_chosen();
            self.completion = None;
        }
    }

    /// Closes the list; the word is as it was typed, and the list stays closed for it.
    pub fn dismiss_completion(&mut self) {
        if let Some(Completion { typed, shown, .. }) = self.completion.take() {
            let _ = self.editor.replace_before_cursor(shown.chars().count(), &typed);
            let before = self.editor.before_cursor();
            self.dismissed = before.strip_suffix(&typed).map(str::to_owned);
        }
    }

    fn insert_chosen(&mut self) {
        let Some(completion) = &mut self.completion else {
            return;
        };
        let Some(OfferAction::Insert(text)) =
            completion.list.chosen().map(|offer| offer.does.clone())
        else {
            return;
        };
        let before = std::mem::replace(&mut completion.shown, text.clone());
        if self.editor.replace_before_cursor(before.chars().count(), &text).is_err() {
            self.completion = None;
        }
    }
}
