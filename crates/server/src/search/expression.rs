//! A query in the language of FTS5. All words are quoted, and consist of characters that FTS5 does not divide.

use std::fmt::Write;

use chat_proto::{UserId, UserName};

use super::query::{Phrase, Query, Term, What};
use super::words::fold;
use crate::journal::RoomId;

/// What a reader may see, and whom the names in a query mean.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// The user who searches.
    pub(crate) user: UserId,
    /// The rooms whose history the user may read, in order.
    pub(crate) rooms: Vec<RoomId>,
    /// For each name of [`Query::users`], the user who has it now.
    pub(crate) users: Vec<Option<UserId>>,
    /// For each name of [`Query::rooms`], the room; `None` if the user may read no such room.
    pub(crate) named: Vec<Option<RoomId>>,
}

/// The query of the index.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expression {
    /// For FTS5.
    pub(super) text: String,
    /// The rooms that messages are taken from, in order.
    pub(super) rooms: Vec<RoomId>,
}

/// The name by which the user means itself.
const ME: &str = "me";

/// The word of a message with a link.
pub(super) const LINK: &str = "hlink";

/// The word of a message with code.
pub(super) const CODE: &str = "hcode";

/// The word of the messages of a room.
pub(super) fn room_word(room: RoomId) -> String {
    format!("r{}", room.0)
}

/// The word of the messages of a user.
pub(super) fn author_word(user: UserId) -> String {
    format!("u{user}")
}

/// The word of the messages of all users with a name.
pub(super) fn name_word(name: &str) -> String {
    let key = UserName::new(name).map_or_else(|_| fold(name), |name| name.key().to_owned());
    key.bytes().fold("n".to_owned(), |mut word, byte| {
        let _ = write!(word, "{byte:02x}");
        word
    })
}

/// The word of the messages that mention a user.
pub(super) fn mention_word(user: UserId) -> String {
    format!("m{user}")
}

/// What to look up for `query` in `rooms`; `None` if nothing can be found. With `names_rooms`, the expression itself finds
/// messages of the rooms only.
pub(super) fn expression(
    query: &Query,
    scope: &Scope,
    rooms: Vec<RoomId>,
    names_rooms: bool,
) -> Option<Expression> {
    let (mut all, mut none) = (Vec::new(), Vec::new());
    let mut users = scope.users.iter().copied();
    for Term { is_not, what } in &query.terms {
        let text = match what {
            What::In(_) => continue,
            What::Words(phrase) => words(phrase),
            What::Link => meta([LINK.to_owned()]),
            What::Code => meta([CODE.to_owned()]),
            What::From(name) => match holder(name, users.next().flatten()) {
                Holder::Me => meta([author_word(scope.user)]),
                // The user who has the name now, and those who had it then.
                Holder::Of(user) => meta([author_word(user), name_word(name)]),
                Holder::Nobody => meta([name_word(name)]),
            },
            What::Mentions(name) => match holder(name, users.next().flatten()) {
                Holder::Me => meta([mention_word(scope.user)]),
                Holder::Of(user) => meta([mention_word(user)]),
                Holder::Nobody if *is_not => continue,
                Holder::Nobody => return None,
            },
        };
        if *is_not { none.push(text) } else { all.push(text) }
    }
    if rooms.is_empty() {
        return None;
    }
    if names_rooms || all.is_empty() {
        all.push(meta(rooms.iter().map(|room| room_word(*room))));
    }
    let mut text = all.join(" AND ");
    for excluded in none {
        text = format!("({text}) NOT {excluded}");
    }
    Some(Expression { text, rooms })
}

/// The rooms that a query is about, of those that the user may read.
pub(super) fn rooms(query: &Query, scope: &Scope) -> Vec<RoomId> {
    let mut named = scope.named.iter().copied();
    let (mut within, mut without): (Option<Vec<_>>, Vec<_>) = (None, Vec::new());
    for Term { is_not, what } in &query.terms {
        if let What::In(_) = what {
            let room = named.next().flatten();
            match is_not {
                true => without.extend(room),
                false => within.get_or_insert_default().extend(room),
            }
        }
    }
    let is_asked = |room: &RoomId| {
        within.as_ref().is_none_or(|within| within.contains(room)) && !without.contains(room)
    };
    scope.rooms.iter().copied().filter(is_asked).collect()
}

/// Whom a name in a query means.
enum Holder {
    Me,
    Of(UserId),
    Nobody,
}

fn holder(name: &str, user: Option<UserId>) -> Holder {
    match user {
        Some(user) => Holder::Of(user),
        // Only if nobody is called so.
        None if name.eq_ignore_ascii_case(ME) => Holder::Me,
        None => Holder::Nobody,
    }
}

fn words(phrase: &Phrase) -> String {
    let star = if phrase.is_prefix { "*" } else { "" };
    format!("{{text parts}}:\"{}\"{star}", phrase.keys.join(" "))
}

/// A message that has one of these words in the column `meta`.
fn meta(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| format!("\"{word}\"")).collect();
    format!("meta:({})", words.join(" OR "))
}
