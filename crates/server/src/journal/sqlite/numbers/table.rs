//! The table `sent`: each row has a list of runs of a device ([`Runs`]).
//!
//! The rows of a device are sorted: all numbers of a row are below the first number of the next row.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::store::{user_id, user_number};
use super::super::{checksum, whole};
use super::runs::{ListRow, Runs};
use super::{Device, damaged, marked};
use chat_proto::UserId;

/// The columns of a row: those that its checksum covers, then the checksum.
pub(in crate::journal::sqlite) const COLUMNS: &str = "from_id, device, n, runs, sum";

/// A message that was removed: its device, its number, and its place.
pub(in crate::journal::sqlite) type RemovedNumber = (Device, u64, i64);

/// SQLite has signed integers only: a number is stored minus 2⁶³, so that the order stays.
const fn to_stored(n: u64) -> i64 {
    (n ^ (1 << 63)).cast_signed()
}

const fn from_stored(stored: i64) -> u64 {
    stored.cast_unsigned() ^ (1 << 63)
}

/// The runs of a row of [`COLUMNS`].
pub(in crate::journal::sqlite) fn runs_of(row: &Row<'_>) -> rusqlite::Result<Runs> {
    if !whole::is_whole(row)? {
        return Err(damaged("the checksum of a row is wrong"));
    }
    let list = row.get_ref(3)?.as_blob().map_err(|_| damaged("a row has no list"))?;
    Runs::of_row(from_stored(row.get(2)?), list)
        .ok_or_else(|| damaged("the list of a row cannot be read"))
}

/// Adds runs of a device. Numbers that are in the table lead to the places of `runs` from now on.
pub(super) fn merge(db: &Connection, device: &Device, mut runs: Runs) -> rusqlite::Result<()> {
    while let Some(first) = runs.first() {
        let mut row = covering(db, device, first)?.unwrap_or_default();
        let new = match first_above(db, device, first)? {
            Some(next) => runs.take_below(next),
            None => std::mem::take(&mut runs),
        };
        new.iter().for_each(|run| row.put(run));
        put(db, device, &row)?;
    }
    Ok(())
}

/// The place of the message to which a device gave the number `n`; retention may have removed the message.
pub(super) fn place_of(db: &Connection, device: &Device, n: u64) -> rusqlite::Result<Option<i64>> {
    Ok(covering(db, device, n)?.and_then(|row| row.place_of(n)))
}

/// The greatest number of a device.
pub(super) fn last(db: &Connection, device: &Device) -> rusqlite::Result<Option<u64>> {
    Ok(covering(db, device, u64::MAX)?.and_then(|row| row.last()))
}

/// Removes each run that ends with the number of a removed message: no message of the run is left.
pub(in crate::journal::sqlite) fn forget(
    db: &Connection,
    mut removed: Vec<RemovedNumber>,
) -> rusqlite::Result<()> {
    removed.sort_by(|(one, n, _), (other, m, _)| {
        (one.0, one.1.as_str(), n).cmp(&(other.0, other.1.as_str(), m))
    });
    let mut removed = removed.iter().peekable();
    while let Some((device, n, place)) = removed.next() {
        let Some(mut row) = covering(db, device, *n)? else { continue };
        let (first, last) = (row.first(), row.last());
        let mut is_changed = row.remove_ended(*n, *place);
        while let Some((_, n, place)) =
            removed.next_if(|(other, n, _)| other == device && Some(*n) <= last)
        {
            is_changed |= row.remove_ended(*n, *place);
        }
        if is_changed && let Some(first) = first {
            remove(db, device, first)?;
            put(db, device, &row)?;
        }
    }
    Ok(())
}

/// The greatest number of a user who has a row; 0 if there is none.
pub(in crate::journal::sqlite) fn last_user(db: &Connection) -> rusqlite::Result<UserId> {
    let sql = format!("SELECT {COLUMNS} FROM sent ORDER BY from_id DESC LIMIT 1");
    let last = |row: &Row<'_>| runs_of(row).and_then(|_| user_id(row, 0));
    Ok(db.query_row(&sql, [], last).optional().map_err(marked)?.unwrap_or(UserId::NONE))
}

/// The last row of a device that begins with `n` or a lower number.
fn covering(db: &Connection, device: &Device, n: u64) -> rusqlite::Result<Option<Runs>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sent
         WHERE from_id = ? AND device = ? AND n <= ? ORDER BY n DESC LIMIT 1"
    );
    db.prepare_cached(&sql)?
        .query_row(params![user_number(device.0), device.1.as_str(), to_stored(n)], runs_of)
        .optional()
        .map_err(marked)
}

/// The first number of the next row of a device that begins above `n`.
fn first_above(db: &Connection, device: &Device, n: u64) -> rusqlite::Result<Option<u64>> {
    let sql = "SELECT n FROM sent WHERE from_id = ? AND device = ? AND n > ? ORDER BY n LIMIT 1";
    db.prepare_cached(sql)?
        .query_row(params![user_number(device.0), device.1.as_str(), to_stored(n)], |row| {
            row.get(0).map(from_stored)
        })
        .optional()
        .map_err(marked)
}

/// Stores runs of a device, in place of a row that begins with the same number.
fn put(db: &Connection, (user, device): &Device, runs: &Runs) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO sent (from_id, device, n, runs, sum) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (from_id, device, n) DO UPDATE SET runs = excluded.runs, sum = excluded.sum",
    )?;
    for ListRow { first, list } in runs.to_rows() {
        let (user, first) = (user_number(*user), to_stored(first));
        let sum = checksum::of([
            ValueRef::Integer(user),
            ValueRef::Text(device.as_str().as_bytes()),
            ValueRef::Integer(first),
            ValueRef::Blob(&list),
        ]);
        insert.execute(params![user, device.as_str(), first, list, sum]).map_err(marked)?;
    }
    Ok(())
}

fn remove(db: &Connection, (user, device): &Device, first: u64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM sent WHERE from_id = ? AND device = ? AND n = ?")?
        .execute(params![user_number(*user), device.as_str(), to_stored(first)])
        .map_err(marked)?;
    Ok(())
}

#[cfg(test)]
mod tests;
