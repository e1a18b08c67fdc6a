//! Finds a message by the number that its device has given it.
//!
//! The table `sent` has a row for each run of messages of one device whose numbers and places both rise by
//! one: a sender that is alone in a room makes one row, whatever the number of its messages. No number is in
//! two rows. A row may cover messages that retention has removed; those numbers are free again.
//!
//! If a row is damaged, the table is rebuilt from the messages ([`super::rebuild`]).

use chat_proto::{DeviceId, UserId};
use std::collections::HashMap;

use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

use super::store::{foreign, number, unsigned, user_id, user_number};
use super::{checksum, load};

/// Number of devices whose last run the writer remembers, instead of reading it. Each takes about 130 bytes.
pub(super) const DEVICES_REMEMBERED: usize = 100_000;

/// A device of a user.
pub(super) type Device = (UserId, DeviceId);

/// The columns of a run: those that its checksum covers, then the checksum.
pub(super) const COLUMNS: &str = "from_id, device, n, place, count, sum";

/// The table must be rebuilt.
#[derive(Debug, thiserror::Error)]
#[error("the table of message numbers is damaged: {0}")]
pub(super) struct Damaged(String);

/// The damage of the table, if a statement failed because of it.
pub(super) fn damage(error: &rusqlite::Error) -> Option<&Damaged> {
    match error {
        rusqlite::Error::FromSqlConversionFailure(_, _, error) => error.downcast_ref(),
        _ => None,
    }
}

/// Returns true if a statement failed because the table is damaged.
pub(super) fn is_damaged(error: &rusqlite::Error) -> bool {
    damage(error).is_some()
}

/// The error of a row that is wrong.
pub(super) fn damaged(what: impl Into<String>) -> rusqlite::Error {
    foreign(0, Type::Null, Damaged(what.into()))
}

/// Marks an error of a statement on the table if the table is damaged. If the disk has failed, it may be
/// able to read the table later.
fn marked(error: rusqlite::Error) -> rusqlite::Error {
    use rusqlite::Error::{IntegralValueOutOfRange, InvalidColumnType};
    let is_corrupt = error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt);
    match error {
        IntegralValueOutOfRange(..) | InvalidColumnType(..) => damaged(error.to_string()),
        _ if is_corrupt => damaged(error.to_string()),
        error => error,
    }
}

/// Messages of one device with numbers and places that rise by one. [`Run::checked`]
/// makes sure that its end is in range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    first: u64,
    place: i64,
    count: u64,
}

impl Run {
    const fn one(n: u64, place: i64) -> Self {
        Self { first: n, place, count: 1 }
    }

    /// Its greatest number.
    pub(super) const fn last(self) -> u64 {
        self.first + (self.count - 1)
    }

    /// The run with one more message, if that continues it.
    fn extended(self, n: u64, place: i64) -> Option<Self> {
        let continues = self.last().checked_add(1) == Some(n)
            && self.place.checked_add_unsigned(self.count) == Some(place);
        continues.then(|| Self { count: self.count + 1, ..self })
    }

    pub(super) fn place_of(self, n: u64) -> Option<i64> {
        let index = n.checked_sub(self.first).filter(|index| *index < self.count)?;
        self.place.checked_add_unsigned(index)
    }

    /// The places of its messages, the first and the last.
    pub(super) fn places(self) -> [i64; 2] {
        [self.place, self.place.saturating_add_unsigned(self.count - 1)]
    }

    /// The run of these values; `None` if they are impossible.
    fn checked(first: u64, place: i64, count: u64) -> Option<Self> {
        let more = count.checked_sub(1)?;
        first.checked_add(more)?;
        place.checked_add_unsigned(more)?;
        Some(Self { first, place, count })
    }

    /// The run of a row of [`COLUMNS`].
    pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        if !load::is_whole(row)? {
            return Err(damaged("the checksum of a row is wrong"));
        }
        Self::checked(written(row.get(2)?), row.get(3)?, unsigned(row, 4)?)
            .ok_or_else(|| damaged("a row has a number that is out of range"))
    }
}

/// The last run of a device, with what a commit has added to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    run: Option<Run>,
    is_stored: bool,
}

impl Last {
    /// The run as it is in the table.
    pub(super) const fn stored(run: Option<Run>) -> Self {
        Self { run, is_stored: true }
    }

    pub(super) const fn run(self) -> Option<Run> {
        self.run
    }

    /// Returns true if a message may have the number.
    pub(super) fn may_have(self, n: u64) -> bool {
        self.run.is_some_and(|run| n <= run.last())
    }

    /// Stores the run if that has not been done.
    pub(super) fn store(&mut self, db: &Connection, device: &Device) -> rusqlite::Result<()> {
        if let Self { run: Some(run), is_stored: false } = *self {
            put(db, device, run)?;
            self.is_stored = true;
        }
        Ok(())
    }

    /// Records that the device has given the free number `n` to the message at `place`.
    pub(super) fn note(
        &mut self,
        db: &Connection,
        device: &Device,
        n: u64,
        place: i64,
    ) -> rusqlite::Result<()> {
        if let Some(run) = self.run.and_then(|run| run.extended(n, place)) {
            *self = Self { run: Some(run), is_stored: false };
            return Ok(());
        }
        self.store(db, device)?;
        if self.may_have(n) {
            put_free(db, device, n, place)?;
            *self = Self::stored(last(db, device)?);
        } else {
            *self = Self { run: Some(Run::one(n, place)), is_stored: false };
        }
        Ok(())
    }
}

/// The last run of each device, `None` before its first: a greater number needs no look-up.
#[derive(Debug, Default)]
pub(super) struct Numbers(HashMap<Device, Option<Run>>);

impl Numbers {
    /// The last run of a device, if it is remembered.
    pub(super) fn get(&self, device: &Device) -> Option<Option<Run>> {
        self.0.get(device).copied()
    }

    /// Adds the runs that a commit has found and stored.
    pub(super) fn extend(&mut self, last: impl ExactSizeIterator<Item = (Device, Option<Run>)>) {
        if self.0.len() + last.len() > DEVICES_REMEMBERED {
            self.0.clear();
        }
        self.0.extend(last);
    }
}

/// SQLite has signed integers alone: a number is stored less 2⁶³, so that the order stays.
const fn stored(n: u64) -> i64 {
    (n ^ (1 << 63)).cast_signed()
}

const fn written(stored: i64) -> u64 {
    stored.cast_unsigned() ^ (1 << 63)
}

/// Stores a run, in place of a shorter one that begins with the same number.
fn put(db: &Connection, (user, device): &Device, run: Run) -> rusqlite::Result<()> {
    let [user, first, count] = [user_number(*user), stored(run.first), number(run.count)];
    let sum = checksum::of([
        ValueRef::Integer(user),
        ValueRef::Text(device.as_str().as_bytes()),
        ValueRef::Integer(first),
        ValueRef::Integer(run.place),
        ValueRef::Integer(count),
    ]);
    db.prepare_cached(
        "INSERT INTO sent (from_id, device, n, place, count, sum) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (from_id, device, n) DO UPDATE
         SET place = excluded.place, count = excluded.count, sum = excluded.sum",
    )?
    .execute(params![user, device.as_str(), first, run.place, count, sum])
    .map_err(marked)?;
    Ok(())
}

/// Stores a number that is free, though a greater one or a run of removed messages has been stored.
fn put_free(db: &Connection, device: &Device, n: u64, place: i64) -> rusqlite::Result<()> {
    if let Some(run) = covering(db, device, n)?
        && let Some(removed) = run.place_of(n)
    {
        // The run is parted at the number.
        let before = n - run.first;
        if before > 0 {
            put(db, device, Run { count: before, ..run })?;
        }
        if run.count > before + 1 {
            let rest = Run { first: n + 1, place: removed + 1, count: run.count - before - 1 };
            put(db, device, rest)?;
        }
    }
    put(db, device, Run::one(n, place))
}

/// The place of the message to which a device gave the number `n`; a message may not be there any more.
pub(super) fn place_of(db: &Connection, device: &Device, n: u64) -> rusqlite::Result<Option<i64>> {
    Ok(covering(db, device, n)?.and_then(|run| run.place_of(n)))
}

/// The last run of a device.
pub(super) fn last(db: &Connection, device: &Device) -> rusqlite::Result<Option<Run>> {
    covering(db, device, u64::MAX)
}

/// The last run of a device that begins with `n` or a lower number.
fn covering(db: &Connection, device: &Device, n: u64) -> rusqlite::Result<Option<Run>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sent
         WHERE from_id = ? AND device = ? AND n <= ? ORDER BY n DESC LIMIT 1"
    );
    db.prepare_cached(&sql)?
        .query_row(params![user_number(device.0), device.1.as_str(), stored(n)], Run::of_row)
        .optional()
        .map_err(marked)
}

/// Removes the run that ends with the number of a removed message: no message of it is left.
pub(super) fn forget(db: &Connection, device: &Device, n: u64) -> rusqlite::Result<()> {
    match covering(db, device, n)? {
        Some(run) if run.last() == n => {
            let (user, device) = device;
            db.prepare_cached("DELETE FROM sent WHERE from_id = ? AND device = ? AND n = ?")?
                .execute(params![user_number(*user), device.as_str(), stored(run.first)])
                .map_err(marked)?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The greatest place between two that a whole row has a number for.
pub(super) fn last_place(db: &Connection, places: [i64; 2]) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT max(place + (count - 1)) FROM sent
               WHERE place BETWEEN ? AND ? AND sum = checksum(from_id, device, n, place, count)";
    db.query_row(sql, places, |row| row.get(0)).map_err(marked)
}

/// The greatest number of a user who has a run; 0 if there is none.
pub(super) fn last_user(db: &Connection) -> rusqlite::Result<UserId> {
    let sql = format!("SELECT {COLUMNS} FROM sent ORDER BY from_id DESC LIMIT 1");
    let last = |row: &Row<'_>| Run::of_row(row).and_then(|_| user_id(row, 0));
    Ok(db.query_row(&sql, [], last).optional().map_err(marked)?.unwrap_or(UserId::SERVER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::sqlite::{checksum, file, schema};

    fn device() -> Device {
        (UserId::new(7), DeviceId::new("laptop").unwrap())
    }

    fn rows(db: &Connection) -> Vec<Run> {
        let sql = format!("SELECT {COLUMNS} FROM sent ORDER BY n");
        let mut statement = db.prepare(&sql).unwrap();
        statement.query_map([], Run::of_row).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn a_run_takes_what_continues_it() {
        let run = Run::one(u64::MAX - 1, 40);
        assert_eq!(
            [(u64::MAX, 42), (u64::MAX - 1, 41)].map(|(n, place)| run.extended(n, place)),
            [None; 2]
        );
        let run = run.extended(u64::MAX, 41).unwrap();
        assert_eq!(run.extended(0, 42), None);
        assert_eq!((run.last(), run.count), (u64::MAX, 2));
        assert_eq!((run.place_of(u64::MAX), run.place_of(3)), (Some(41), None));
    }

    #[test]
    fn a_run_that_ends_out_of_range_is_none() {
        for (first, place, count) in
            [(u64::MAX, 40, 2), (2, i64::MAX, 2), (2, 40, 0), (2, 40, u64::MAX)]
        {
            assert_eq!(Run::checked(first, place, count), None);
        }
        let greatest = Run::checked(u64::MAX, i64::MAX, 1).unwrap();
        assert_eq!(greatest.extended(0, i64::MIN), None);
        assert_eq!(greatest.last(), u64::MAX);
    }

    #[test]
    fn a_number_that_is_free_again_parts_a_run() {
        let db = file::open_memory().unwrap();
        let device = device();
        put(&db, &device, Run { first: 5, place: 100, count: 4 }).unwrap();
        put_free(&db, &device, 6, 900).unwrap();
        put_free(&db, &device, 5, 901).unwrap();
        put_free(&db, &device, 8, 902).unwrap();
        put_free(&db, &device, 2, 903).unwrap();
        let places: Vec<_> = (1..=9).map(|n| place_of(&db, &device, n).unwrap()).collect();
        let expected =
            [None, Some(903), None, None, Some(901), Some(900), Some(102), Some(902), None];
        assert_eq!(places, expected);
        assert_eq!(last(&db, &device).unwrap(), Some(Run::one(8, 902)));
    }

    /// The runs of a journal of version 1, in which the numbers are with the messages alone.
    #[test]
    fn the_runs_of_old_messages_are_found() {
        let mut db = Connection::open_in_memory().unwrap();
        checksum::register(&db).unwrap();
        schema::make(&db, 1).unwrap();
        let messages = [
            (1, "a", Some(1)),
            (2, "a", Some(2)),
            (3, "b", Some(3)),
            (4, "a", Some(3)),
            (5, "a", None),
            (6, "a", Some(4)),
            (7, "a", Some(0)),
            (8, "a", Some(u64::MAX)),
            (9, "a", Some(1 << 63)),
        ];
        for (place, device, n) in messages {
            db.execute(
                "INSERT INTO message (place, from_id, from_name, at, kind, device, n, text)
                 VALUES (?, 7, 'bob', 0, 0, ?, ?, 'x')",
                params![place, device, n.map(u64::cast_signed)],
            )
            .unwrap();
        }
        schema::bring_forward(&mut db).unwrap();
        for (place, device, n) in messages {
            let Some(n) = n else { continue };
            let device = (UserId::new(7), DeviceId::new(device).unwrap());
            assert_eq!(place_of(&db, &device, n).unwrap(), Some(place), "{n}");
        }
        assert_eq!(rows(&db).len(), 7, "{:?}", rows(&db));
    }

    #[test]
    fn a_run_goes_with_its_last_message() {
        let db = file::open_memory().unwrap();
        let device = device();
        put(&db, &device, Run { first: 1, place: 100, count: 3 }).unwrap();
        for n in 1..=2 {
            forget(&db, &device, n).unwrap();
            assert_eq!(rows(&db).len(), 1);
        }
        forget(&db, &device, 3).unwrap();
        assert_eq!(rows(&db), []);
    }
}
