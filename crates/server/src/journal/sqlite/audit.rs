//! The audit log: the table `audit`, in the order in which the records were stored.

use chat_proto::{AuditKind, Timestamp, UserId};
use rusqlite::{Connection, Row, params};

use super::load::is_whole;
use super::schema;
use super::store::{number, unsigned, user_id, user_number};
use super::stored::{AuditRecord, RoomId};

/// Number of records that are kept: some 25 MB.
const ROWS_MAX: i64 = 100_000;

/// Number of old records that one commit removes: their pages are few.
const REMOVED_AT_ONCE: u32 = 20;

/// Stores a record. Removes some of those before `kept_since`, and those that are too many.
pub(super) fn insert(
    db: &Connection,
    record: &AuditRecord,
    kept_since: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let last = "SELECT coalesce(max(id), 0) FROM audit";
    let last: i64 = db.prepare_cached(last)?.query_row([], |row| row.get(0))?;
    let id = last.saturating_add(1);
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
    db.prepare_cached(
        "DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?1)
         AND (id <= ?2 OR at < ?3)",
    )?
    .execute(params![REMOVED_AT_ONCE, id - ROWS_MAX, kept_since.map(Timestamp::as_millis)])?;
    Ok(())
}

/// Up to `limit` records before the number `before`, newest first, each with its number; of the user `by` if there is one.
/// Damaged records are left out.
pub(super) fn page(
    db: &Connection,
    by: Option<UserId>,
    before: Option<u64>,
    limit: u32,
) -> rusqlite::Result<Vec<(u64, AuditRecord)>> {
    let sql = format!(
        "SELECT {}, sum FROM audit WHERE id < ?1 AND (?2 IS NULL OR by_id = ?2)
         ORDER BY id DESC LIMIT ?3",
        schema::AUDIT_VALUES
    );
    let mut statement = db.prepare_cached(&sql)?;
    let before = before.map_or(i64::MAX, number);
    let mut rows = statement.query(params![before, by.map(user_number), limit])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        if is_whole(row)? {
            records.push((unsigned(row, 0)?, read(row)?));
        }
    }
    Ok(records)
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
