//! A query in the language of FTS5. All words are quoted, and consist of characters that FTS5 does not divide.

use chat_proto::{UserId, UserName};

use super::query::{Phrase, Query, Term, What};
use super::words::fold;
use crate::journal::RoomId;

/// The rooms that a reader may see, and the users that the names in a query mean.
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

/// The name by which the user means itself.
const ME: &str = "me";

/// The word of a message with a link.
pub(super) const LINK: &str = "\u{e000}";

/// The word of a message with code.
pub(super) const CODE: &str = "\u{e001}";

/// Digits of a number in a word: half of a plane of characters for private use.
const DIGITS: u64 = 0x7ffe;

/// The word of the messages of a room.
pub(super) fn room_word(room: RoomId) -> String {
    word('\u{f0000}', u64::from(room.0))
}

/// The word of the messages of a user.
pub(super) fn author_word(user: UserId) -> String {
    word('\u{f8000}', user.get())
}

/// The word of the messages that mention a user.
pub(super) fn mention_word(user: UserId) -> String {
    word('\u{100000}', user.get())
}

/// The word of the messages of all users with a name; `number` is that of the name.
pub(super) fn name_word(number: u64) -> String {
    word('\u{108000}', number)
}

/// The key of a name, which is the same however it is written.
pub(super) fn name_key(name: &str) -> String {
    UserName::new(name).map_or_else(|_| fold(name), |name| name.key().to_owned())
}

/// A word of one character for most numbers, so that the index of prefixes does not have it.
fn word(zero: char, mut number: u64) -> String {
    let digit = |number: u64| {
        let digit = u32::try_from(number % DIGITS).unwrap_or_default();
        char::from_u32(u32::from(zero) + digit).unwrap_or(zero)
    };
    let mut word = String::from(digit(number));
    while number >= DIGITS {
        number /= DIGITS;
        word.push(digit(number));
    }
    word
}

/// A term as it is looked up.
enum Lookup<'q> {
    Words(&'q Phrase),
    /// Any of these words in the column `meta`.
    Meta(Vec<String>),
}

impl Lookup<'_> {
    fn is_in(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Words(one), Self::Words(other)) => one.is_in(other),
            // A message with one of the other's words has one of these.
            (Self::Meta(one), Self::Meta(other)) => other.iter().all(|word| one.contains(word)),
            _ => false,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Words(phrase) => words(phrase),
            Self::Meta(words) => meta(words),
        }
    }
}

/// The expression for `query` in `rooms`; `None` if nothing can be found. With `names_rooms`, the expression itself
/// finds messages of the rooms only. `name_number` returns the number of a name that the index has.
pub(super) fn expression(
    query: &Query,
    scope: &Scope,
    (rooms, names_rooms): (&[RoomId], bool),
    name_number: impl Fn(&str) -> rusqlite::Result<Option<u64>>,
) -> rusqlite::Result<Option<String>> {
    let of_name = |name: &str| name_number(&name_key(name)).map(|number| number.map(name_word));
    let (mut all, mut none) = (Vec::new(), Vec::new());
    let mut users = scope.users.iter().copied();
    for Term { is_not, what } in &query.terms {
        let lookup = match what {
            What::In(_) => continue,
            What::Words(phrase) => Lookup::Words(phrase),
            What::Link => Lookup::Meta(vec![LINK.to_owned()]),
            What::Code => Lookup::Meta(vec![CODE.to_owned()]),
            What::From(name) => match holder(name, users.next().flatten()) {
                Holder::Me => Lookup::Meta(vec![author_word(scope.user)]),
                // The user who has the name now, and those who had it then.
                Holder::Of(user) => {
                    Lookup::Meta([author_word(user)].into_iter().chain(of_name(name)?).collect())
                }
                Holder::Nobody => match of_name(name)? {
                    Some(word) => Lookup::Meta(vec![word]),
                    None if *is_not => continue,
                    None => return Ok(None),
                },
            },
            What::Mentions(name) => match holder(name, users.next().flatten()) {
                Holder::Me => Lookup::Meta(vec![mention_word(scope.user)]),
                Holder::Of(user) => Lookup::Meta(vec![mention_word(user)]),
                Holder::Nobody if *is_not => continue,
                Holder::Nobody => return Ok(None),
            },
        };
        if *is_not { none.push(lookup) } else { all.push(lookup) }
    }
    // The index would compare all messages with a term that is asked for and left out.
    let is_empty = none.iter().any(|excluded| all.iter().any(|term| excluded.is_in(term)));
    if rooms.is_empty() || is_empty {
        return Ok(None);
    }
    if names_rooms || all.is_empty() {
        all.push(Lookup::Meta(rooms.iter().map(|room| room_word(*room)).collect()));
    }
    let mut text = all.into_iter().map(Lookup::text).collect::<Vec<_>>().join(" AND ");
    for excluded in none {
        text = format!("({text}) NOT {}", excluded.text());
    }
    Ok(Some(text))
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
        // Only if no user has that name.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_leaves_out_what_it_asks_for_is_not_looked_up() {
        let rooms = [RoomId::LOBBY];
        let looked_up = |typed: &str| {
            let query = Query::parse(typed);
            let ana = |name: &str| (name != "bob").then_some(UserId::new(1));
            let scope = Scope {
                user: UserId::new(1),
                rooms: rooms.to_vec(),
                users: query.users().map(ana).collect(),
                named: Vec::new(),
            };
            expression(&query, &scope, (&rooms, false), |_| Ok(Some(7))).unwrap()
        };
        for typed in [
            "be -be",
            "be -be ",
            "-be be x",
            "being -be* ",
            "\"a b\" -a x",
            "\"a b c\" -\"b c\" ",
            "from:ana -from:ana",
            "x from:bob -from:bob",
            "from:ana -from:ANA",
            "from:bob -from:ana",
            "has:link -has:link",
            "mentions:ana -mentions:ana",
        ] {
            assert_eq!(looked_up(typed), None, "{typed:?}");
        }
        for typed in [
            "be -being ",
            "be* -be ",
            "a -\"a b\" ",
            "from:ana -from:bob",
            "from:ana -mentions:ana",
            "has:link -has:code",
            "-be",
        ] {
            assert!(looked_up(typed).is_some(), "{typed:?}");
        }
    }

    #[test]
    fn words_of_numbers_differ_and_are_short() {
        let numbers = [0, 1, DIGITS - 1, DIGITS, DIGITS + 1, DIGITS * DIGITS, u64::from(u32::MAX)];
        let mut words = Vec::new();
        for number in numbers {
            let user = UserId::new(number);
            words.extend([author_word(user), mention_word(user), name_word(number)]);
            words.push(room_word(RoomId(u32::try_from(number).unwrap())));
            if number < DIGITS {
                assert_eq!(words.iter().map(|word| word.chars().count()).max(), Some(1));
            }
        }
        let count = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
