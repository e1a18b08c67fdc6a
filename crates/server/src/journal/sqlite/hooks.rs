//! Hooks: the table `hook`.
//!
//! A damaged row is removed when the daemon starts: no bot writes by it.

use chat_proto::{Timestamp, UserId};
use rusqlite::{Connection, Row, params};

use super::schema;
use super::store::{number, unsigned, user_id, user_number};
use super::stored::{HookRecord, RoomId};
use super::used;
use super::whole::whole_rows;
use crate::token::TokenHash;

/// Stores a new hook.
pub(super) fn insert(db: &Connection, record: &HookRecord) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO hook (id, hash, bot, room, by_id, created_at, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, checksum(?1, ?2, ?3, ?4, ?5, ?6))",
    )?
    .execute(params![
        number(record.id),
        record.hash.as_bytes(),
        user_number(record.bot),
        record.room.0,
        user_number(record.by),
        record.created_at.as_millis(),
    ])?;
    used::put_last_record(db, record.id)
}

/// Removes a hook.
pub(super) fn remove(db: &Connection, id: u64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM hook WHERE id = ?")?.execute([number(id)])?;
    Ok(())
}

/// Whether a hook has this bot. A damaged hook counts, too: it is not known which column is wrong.
pub(super) fn has_bot(db: &Connection, bot: UserId) -> rusqlite::Result<bool> {
    db.query_row("SELECT EXISTS (SELECT 1 FROM hook WHERE bot = ?)", [user_number(bot)], |row| {
        row.get(0)
    })
}

/// The hook of a row of [`schema::HOOK_VALUES`].
fn read(row: &Row<'_>) -> rusqlite::Result<Option<HookRecord>> {
    Ok(Some(HookRecord {
        id: unsigned(row, 0)?,
        hash: TokenHash::from_bytes(row.get(1)?),
        bot: user_id(row, 2)?,
        room: RoomId(row.get(3)?),
        by: user_id(row, 4)?,
        created_at: Timestamp::from_millis(row.get(5)?),
    }))
}

/// All hooks, by their numbers. Removes those whose records are damaged, and adds them to `damage`.
pub(super) fn load(db: &Connection, damage: &mut Vec<String>) -> rusqlite::Result<Vec<HookRecord>> {
    let (whole, damaged) = whole_rows(db, "hook", schema::HOOK_VALUES, read)?;
    damage.extend(damaged.iter().map(|id| {
        format!("hook number {id}: its record is damaged and removed; a moderator of its room has to make another one")
    }));
    Ok(whole)
}
