//! The audit log: the table `audit`, in the order in which the records were stored.

use chat_proto::Timestamp;
use rusqlite::{Connection, params};

use super::store::user_number;
use super::stored::AuditRecord;

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
