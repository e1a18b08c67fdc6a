//! Lists to choose from, above the input box: what completes a word, and where to go.
//!
//! * [`Word`]: the word before the cursor, and what completes it; `emoji`: emoji by name.
//! * [`Subject`]: what a list with an input line of its own is about; `places` are the offers of "go to".
//! * `filter`: what completes the query of a search.
//! * `found`: messages to go to: pinned ones, remembered ones, mentions.
//! * `accounts`: the devices and sessions of a user, to drop or end one.
//! * `orders`: invites, mutes and bans, to end one; the audit log.
//! * `reactions`: emoji to react with, those that are used most first.
//! * [`people`]: who is here, those who spoke lately first; `fuzzy`: how well a text fits the typed one.

mod accounts;
mod complete;
mod emoji;
mod filter;
mod found;
mod fuzzy;
mod orders;
pub mod people;
mod places;
mod reactions;
mod subject;

use std::ops::Range;

use chat_proto::{Emoji, RoomName, Seq, UserName};

pub use self::complete::Word;
pub use self::subject::{SecretKind, Subject};
use crate::commands::Command;

/// The effect of an offer that is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferAction {
    /// The text replaces the word before the cursor.
    Insert(String),
    /// This room of the user, or direct message, is opened.
    Open(RoomName),
    /// The room, which the server has, is joined.
    Join(RoomName),
    /// The room is joined, or created if the server does not have it.
    Create(RoomName),
    /// The direct message with the user is opened.
    Direct(UserName),
    /// This message of a room is gone to.
    Message(RoomName, Seq),
    /// The text is copied.
    Copy(String),
    /// The user reacts with the emoji, or takes that back.
    React(Emoji),
    /// The mute or the ban with this number is ended.
    Pardon(u64),
    /// The invite with this number is ended, after a question.
    Revoke(u64),
    /// The hook with this number is ended, after a question.
    RevokeHook(u64),
    /// The device with this number is dropped, after a question.
    Drop(u64),
    /// The session with this number is ended, after a question.
    End(u64),
    /// The command is carried out, or waits for its arguments.
    Run(&'static str),
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its name.
    pub label: String,
    /// The text beside it.
    pub detail: String,
    /// Of a user: whether the user is connected.
    pub presence: Option<bool>,
    /// Of a room: how many messages name the user, and how many are not read.
    pub counts: (usize, u64),
    /// Its effect if it is chosen.
    pub does: OfferAction,
}

impl Offer {
    /// An offer with a name and nothing else.
    #[must_use]
    pub fn new(label: impl Into<String>, does: OfferAction) -> Self {
        let (label, detail) = (label.into(), String::new());
        Self { label, detail, presence: None, counts: (0, 0), does }
    }

    /// The same, with a detail.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// A command, which is inserted or carried out.
    fn of_command(command: &Command, name: &str, does: OfferAction) -> Self {
        let label = format!("{name} {}", command.argument).trim_end().to_owned();
        Self::new(label, does).detail(command.does)
    }
}

/// Offers, and the one that is chosen.
#[derive(Debug, Default)]
pub struct List {
    offers: Vec<Offer>,
    chosen: Option<usize>,
}

impl List {
    /// A list without a chosen offer.
    #[must_use]
    pub const fn new(offers: Vec<Offer>) -> Self {
        Self { offers, chosen: None }
    }

    /// All offers, the best first.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// The place of the chosen offer.
    #[must_use]
    pub const fn index(&self) -> Option<usize> {
        self.chosen
    }

    /// The chosen offer.
    #[must_use]
    pub fn chosen(&self) -> Option<&Offer> {
        self.offers.get(self.chosen?)
    }

    /// Chooses the offer at a place, if there is one.
    pub fn choose(&mut self, index: usize) {
        self.chosen = (index < self.offers.len()).then_some(index).or(self.chosen);
    }

    /// Chooses the next offer or the one before, and round; at first the first or the last.
    pub fn step(&mut self, backwards: bool) {
        let count = self.offers.len();
        self.chosen = match (count, self.chosen, backwards) {
            (0, ..) => None,
            (_, None, false) => Some(0),
            (_, None, true) => Some(count - 1),
            (_, Some(at), false) => Some((at + 1) % count),
            (_, Some(at), true) => Some((at + count - 1) % count),
        };
    }

    /// Chooses the offer `by` places below, or above if it is negative, up to the ends.
    pub fn shift(&mut self, by: isize) {
        if let Some(last) = self.offers.len().checked_sub(1) {
            let at = self.chosen.unwrap_or_default();
            self.chosen = Some(at.saturating_add_signed(by).min(last));
        }
    }

    /// The offers that fit in `rows` rows: the chosen one is in the middle, if there are more.
    #[must_use]
    pub fn window(&self, rows: usize) -> Range<usize> {
        let count = self.offers.len();
        let first = self.chosen.unwrap_or_default().saturating_sub(rows / 2);
        let first = first.min(count.saturating_sub(rows));
        first..count.min(first + rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(count: usize) -> List {
        let name =
            |number: usize| Offer::new(number.to_string(), OfferAction::Insert(String::new()));
        List::new((0..count).map(name).collect())
    }

    #[test]
    fn the_chosen_offer_is_on_the_screen_and_the_screen_is_full() {
        for rows in 1..12 {
            for count in 0..40 {
                let mut list = list(count);
                for chosen in 0..count {
                    list.choose(chosen);
                    let window = list.window(rows);
                    assert!(window.contains(&chosen), "{chosen} of {count} in {rows}: {window:?}");
                    assert_eq!(window.len(), rows.min(count));
                }
            }
        }
    }

    #[test]
    fn steps_go_round_and_shifts_stop() {
        let mut list = list(3);
        list.step(true);
        assert_eq!(list.index(), Some(2));
        list.step(false);
        assert_eq!(list.index(), Some(0));
        list.shift(-1);
        assert_eq!(list.index(), Some(0));
        list.shift(9);
        assert_eq!(list.index(), Some(2));
        let mut none = List::default();
        none.step(false);
        none.shift(1);
        assert_eq!((none.index(), none.window(8)), (None, 0..0));
    }
}
