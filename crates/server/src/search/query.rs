//! A query as a value. Every string is one: anything but an operator is a word.

mod dates;

use super::words::{Form, words};

/// Terms of a query at most. Each takes a search of its own in the index.
pub(crate) const TERMS_MAX: usize = 16;

/// Characters that a prefix has at least: a shorter one means too many words.
const PREFIX_CHARS_MIN: usize = 2;

/// A query.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(super) terms: Vec<Term>,
    /// Only messages before that time, in milliseconds since 1970.
    pub(super) before: Option<i64>,
    /// Only messages at that time or after it.
    pub(super) after: Option<i64>,
}

/// A term of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// Whether messages with it are left out.
    pub(super) is_not: bool,
    pub(super) what: What,
}

/// The meaning of a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Words that follow each other.
    Words(Phrase),
    /// An author, by name.
    From(String),
    /// A room, by name; a direct message, by the name of the other user.
    In(String),
    /// A user whom the message mentions, by name.
    Mentions(String),
    Link,
    Code,
}

/// Words that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    /// Never empty.
    pub(super) keys: Vec<String>,
    /// Whether the last one is the beginning of a word.
    pub(super) is_prefix: bool,
}

impl Query {
    /// Whether a term leaves messages out, other than by their room: the index compares all that the other terms find
    /// with it, however few remain.
    pub(super) fn leaves_out(&self) -> bool {
        self.terms.iter().any(|term| term.is_not && !matches!(term.what, What::In(_)))
    }

    /// Reads what a user has typed. If it does not end with a space, the last word is one that is being typed.
    pub(crate) fn parse(typed: &str) -> Self {
        let mut query = Self::default();
        let mut rest = typed.trim_start();
        while !rest.is_empty() {
            let (piece, after) = piece(rest);
            let is_last = after.is_empty();
            query.add(&piece, is_last);
            rest = after.trim_start();
        }
        query
    }

    /// Number of its terms.
    pub(crate) fn terms(&self) -> usize {
        self.terms.len()
    }

    /// Whether it asks for nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.before.is_none() && self.after.is_none()
    }

    /// The names of users in it, for which the numbers are needed.
    pub(crate) fn users(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(|term| match &term.what {
            What::From(name) | What::Mentions(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The names of rooms in it.
    pub(crate) fn rooms(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(|term| match &term.what {
            What::In(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The phrases that a message must have.
    pub(super) fn phrases(&self) -> impl Iterator<Item = &Phrase> {
        self.terms.iter().filter(|term| !term.is_not).filter_map(|term| match &term.what {
            What::Words(phrase) => Some(phrase),
            _ => None,
        })
    }

    fn add(&mut self, piece: &Piece<'_>, is_last: bool) {
        let Piece { is_not, operator, value, is_quoted } = *piece;
        let name = || value.trim().to_owned();
        let what = match operator {
            Some("before") if !is_not && dates::begin(value).is_some() => {
                self.before = min(self.before, dates::begin(value));
                return;
            }
            Some("after") if !is_not && dates::begin(value).is_some() => {
                self.after = self.after.max(dates::begin(value));
                return;
            }
            Some("from") if !name().is_empty() => Some(What::From(name())),
            Some("in") if !name().is_empty() => Some(What::In(name())),
            Some("mentions") if !name().is_empty() => Some(What::Mentions(name())),
            Some("has") if value.eq_ignore_ascii_case("link") => Some(What::Link),
            Some("has") if value.eq_ignore_ascii_case("code") => Some(What::Code),
            _ => None,
        };
        let what = what.or_else(|| {
            let is_open = is_last && !is_quoted;
            let written = match operator {
                Some(operator) => format!("{operator} {value}"),
                None => value.to_owned(),
            };
            Phrase::of(&written, is_open).map(What::Words)
        });
        if let Some(what) = what {
            let term = Term { is_not, what };
            if !self.terms.contains(&term) {
                self.terms.push(term);
            }
        }
    }
}

impl Phrase {
    /// The words of `written`; `None` if it has none. `is_open` says whether the last one is being typed.
    fn of(written: &str, is_open: bool) -> Option<Self> {
        let mut found = words(written);
        let last = found.last()?;
        let is_asked = is_open || written.ends_with('*');
        let mut is_prefix = is_asked
            && last.range.end >= written.trim_end_matches('*').len()
            && last.form == Form::Whole;
        is_prefix &= last.key.chars().count() >= PREFIX_CHARS_MIN;
        if last.form == Form::Last {
            // A pair begins at each character, so the last one alone is found as the beginning of a pair. After a pair
            // that contains it, it is found already.
            let follows_pair = found.iter().rev().nth(1).is_some_and(|before| {
                matches!(before.form, Form::Pair(_)) && before.range.end == last.range.end
            });
            if follows_pair {
                found.pop();
            } else {
                is_prefix = true;
            }
        }
        Some(Self { keys: found.into_iter().map(|word| word.key).collect(), is_prefix })
    }

    /// Whether every text that has `other` has this phrase.
    pub(super) fn is_in(&self, other: &Self) -> bool {
        let (last, before) = self.keys.split_last().expect("a phrase has a word");
        let ends = self.keys.len()..=other.keys.len();
        ends.into_iter().any(|end| {
            let found = &other.keys[end - self.keys.len()..end];
            let (found_last, found_before) = found.split_last().expect("as long as the phrase");
            let is_open = other.is_prefix && end == other.keys.len();
            let fits = if self.is_prefix {
                found_last.starts_with(last.as_str())
            } else {
                found_last == last && !is_open
            };
            fits && found_before == before
        })
    }
}

/// A part of a query, between spaces.
struct Piece<'q> {
    is_not: bool,
    /// The lower-case word before a colon, if it is an operator.
    operator: Option<&'static str>,
    value: &'q str,
    is_quoted: bool,
}

/// The words before a colon that are operators.
const OPERATORS: [&str; 6] = ["from", "in", "before", "after", "has", "mentions"];

/// Takes the first piece of `rest`, which begins with it.
fn piece(rest: &str) -> (Piece<'_>, &str) {
    let begins_term = |rest: &str| !rest.is_empty() && !rest.starts_with(char::is_whitespace);
    let (is_not, rest) = match rest.strip_prefix('-') {
        Some(rest) if begins_term(rest) && !rest.starts_with('-') => (true, rest),
        _ => (false, rest),
    };
    let operator = OPERATORS.into_iter().find_map(|operator| {
        let (word, value) = rest.split_at_checked(operator.len())?;
        let value = value.strip_prefix(':').filter(|value| begins_term(value))?;
        word.eq_ignore_ascii_case(operator).then_some((operator, value))
    });
    let (operator, rest) = operator.map_or((None, rest), |(word, value)| (Some(word), value));
    if let Some(quoted) = rest.strip_prefix('"') {
        // A phrase that is not closed goes to the end, and its last word is being typed.
        return match quoted.split_once('"') {
            Some((value, rest)) => (Piece { is_not, operator, value, is_quoted: true }, rest),
            None => (Piece { is_not, operator, value: quoted, is_quoted: false }, ""),
        };
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (value, rest) = rest.split_at(end);
    (Piece { is_not, operator, value, is_quoted: false }, rest)
}

fn min(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests;
