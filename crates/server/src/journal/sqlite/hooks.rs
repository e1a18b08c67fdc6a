//! Hooks: the table `hook`.
//!
//! A damaged row is removed when the daemon starts: nothing is said by it.

use chat_proto::{Timestamp, UserId};
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};

use super::load::is_whole;
use super::schema;
use super::store::{foreign, number, unsigned, user_id, user_number};
use super::stored::{HookRecord, RoomId};
use super::used;
use crate::token::TokenHash;

/// The damage of a stored hook.
#[derive(Debug, thiserror::Error)]
#[error("the checksum is wrong")]
struct Damage;

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

/// The hook of a row of [`schema::HOOK_VALUES`] and the checksum.
///
/// # Errors
/// Returns an error if the row is damaged.
fn read(row: &Row<'_>) -> rusqlite::Result<HookRecord> {
    if !is_whole(row)? {
        return Err(foreign(6, Type::Integer, Damage));
    }
    Ok(HookRecord {
        id: unsigned(row, 0)?,
        hash: TokenHash::from_bytes(row.get(1)?),
        bot: user_id(row, 2)?,
        room: RoomId(row.get(3)?),
        by: user_id(row, 4)?,
        created_at: Timestamp::from_millis(row.get(5)?),
    })
}

/// All hooks, by their numbers. Removes those whose records are damaged, and adds them to `damage`.
pub(super) fn load(db: &Connection, damage: &mut Vec<String>) -> rusqlite::Result<Vec<HookRecord>> {
    let (mut whole, mut damaged) = (Vec::new(), Vec::new());
    let sql = format!("SELECT {}, sum FROM hook ORDER BY id", schema::HOOK_VALUES);
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match read(row) {
            Ok(record) => whole.push(record),
            Err(_) => damaged.push(row.get::<_, i64>(0)?),
        }
    }
    drop(rows);
    for id in damaged {
        db.execute("DELETE FROM hook WHERE id = ?", [id])?;
        damage.push(format!(
            "hook number {id}: its record is damaged and removed; a moderator of its room has to make another one"
        ));
    }
    Ok(whole)
}
