//! Sanctions: the table `sanction`.
//!
//! A damaged row is removed when the daemon starts: nobody knows whom it was about.

use chat_proto::{Network, Reason, Timestamp, UserId};
use rusqlite::{Connection, Row, params};

use super::store::{number, unsigned, user_id, user_number};
use super::stored::{MuteOrBan, RoomId, SanctionRecord};
use super::whole::whole_rows;
use super::{schema, used};

/// Stores a new sanction.
pub(super) fn insert(db: &Connection, record: &SanctionRecord) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO sanction (id, kind, room, user, network, invite, by_id, reason, at, until, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))",
    )?
    .execute(params![
        number(record.id),
        record.kind.number(),
        record.room.map(|room| room.0),
        record.user.map(user_number),
        record.network.map(|network| network.to_string()),
        record.invite.map(number),
        user_number(record.by),
        record.reason.as_str(),
        record.at.as_millis(),
        record.until.map(Timestamp::as_millis),
    ])?;
    used::put_last_record(db, record.id)
}

/// Removes a sanction.
pub(super) fn remove(db: &Connection, id: u64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM sanction WHERE id = ?")?.execute([number(id)])?;
    Ok(())
}

/// All sanctions, by their numbers. Removes those whose records are damaged, and adds them to `damage`.
pub(super) fn load(
    db: &Connection,
    damage: &mut Vec<String>,
) -> rusqlite::Result<Vec<SanctionRecord>> {
    let (whole, damaged) = whole_rows(db, "sanction", schema::SANCTION_VALUES, read)?;
    damage.extend(damaged.iter().map(|id| {
        format!("sanction number {id}: its record is damaged and removed; a moderator has to make it again")
    }));
    Ok(whole)
}

/// The sanction of a row of [`schema::SANCTION_VALUES`]; `None` if a value is of no kind.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<SanctionRecord>> {
    let Some(kind) = MuteOrBan::of(row.get(1)?) else { return Ok(None) };
    let network = match row.get::<_, Option<String>>(4)? {
        None => None,
        Some(written) => match written.parse::<Network>() {
            Ok(network) => Some(network),
            Err(_) => return Ok(None),
        },
    };
    Ok(Some(SanctionRecord {
        id: unsigned(row, 0)?,
        kind,
        room: row.get::<_, Option<u32>>(2)?.map(RoomId),
        user: row.get::<_, Option<i64>>(3)?.map(|user| UserId::new(user.cast_unsigned())),
        network,
        invite: row.get::<_, Option<i64>>(5)?.map(i64::cast_unsigned),
        by: user_id(row, 6)?,
        reason: Reason::from_lossy(&row.get::<_, String>(7)?),
        at: Timestamp::from_millis(row.get(8)?),
        until: row.get::<_, Option<i64>>(9)?.map(Timestamp::from_millis),
    }))
}
