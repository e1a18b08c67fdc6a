//! Finds the first message after a time.

use chat_proto::{Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::messages;
use super::rows::{SEQ_MAX, place, seq_of};
use super::stored::RoomId;

/// The first message of `room` that was stored at `at` or later; `None` if there is none. Reads one row for each bit of
/// a `seq`, at most 40. If the clock was set back, several messages follow an earlier one: it returns one of these.
pub(super) fn first_at(
    db: &Connection,
    room: RoomId,
    at: Timestamp,
) -> rusqlite::Result<Option<Seq>> {
    let first = messages::first_seq(db, room)?;
    let (mut low, mut end) = (first, messages::last_seq(db, room)?.next());
    // The next message from a `seq` on: some may be missing.
    let mut statement = db.prepare_cached(
        "SELECT place, at FROM message WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1",
    )?;
    let mut next = |seq: Seq| {
        let range = [place(room, seq), place(room, SEQ_MAX)];
        let row = |row: &rusqlite::Row<'_>| Ok((seq_of(row.get(0)?), row.get::<_, i64>(1)?));
        statement.query_row(range, row).optional()
    };
    let mut found = None;
    while low < end {
        let middle = Seq::new(low.get() + (end.get() - low.get()) / 2);
        match next(middle)? {
            Some((seq, stored)) if stored < at.as_millis() => low = seq.next(),
            Some((seq, _)) => (found, end) = (Some(seq), middle),
            None => end = middle,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::journal::sqlite::file;

    /// A room with a message at each of `times`, the first with the `seq` `first`.
    fn room(times: &[i64], first: u64) -> Connection {
        let db = file::open_memory().unwrap();
        let mut insert = db
            .prepare(
                "INSERT INTO message (place, from_id, from_name, at, kind, device, text, sum)
                 VALUES (?, 1, 'ana', ?, 0, '', 'hi', 0)",
            )
            .unwrap();
        for (seq, at) in (first..).zip(times) {
            insert.execute([place(RoomId::LOBBY, Seq::new(seq)), *at]).unwrap();
        }
        drop(insert);
        db
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_first_message_from_a_time_on_is_found(
            mut times in vec(0..50_i64, 0..20), first in 1..5_u64, at in -1..60_i64, is_ordered: bool,
        ) {
            if is_ordered {
                times.sort_unstable();
            }
            let db = room(&times, first);
            let found = first_at(&db, RoomId::LOBBY, Timestamp::from_millis(at)).unwrap();
            let index = found.map(|seq| usize::try_from(seq.get() - first).unwrap());
            if is_ordered {
                prop_assert_eq!(index, times.iter().position(|stored| *stored >= at));
            } else if let Some(index) = index {
                prop_assert!(times[index] >= at && (index == 0 || times[index - 1] < at));
            }
        }
    }
}
