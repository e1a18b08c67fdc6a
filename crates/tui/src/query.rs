//! A query of a search: its pieces, as the server reads them, and its days.

use std::ops::Range;

use chat_proto::Timestamp;
use jiff::tz::TimeZone;

use crate::dates;

/// The names before the colon of a piece that is a filter and no word.
pub(crate) const FILTERS: [&str; 6] = ["from", "in", "after", "before", "has", "mentions"];

/// A part of a query between spaces: a word, a phrase or a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece<'q> {
    /// Where it is in the query, with all that belongs to it.
    pub(crate) range: Range<usize>,
    /// Whether messages with it are left out.
    pub(crate) is_not: bool,
    /// The name before its colon, if it is a filter.
    pub(crate) filter: Option<&'static str>,
    /// The rest, with its quotes.
    pub(crate) value: &'q str,
}

/// The pieces of a query.
pub(crate) fn pieces(query: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some(found) = query[from..].find(|c: char| !c.is_whitespace()) {
        let piece = piece(query, from + found);
        from = piece.range.end;
        pieces.push(piece);
    }
    pieces
}

/// The piece that the cursor is in or behind, if that is the end of `before`: an empty one behind a space.
pub(crate) fn last_piece(before: &str) -> Piece<'_> {
    let is_open = |piece: &Piece<'_>| piece.range.end == before.len() && !is_closed(piece.value);
    let end = before.len();
    let none = Piece { range: end..end, is_not: false, filter: None, value: "" };
    pieces(before).pop().filter(is_open).unwrap_or(none)
}

/// Whether a value is in quotes that are closed.
fn is_closed(value: &str) -> bool {
    value.strip_prefix('"').is_some_and(|rest| rest.contains('"'))
}

fn piece(query: &str, start: usize) -> Piece<'_> {
    let rest = &query[start..];
    let negated = rest.strip_prefix('-').filter(|rest| {
        rest.chars().next().is_some_and(|next| !next.is_whitespace() && next != '-')
    });
    let (is_not, rest) = negated.map_or((false, rest), |rest| (true, rest));
    let filter = FILTERS.into_iter().find_map(|name| {
        let (word, value) = rest.split_at_checked(name.len())?;
        let value = value.strip_prefix(':')?;
        word.eq_ignore_ascii_case(name).then_some((name, value))
    });
    let (filter, rest) = filter.map_or((None, rest), |(name, value)| (Some(name), value));
    let quoted = rest.strip_prefix('"').map(|quoted| quoted.find('"').map(|end| end + 2));
    let length = match quoted {
        Some(end) => end.unwrap_or(rest.len()),
        None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
    };
    let begins = query.len() - rest.len();
    let (range, value) = (start..begins + length, &rest[..length]);
    Piece { range, is_not, filter, value }
}

/// The query as the server is asked: it knows days of UTC alone, so the days of the user become moments. A filter
/// whose value is still to be typed is left out: for the server it is a word.
pub(crate) fn to_ask(query: &str, zone: &TimeZone, now: Timestamp) -> String {
    let mut asked = query.to_owned();
    for piece in pieces(query).into_iter().rev() {
        if piece.filter.is_some() && piece.value.trim_matches('"').is_empty() {
            asked.replace_range(piece.range, "");
            continue;
        }
        let is_date = matches!(piece.filter, Some("after" | "before")) && !piece.is_not;
        let Some(moment) = dates::begin(piece.value, zone, now).filter(|_| is_date) else {
            continue;
        };
        let end = piece.range.end;
        asked.replace_range(end - piece.value.len()..end, &moment.to_string());
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_words_phrases_and_filters() {
        let all: Vec<_> = pieces("mig from:\"Ana María\" -In:#rust \"a b\"c has:")
            .into_iter()
            .map(|piece| (piece.is_not, piece.filter, piece.value))
            .collect();
        assert_eq!(
            all,
            [
                (false, None, "mig"),
                (false, Some("from"), "\"Ana María\""),
                (true, Some("in"), "#rust"),
                (false, None, "\"a b\""),
                (false, None, "c"),
                (false, Some("has"), ""),
            ]
        );
    }

    #[test]
    fn the_last_piece_is_the_one_that_is_typed() {
        let last = |before| (last_piece(before).filter, last_piece(before).value);
        assert_eq!(last("a from:an"), (Some("from"), "an"));
        assert_eq!(last("from:\"Ana M"), (Some("from"), "\"Ana M"));
        assert_eq!(last("from:\"Ana María\""), (None, ""));
        assert_eq!(last("from:ana "), (None, ""));
        assert_eq!(last(""), (None, ""));
    }

    #[test]
    fn days_of_the_user_become_moments() {
        let now = "2026-11-22T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let asked = |query| to_ask(query, &zone, now);
        assert_eq!(
            asked("a after:2026-05-01 before:today "),
            "a after:2026-04-30T22:00:00.000Z before:2026-11-21T22:00:00.000Z "
        );
        for query in ["before:lunch", "\"after:2026\"", "-after:2026", "日本 from:ana"] {
            assert_eq!(asked(query), query);
        }
        assert_eq!(asked("mig after: -from:\" x"), "mig  -from:\" x");
        assert_eq!(asked("mig from:"), "mig ");
    }
}
