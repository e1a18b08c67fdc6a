//! Looks up the messages of a query in the index.

use std::cmp::Reverse;

use chat_proto::command::SearchOrder;
use chat_proto::{Seq, ShortString};
use rusqlite::{Connection, params};

use super::batch::at_place;
use super::expression::{Scope, expression};
use super::matches;
use super::query::Query;
use super::store::{name_number, newest, numbers};
use crate::journal::RoomId;

/// Messages that are compared for the best ones: the newest that match. More would take longer than a person waits.
pub(super) const COMPARED_MAX: usize = 500;

/// Messages that a page looks at if its query leaves some out, which may be nearly all that it finds: 130 ms of a
/// processor. The next page goes on there.
pub(super) const LOOKED_AT_MAX: i64 = 1_000_000;

/// A search to be carried out.
#[derive(Debug)]
pub(super) struct Criteria {
    pub(super) query: Query,
    pub(super) scope: Scope,
    /// The rooms that messages are taken from, in order.
    pub(super) rooms: Vec<RoomId>,
    /// Whether the index looks up the rooms, rather than the room of each match.
    pub(super) names_rooms: bool,
    pub(super) order: SearchOrder,
    pub(super) after: Option<Cursor>,
    pub(super) limit: usize,
    /// Messages that the page looks at if the query leaves some out, at most.
    pub(super) looked_at_max: i64,
}

/// The beginning of a page: after the messages of an earlier one. All pages of the best ones have the number of their
/// first page, so they compare the same messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Only messages with a lower number, or, for the best ones, with that number at most.
    number: i64,
    /// Number of the best ones that earlier pages have.
    skipped: usize,
}

/// Messages that the index has found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hits {
    pub(super) places: Vec<(RoomId, Seq)>,
    /// For each, where the page after it begins.
    pub(super) cursors: Vec<Cursor>,
    /// The beginning of the next page; `None` if there is none.
    pub(super) next: Option<Cursor>,
}

impl Cursor {
    /// The cursor as a client repeats it.
    pub(crate) fn to_wire(self) -> ShortString {
        ShortString::new(format!("{}-{}", self.number, self.skipped))
            .expect("two numbers are short")
    }

    /// Reads what [`Cursor::to_wire`] returned; `None` if it is something else.
    pub(crate) fn from_wire(word: &ShortString) -> Option<Self> {
        let (number, skipped) = word.as_str().split_once('-')?;
        Some(Self { number: number.parse().ok()?, skipped: skipped.parse().ok()? })
    }
}

/// A page of messages that match, after the cursor.
pub(super) fn find(db: &Connection, criteria: &Criteria) -> rusqlite::Result<Hits> {
    let Criteria { after, limit, .. } = *criteria;
    match criteria.order {
        SearchOrder::Newest => {
            let last = after.map_or(i64::MAX, |cursor| cursor.number.saturating_sub(1));
            let Matches { mut found, unseen, .. } = matching(db, criteria, last, limit + 1)?;
            let is_cut = found.len() > limit;
            found.truncate(limit);
            let cursor = |number| Cursor { number, skipped: 0 };
            let cursors: Vec<_> = found.iter().map(|hit| cursor(hit.number)).collect();
            let after_last = cursors.last().copied().filter(|_| is_cut);
            let next = after_last.or_else(|| Some(cursor(unseen?.saturating_add(1))));
            Ok(Hits { places: found.iter().map(|hit| hit.place).collect(), cursors, next })
        }
        SearchOrder::Best => {
            let last = after.map_or(i64::MAX, |cursor| cursor.number);
            let Matches { mut found, last: number, unseen } =
                matching(db, criteria, last, COMPARED_MAX)?;
            found.sort_by_key(|hit| (Reverse(hit.score), Reverse(hit.number)));
            let skipped = after.map_or(0, |cursor| cursor.skipped);
            let is_cut = found.len() > skipped.saturating_add(limit);
            let places: Vec<_> =
                found.iter().skip(skipped).take(limit).map(|hit| hit.place).collect();
            let cursors: Vec<_> = (1..=places.len())
                .map(|count| Cursor { number, skipped: skipped + count })
                .collect();
            let after_last = cursors.last().copied().filter(|_| is_cut);
            let next = after_last.or_else(|| Some(Cursor { number: unseen?, skipped: 0 }));
            Ok(Hits { places, cursors, next })
        }
    }
}

struct Hit {
    number: i64,
    place: (RoomId, Seq),
    score: u64,
}

/// The messages that match.
struct Matches {
    found: Vec<Hit>,
    /// The greatest number that was looked at.
    last: i64,
    /// The greatest number below those that were looked at; `None` if as many were found as were asked for, or no more
    /// can be found.
    unseen: Option<i64>,
}

/// The newest messages that match, up to the number `last`, newest first.
fn matching(
    db: &Connection,
    criteria: &Criteria,
    last: i64,
    limit: usize,
) -> rusqlite::Result<Matches> {
    let Criteria { query, scope, rooms, names_rooms, .. } = criteria;
    let named = (&rooms[..], *names_rooms);
    let expression = expression(query, scope, named, |name| name_number(db, name))?;
    let from = query.after.unwrap_or(i64::MIN);
    let to = query.before.map_or(i64::MAX, |before| before.saturating_sub(1));
    let (Some(expression), Some(numbers)) = (expression, numbers(db, from, to)?) else {
        return Ok(Matches { found: Vec::new(), last, unseen: None });
    };
    let last = last.min(numbers.1).min(newest(db)?);
    let looked_at = last.saturating_sub(criteria.looked_at_max).saturating_add(1);
    let first = if query.leaves_out() { looked_at.max(numbers.0) } else { numbers.0 };
    let scores = criteria.order == SearchOrder::Best;
    let text = if scores { "doc.text" } else { "''" };
    let mut statement = db.prepare_cached(&format!(
        "SELECT doc.id, doc.place, {text} FROM word JOIN doc ON doc.id = word.rowid
         WHERE word MATCH ? AND word.rowid BETWEEN ? AND ? AND doc.at BETWEEN ? AND ?
         ORDER BY word.rowid DESC"
    ))?;
    let mut rows = statement.query(params![expression, first, last, from, to])?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let place = at_place(row.get(1)?);
        let Some(place) = place.filter(|(room, _)| rooms.binary_search(room).is_ok()) else {
            continue;
        };
        let score = match scores {
            true => matches::find(query, row.get_ref(2)?.as_str()?).map_or(0, |found| found.score),
            false => 0,
        };
        found.push(Hit { number: row.get(0)?, place, score });
    }
    let is_whole = found.len() >= limit || first <= numbers.0;
    Ok(Matches { found, last, unseen: (!is_whole).then(|| first - 1) })
}
