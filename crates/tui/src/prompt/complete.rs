//! Completes the word before the cursor.

use std::collections::BTreeSet;

use chat_proto::{RoomName, UserName};

use crate::commands::COMMANDS;
use crate::settings::{complete_name, complete_value};

/// The completions of a word: each Tab offers the next.
#[derive(Debug)]
pub(super) struct Completion {
    /// The text before the cursor that the next offer replaces.
    shown: String,
    offers: Vec<String>,
    /// The offer that is shown; `None` at first.
    at: Option<usize>,
}

impl Completion {
    /// Finds the completions of the last word of `before`, the text before the cursor; `None` if there are
    /// none.
    pub(super) fn new<'a>(
        before: &str,
        names: impl Iterator<Item = &'a UserName>,
        rooms: impl Iterator<Item = &'a RoomName>,
    ) -> Option<Self> {
        let start = before
            .rfind(char::is_whitespace)
            .map_or(0, |space| space + before[space..].chars().next().map_or(0, char::len_utf8));
        let word = &before[start..];
        let offers = match (setting(&before[..start]), word.chars().next()) {
            (Some(Setting::Name), _) => spaced(complete_name(word)),
            (Some(Setting::ValueOf(name)), _) => spaced(complete_value(name, word)),
            (None, None) => return None,
            (None, Some('/')) if start == 0 => commands(word),
            (None, Some('#' | '@')) => places(word, names, rooms),
            (None, Some(_)) => users(word, names, if start == 0 { ": " } else { " " }),
        };
        (!offers.is_empty()).then(|| Self { shown: word.to_owned(), offers, at: None })
    }

    /// How many characters to replace, and what with.
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

/// What of `/set` is completed.
enum Setting<'a> {
    Name,
    ValueOf(&'a str),
}

/// What comes next in a `/set` command of which this is typed; `None` if it is none, or complete.
fn setting(before: &str) -> Option<Setting<'_>> {
    let mut words = before.strip_prefix("/set ")?.split_whitespace();
    match (words.next(), words.next()) {
        (None, _) => Some(Setting::Name),
        (Some(name), None) => Some(Setting::ValueOf(name)),
        _ => None,
    }
}

fn spaced(offers: impl Iterator<Item = &'static str>) -> Vec<String> {
    offers.map(|offer| format!("{offer} ")).collect()
}

fn commands(word: &str) -> Vec<String> {
    let names = COMMANDS.iter().map(|command| command.name);
    names.filter(|name| name.starts_with(word)).map(|name| format!("{name} ")).collect()
}

fn users<'a>(word: &str, names: impl Iterator<Item = &'a UserName>, after: &str) -> Vec<String> {
    let Ok(begin) = UserName::new(word) else {
        return Vec::new();
    };
    let names = names.filter(|name| name.key().starts_with(begin.key()));
    names.map(|name| format!("{name}{after}")).collect()
}

/// The rooms and possible direct messages whose names begin with that word; a sigil alone stands for all of
/// its kind.
fn places<'a>(
    word: &str,
    names: impl Iterator<Item = &'a UserName>,
    rooms: impl Iterator<Item = &'a RoomName>,
) -> Vec<String> {
    let begin = RoomName::new(word);
    let begin = begin.as_ref().map_or(word, RoomName::key);
    let all: BTreeSet<RoomName> = rooms.cloned().chain(names.map(RoomName::private)).collect();
    let fit = all.iter().filter(|name| name.key().starts_with(begin));
    fit.map(|name| format!("{name} ")).collect()
}
