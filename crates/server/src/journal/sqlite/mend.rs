//! Damage that would make the upgrade of a journal fail.
//!
//! Version 1 has no checksums. If the columns of a row have other types than the table allows, or cannot be read, the
//! statements of the next version fail, and the whole upgrade with them. Such a row is replaced by a row with a wrong
//! checksum, which every reader takes for damaged. All other rows stay as they are.

use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::{rebuild, salvage};

/// The columns of a message of version 1, and their types other than NULL.
const COLUMNS: [(&str, Type); 7] = [
    ("from_id", Type::Integer),
    ("from_name", Type::Text),
    ("at", Type::Integer),
    ("kind", Type::Integer),
    ("device", Type::Text),
    ("n", Type::Integer),
    ("text", Type::Text),
];

/// The only column that may be NULL.
const OPTIONAL: &str = "n";

/// The checksum of a damaged row: a right checksum is never negative.
const NO_SUM: i64 = -1;

/// Replaces the messages at these places, which [`find`] has found.
pub(super) fn replace(db: &Transaction<'_>, places: &[i64]) -> rusqlite::Result<()> {
    for place in places {
        db.execute("REPLACE INTO message VALUES (?, 0, '', 0, 0, '', NULL, '')", [place])?;
    }
    Ok(())
}

/// Makes sure that the messages at these places are damaged, once there are checksums.
pub(super) fn mark(db: &Transaction<'_>, places: &[i64]) -> rusqlite::Result<()> {
    for place in places {
        db.execute("UPDATE message SET sum = ? WHERE place = ?", params![NO_SUM, place])?;
    }
    Ok(())
}

/// Replaces a table of users with damaged pages by a copy. A step that drops it would free pages of another table, to
/// which a damaged page may refer.
pub(super) fn copy_users(db: &Transaction<'_>) -> rusqlite::Result<()> {
    db.execute_batch("CREATE TABLE copy AS SELECT * FROM user")?;
    rebuild::abandon(db, "user")?;
    db.execute_batch("ALTER TABLE copy RENAME TO user")
}

/// Returns true if the pages of a table and of its indexes are connected rightly; values do not matter. Not to be
/// called in a transaction, see [`find`].
pub(super) fn has_whole_pages(db: &Connection, table: &str) -> rusqlite::Result<bool> {
    let mut check = db.prepare(&format!("PRAGMA quick_check({table})"))?;
    let mut rows = check.query([])?;
    loop {
        match rows.next() {
            Ok(Some(row)) if row.get::<_, String>(0)?.lines().any(is_of_a_page) => {
                return Ok(false);
            }
            Ok(Some(_)) => {}
            Ok(None) => return Ok(true),
            Err(error) if salvage::is_damage(&error) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

/// Returns true if a line of a check of the structure is about a page, and not about a value in it.
fn is_of_a_page(line: &str) -> bool {
    line.starts_with("Tree ") || line.starts_with("wrong # of entries in index")
}

/// The places of the messages that cannot be read. Not to be called in a transaction: once SQLite has found damage in
/// one, it writes nothing more.
///
/// # Errors
/// Returns an error if a page cannot be read: its messages are unknown then.
pub(super) fn find(db: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut damaged = Vec::new();
    let mut after = Some(i64::MIN);
    while let Some(place) = after {
        after = match scan(db, place, &mut damaged) {
            Ok(()) => None,
            Err((last, error)) if salvage::is_damage(&error) => {
                // The row after the last one that could be read.
                let next = next(db, last)?;
                damaged.extend(next);
                next
            }
            Err((_, error)) => return Err(error),
        };
    }
    Ok(damaged)
}

/// Adds the damaged rows after `after`.
///
/// # Errors
/// Returns the last place that could be read, and the error.
fn scan(db: &Connection, after: i64, damaged: &mut Vec<i64>) -> Result<(), (i64, rusqlite::Error)> {
    let mut last = after;
    let mut read = || {
        let names = COLUMNS.map(|(name, _)| name).join(", ");
        let sql = format!("SELECT place, {names} FROM message WHERE place > ? ORDER BY place");
        let mut statement = db.prepare_cached(&sql)?;
        let mut rows = statement.query([after])?;
        while let Some(row) = rows.next()? {
            let place = row.get(0)?;
            if !is_message(row)? {
                damaged.push(place);
            }
            last = place;
        }
        Ok(())
    };
    read().map_err(|error| (last, error))
}

fn is_message(row: &Row<'_>) -> rusqlite::Result<bool> {
    for (index, (name, kind)) in (1..).zip(COLUMNS) {
        let value = row.get_ref(index)?;
        if value.data_type() != kind && !(name == OPTIONAL && value == ValueRef::Null) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The first place after `place`, without the rest of the row.
fn next(db: &Connection, place: i64) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT place FROM message WHERE place > ? ORDER BY place LIMIT 1";
    db.prepare_cached(sql)?.query_row([place], |row| row.get(0)).optional()
}
