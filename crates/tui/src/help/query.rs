//! The parts of a query, as rows of a screen.

use super::{HelpRow, rows};

/// What a user types, and the messages that it finds.
const QUERIES: [(&str, &str); 8] = [
    ("migration  mig*", "messages with this word, or with one that begins so"),
    ("\"on Friday\"", "messages with these words next to each other"),
    ("from:ana  from:me", "messages of ana, or your own"),
    ("in:#rust  in:@ana", "messages in a room, or a direct message"),
    ("after:2026-05-01  before:today", "messages of these days; also 2026-05, 2026, yesterday"),
    ("has:link  has:code", "messages with a link, or with code"),
    ("mentions:me", "messages that mention you"),
    ("-word  -from:ana", "messages without it"),
];

/// The help of a search on a screen of `width` columns.
pub(crate) fn query_rows(width: usize) -> Vec<HelpRow> {
    let owned = |(query, finds): (&str, &str)| (query.to_owned(), finds.to_owned());
    rows(&[("What you can search for, in all your rooms", QUERIES.map(owned).into())], width)
}
