//! The completions of a piece of a query: the names of the filters, and their values.

use std::collections::BTreeSet;

use chat_client::State as ClientState;

use super::complete::{own_rooms, users};
use super::{Offer, OfferAction};
use crate::query::{FILTERS, last_piece};

/// A piece of a query that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Filter<'a> {
    /// Where the piece begins.
    start: usize,
    is_not: bool,
    /// The text before its colon; `None` if it has none.
    name: Option<&'static str>,
    value: &'a str,
}

impl<'a> Filter<'a> {
    /// The piece that `before` ends with.
    pub(super) fn last(before: &'a str) -> Self {
        let piece = last_piece(before);
        Self {
            start: piece.range.start,
            is_not: piece.is_not,
            name: piece.filter,
            value: piece.value,
        }
    }

    /// The piece as it is typed.
    pub(super) fn text(self, before: &'a str) -> &'a str {
        &before[self.start..]
    }

    /// Whether its name is complete.
    pub(super) const fn has_name(self) -> bool {
        self.name.is_some()
    }

    /// Its completions, of which `typed` is a part; none if it is complete.
    pub(super) fn offers(self, client: &ClientState, typed: &str) -> Vec<Offer> {
        let offers = match self.name {
            Some(name) => self.values(client, name),
            None => self.names(),
        };
        let is_typed = |offer: &Offer| offer.label.eq_ignore_ascii_case(typed);
        if offers.len() == 1 && offers.iter().any(is_typed) { Vec::new() } else { offers }
    }

    fn names(self) -> Vec<Offer> {
        let typed = self.value.to_lowercase();
        let fits = FILTERS.iter().filter(|name| name.starts_with(&typed));
        fits.map(|name| {
            let written = format!("{}{name}:", self.sign());
            Offer::new(written.clone(), OfferAction::Insert(written)).detail(about(name))
        })
        .collect()
    }

    fn values(self, client: &ClientState, name: &str) -> Vec<Offer> {
        let typed = self.value.trim_start_matches('"');
        let words = |words: &[&str]| {
            let fits = words.iter().filter(|word| word.starts_with(&typed.to_lowercase()));
            fits.map(|word| Offer::new(*word, OfferAction::Insert(String::new()))).collect()
        };
        let mut offers: Vec<Offer> = match name {
            "from" | "mentions" => {
                let mut offers: Vec<Offer> = words(&["me"]);
                offers.extend(users(client, typed, ""));
                offers.extend(authors(client, typed, &offers));
                offers
            }
            "in" => own_rooms(client, typed),
            "has" => words(&["link", "code"]),
            _ => words(&["today", "yesterday"]),
        };
        for offer in &mut offers {
            let quote = if offer.label.contains(' ') { "\"" } else { "" };
            let written = format!("{}{name}:{quote}{}{quote}", self.sign(), offer.label);
            offer.does = OfferAction::Insert(format!("{written} "));
            offer.label = written;
        }
        offers
    }

    const fn sign(self) -> &'static str {
        if self.is_not { "-" } else { "" }
    }
}

/// Authors of loaded messages whose names begin so, and who are not offered: they may be offline.
fn authors(client: &ClientState, typed: &str, offered: &[Offer]) -> Vec<Offer> {
    let rooms = client.rooms().list().iter();
    let names: BTreeSet<&str> = rooms.flat_map(|room| room.log().authors()).collect();
    let fits = names.into_iter().filter(|name| {
        let is_offered = offered.iter().any(|offer| offer.label == **name);
        !is_offered && name.to_lowercase().starts_with(&typed.to_lowercase())
    });
    fits.map(|name| Offer::new(name, OfferAction::Insert(String::new()))).collect()
}

/// The purpose of a filter.
fn about(name: &str) -> &'static str {
    match name {
        "from" => "messages of a user",
        "in" => "messages in a room, or a direct message",
        "after" => "of that day or later: 2026-05-01, 2026-05, today",
        "before" => "before that day",
        "has" => "with a link, or with code",
        _ => "that mention a user, or me",
    }
}
