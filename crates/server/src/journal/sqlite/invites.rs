//! Invites: the table `invite`.
//!
//! A damaged row is removed when the daemon starts: it lets nobody in.

use chat_proto::{ShortString, Timestamp};
use rusqlite::{Connection, Row, params};

use super::schema;
use super::store::{number, unsigned, user_id, user_number};
use super::stored::{InviteRecord, RoomId, UserRole};
use super::used;
use super::whole::whole_rows;
use crate::token::TokenHash;

/// Stores a new invite.
pub(super) fn insert(db: &Connection, record: &InviteRecord) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO invite
             (id, hash, by_id, role, room, uses, used, created_at, until, note, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
                 checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))",
    )?
    .execute(params![
        number(record.id),
        record.hash.as_bytes(),
        user_number(record.by),
        record.role.number(),
        record.room.map(|room| room.0),
        record.uses,
        record.used,
        record.created_at.as_millis(),
        record.until.as_millis(),
        record.note.as_str(),
    ])?;
    used::put_last_record(db, record.id)
}

/// Stores how often an invite was used.
pub(super) fn used(db: &Connection, id: u64, times: u32) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE invite
         SET used = ?1, sum = checksum(id, hash, by_id, role, room, uses, ?1, created_at, until, note)
         WHERE id = ?2
         AND sum = checksum(id, hash, by_id, role, room, uses, used, created_at, until, note)",
    )?
    .execute(params![times, number(id)])?;
    Ok(())
}

/// Removes an invite.
pub(super) fn remove(db: &Connection, id: u64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM invite WHERE id = ?")?.execute([number(id)])?;
    Ok(())
}

/// The invite of a row of [`schema::INVITE_VALUES`]; `None` if a value is of no kind.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<InviteRecord>> {
    let Some(role) = UserRole::of(row.get(3)?) else { return Ok(None) };
    let Ok(note) = ShortString::new(row.get::<_, String>(9)?) else { return Ok(None) };
    Ok(Some(InviteRecord {
        id: unsigned(row, 0)?,
        hash: TokenHash::from_bytes(row.get(1)?),
        by: user_id(row, 2)?,
        role,
        room: row.get::<_, Option<u32>>(4)?.map(RoomId),
        uses: row.get(5)?,
        used: row.get(6)?,
        created_at: Timestamp::from_millis(row.get(7)?),
        until: Timestamp::from_millis(row.get(8)?),
        note,
    }))
}

/// All invites, by their numbers. Removes those whose records are damaged, and adds them to `damage`.
pub(super) fn load(
    db: &Connection,
    damage: &mut Vec<String>,
) -> rusqlite::Result<Vec<InviteRecord>> {
    let (whole, damaged) = whole_rows(db, "invite", schema::INVITE_VALUES, read)?;
    damage.extend(damaged.iter().map(|id| {
        format!("invite number {id}: its record is damaged and removed; its author has to make another one")
    }));
    Ok(whole)
}
