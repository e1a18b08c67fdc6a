//! Finds the first message after a time.

use chat_proto::{Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::messages;
use super::rows::{SEQ_MAX, place, seq_of};
use super::stored::RoomId;

/// The first message of `room` that was stored at `at` or later, and has an earlier one before it; `None` if there is
/// none. Reads one row for each bit of a `seq`, at most 40. In a room whose times go back, there are several such
/// messages, and this is one of them.
pub(super) fn first_at(
    db: &Connection,
    room: RoomId,
    at: Timestamp,
) -> rusqlite::Result<Option<Seq>> {
    let (mut low, mut high) = (messages::first_seq(db, room)?, messages::last_seq(db, room)?);
    // Damaged messages may be missing: from each `seq`, the next one that exists.
    let mut statement = db.prepare_cached(
        "SELECT place, at FROM message WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1",
    )?;
    let mut next = |seq: Seq| {
        let range = [place(room, seq), place(room, SEQ_MAX)];
        let row = |row: &rusqlite::Row<'_>| Ok((seq_of(row.get(0)?), row.get::<_, i64>(1)?));
        statement.query_row(range, row).optional()
    };
    let mut found = None;
    while low <= high {
        let middle = Seq::new(low.get() + (high.get() - low.get()) / 2);
        match next(middle)? {
            Some((seq, stored)) if stored < at.as_millis() => low = seq.max(middle).next(),
            Some((seq, _)) => {
                found = Some(seq);
                if middle.get() == 0 {
                    break;
                }
                high = middle.minus(1);
            }
            None => high = middle.minus(1),
        }
    }
    Ok(found)
}
