//! The audit log: the table `audit`, in the order in which the records were stored.
//!
//! No recorded change depends on the log: if a page of the table is damaged, the writer replaces the table by the
//! records that can be read ([`super::rebuild`]) and tries again; if that fails, too, it continues without the log.

use std::collections::BTreeMap;

use chat_proto::{AuditKind, Timestamp, User, UserId};
use rusqlite::{Connection, ErrorCode, Row, ffi, params};

use super::super::error::Part;
use super::commit::DeletionRecord;
use super::error::PartDamage;
use super::store::{number, unsigned, user_id, user_number};
use super::stored::{AuditRecord, RoomId};
use super::whole::is_whole;
use super::{in_words, rebuild, salvage, schema};

/// Number of records that are kept at most: some 25 MB.
const ROWS_MAX: i64 = 100_000;

/// Number of records of one author beyond which its oldest are removed first, so that nobody pushes out the records of
/// others: some ten authors are busy.
const SHARE: i64 = ROWS_MAX / 10;

/// What users do with their own accounts, and strangers try: everybody can cause many records of these kinds.
const OF_EVERYBODY: [AuditKind; 3] = [AuditKind::Rename, AuditKind::Device, AuditKind::Tries];

/// Number of records of these kinds beyond which the oldest of them are removed before all others.
const SHARE_OF_EVERYBODY: i64 = ROWS_MAX / 10;

/// Number of old records that one commit removes: their pages are few.
const REMOVED_AT_ONCE: u32 = 20;

/// Number of records after which those that are too many are removed: they are counted, which takes some 35 ms.
const SWEEP_EVERY: i64 = 200;

/// Marks an error of a statement on the table if a page of it is damaged or cannot be read.
fn marked(error: rusqlite::Error) -> rusqlite::Error {
    let is_unread = error.sqlite_error().is_some_and(|error| {
        [ffi::SQLITE_IOERR_READ, ffi::SQLITE_IOERR_SHORT_READ].contains(&error.extended_code)
    });
    if is_unread || error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) {
        PartDamage::error(Part::Audit, error.to_string())
    } else {
        error
    }
}

/// Stores a record. Removes some of those before `kept_since`, and those that are too many.
///
/// # Errors
/// Returns a [`PartDamage`] if the table is to be replaced.
pub(super) fn insert(
    db: &Connection,
    record: &AuditRecord,
    kept_since: Option<Timestamp>,
) -> rusqlite::Result<()> {
    add(db, record, kept_since).map_err(marked)
}

fn add(
    db: &Connection,
    record: &AuditRecord,
    kept_since: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let last = "SELECT coalesce(max(id), 0) FROM audit";
    let last: i64 = db.prepare_cached(last)?.query_row([], |row| row.get(0))?;
    let id = last.saturating_add(1);
    put(db, id, record)?;
    db.prepare_cached(
        "DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?1) AND at < ?2",
    )?
    .execute(params![REMOVED_AT_ONCE, kept_since.map(Timestamp::as_millis)])?;
    if id % SWEEP_EVERY == 0 { sweep(db) } else { Ok(()) }
}

/// Removes the records that would be too many before the next sweep: first those of [`OF_EVERYBODY`] beyond their
/// share, then the oldest of the authors with more than theirs, then the oldest.
fn sweep(db: &Connection) -> rusqlite::Result<()> {
    let count = "SELECT count(*), count(*) FILTER (WHERE what IN (?1, ?2, ?3)) FROM audit";
    let kinds = OF_EVERYBODY.map(AuditKind::as_str);
    let (rows, of_everybody): (i64, i64) =
        db.prepare_cached(count)?.query_row(kinds, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut too_many = rows - (ROWS_MAX - SWEEP_EVERY);
    if too_many <= 0 {
        return Ok(());
    }
    let removed = too_many.min(of_everybody - SHARE_OF_EVERYBODY);
    if removed > 0 {
        let [one, two, three] = kinds;
        db.prepare_cached(
            "DELETE FROM audit WHERE id IN
             (SELECT id FROM audit WHERE what IN (?1, ?2, ?3) ORDER BY id LIMIT ?4)",
        )?
        .execute(params![one, two, three, removed])?;
        too_many -= removed;
    }
    sweep_authors(db, too_many)
}

/// Removes `too_many` records: first the oldest of the authors with more than their share, then the oldest.
fn sweep_authors(db: &Connection, mut too_many: i64) -> rusqlite::Result<()> {
    if too_many <= 0 {
        return Ok(());
    }
    let counts = "SELECT by_id, count(*) FROM audit GROUP BY by_id ORDER BY count(*) DESC";
    let counts = db
        .prepare_cached(counts)?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
    for (author, count) in counts {
        let of_author = too_many.min(count - SHARE);
        if of_author <= 0 {
            break;
        }
        remove_oldest(db, Some(author), of_author)?;
        too_many -= of_author;
    }
    if too_many > 0 { remove_oldest(db, None, too_many) } else { Ok(()) }
}

/// Removes the oldest `count` records, of an author if there is one.
fn remove_oldest(db: &Connection, author: Option<i64>, count: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "DELETE FROM audit WHERE id IN
         (SELECT id FROM audit WHERE ?1 IS NULL OR by_id = ?1 ORDER BY id LIMIT ?2)",
    )?
    .execute(params![author, count])?;
    Ok(())
}

fn put(db: &Connection, id: i64, record: &AuditRecord) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO audit (id, at, by_id, what, user, room, about, reason, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))",
    )?
    .execute(params![
        id,
        record.at.as_millis(),
        user_number(record.by),
        record.what.as_str(),
        record.user.map(user_number),
        record.room.map(|room| room.0),
        record.about,
        record.reason,
    ])?;
    Ok(())
}

/// Stores the record of the deletion of a message of `author`.
pub(super) fn insert_deletion(
    db: &Connection,
    deletion: &DeletionRecord,
    author: &User,
) -> rusqlite::Result<()> {
    let DeletionRecord { record, kept_since } = deletion;
    let about = format!("a message of {}, {}", author.name, record.about);
    let named = AuditRecord::new(record.at, record.by, record.what, &about);
    let record = AuditRecord { user: Some(author.id), room: record.room, ..named };
    insert(db, &record, *kept_since)
}

/// Up to `limit` records before the number `before`, newest first, each with its number; of the user `by` if there is
/// one. Damaged records are left out.
pub(super) fn page(
    db: &Connection,
    by: Option<UserId>,
    before: Option<u64>,
    limit: u32,
) -> rusqlite::Result<Vec<(u64, AuditRecord)>> {
    // In SQL, so that `limit` counts undamaged records: fewer would mean that there are no earlier ones.
    let sql = format!(
        "SELECT {0} FROM audit WHERE id < ?1 AND (?2 IS NULL OR by_id = ?2) AND sum = checksum({0})
         ORDER BY id DESC LIMIT ?3",
        schema::AUDIT_VALUES
    );
    let mut statement = db.prepare_cached(&sql)?;
    let before = before.map_or(i64::MAX, number);
    let records = statement.query_map(params![before, by.map(user_number), limit], |row| {
        Ok((unsigned(row, 0)?, read(row)?))
    })?;
    records.collect()
}

/// Removes the damaged records, and replaces the table if a page of it is damaged. Adds what was lost to `damage`.
pub(super) fn mend(db: &Connection, damage: &mut Vec<String>) -> rusqlite::Result<()> {
    let damaged = match damaged(db) {
        Err(error) if salvage::is_damage(&error) => {
            damage.push(format!(
                "the audit log is damaged: {error}; it is replaced by the records that can be read"
            ));
            if let Err(error) = rebuild::audit(db) {
                // The writer tries again when it needs the table.
                damage.push(format!("it cannot be replaced: {}", in_words(&error)));
            }
            return Ok(());
        }
        damaged => damaged?,
    };
    for id in &damaged {
        db.execute("DELETE FROM audit WHERE id = ?", [id])?;
    }
    if !damaged.is_empty() {
        damage.push(format!(
            "the audit log has damaged records, which are removed: {}",
            damaged.len()
        ));
    }
    Ok(())
}

/// The numbers of the damaged records.
fn damaged(db: &Connection) -> rusqlite::Result<Vec<i64>> {
    let sql = format!("SELECT id FROM audit WHERE sum <> checksum({})", schema::AUDIT_VALUES);
    let mut statement = db.prepare(&sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// The undamaged records, by their numbers, except those behind pages that cannot be read.
pub(super) fn readable(db: &Connection) -> rusqlite::Result<BTreeMap<i64, AuditRecord>> {
    let mut records = BTreeMap::new();
    for order in ["ASC", "DESC"] {
        match scan(db, order, &mut records) {
            Err(error) if salvage::is_damage(&error) => {}
            scanned => scanned?,
        }
    }
    Ok(records)
}

/// Adds the records in an order of their numbers, up to the first page that cannot be read.
fn scan(
    db: &Connection,
    order: &str,
    records: &mut BTreeMap<i64, AuditRecord>,
) -> rusqlite::Result<()> {
    let sql = format!("SELECT {}, sum FROM audit ORDER BY id {order}", schema::AUDIT_VALUES);
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if is_whole(row)? {
            records.insert(row.get(0)?, read(row)?);
        }
    }
    Ok(())
}

/// Fills the empty table.
pub(super) fn fill(db: &Connection, records: &BTreeMap<i64, AuditRecord>) -> rusqlite::Result<()> {
    records.iter().try_for_each(|(id, record)| put(db, *id, record))
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    Ok(AuditRecord {
        at: Timestamp::from_millis(row.get(1)?),
        by: user_id(row, 2)?,
        what: AuditKind::of(&row.get::<_, String>(3)?),
        user: row.get::<_, Option<i64>>(4)?.map(|user| UserId::new(user.cast_unsigned())),
        room: row.get::<_, Option<u32>>(5)?.map(RoomId),
        about: row.get(6)?,
        reason: row.get(7)?,
    })
}
