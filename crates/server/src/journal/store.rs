//! What the journal asks of SQLite about all that is no message; messages are in [`super::messages`].

use chat_proto::command::Word;
use chat_proto::event::JournalId;
use chat_proto::{At, Topic, User};
use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use super::kept::{Called, KeptMember, KeptRoom, KeptUser, RoomId};
use super::{messages, schema};
use crate::token::TokenHash;

/// All rooms.
pub(super) fn rooms(db: &Connection) -> rusqlite::Result<Vec<KeptRoom>> {
    let mut rooms = db
        .prepare("SELECT id, key, name, topic FROM room ORDER BY id")?
        .query_map([], |row| {
            let (key, name): (String, String) = (row.get(1)?, row.get(2)?);
            let called =
                Called::read(&key, &name).ok_or_else(|| foreign(1, Type::Text, NoName(key)))?;
            let topic = Topic::mend(&row.get::<_, String>(3)?);
            Ok(KeptRoom { id: RoomId(row.get(0)?), called, topic, last_seq: 0 })
        })?
        .collect::<rusqlite::Result<Vec<KeptRoom>>>()?;
    for room in &mut rooms {
        room.last_seq = messages::last_seq(db, room.id)?;
    }
    Ok(rooms)
}

/// All users who hold a name.
pub(super) fn users(db: &Connection) -> rusqlite::Result<Vec<KeptUser>> {
    db.prepare("SELECT id, name, token, seen_at FROM user")?
        .query_map([], |row| {
            Ok(KeptUser {
                user: User {
                    id: unsigned(row, 0)?,
                    name: messages::name(&row.get::<_, String>(1)?),
                },
                token: TokenHash::from_bytes(row.get(2)?),
                seen_at: At::from_millis(row.get(3)?),
            })
        })?
        .collect()
}

/// The greatest number a user ever had, as far as it was kept.
pub(super) fn last_user(db: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT max(last_user, (SELECT coalesce(max(id), 0) FROM user)) FROM number";
    db.query_row(sql, [], |row| unsigned(row, 0))
}

/// The greatest number a room ever had; a number that was used is never used again.
pub(super) fn last_room(db: &Connection) -> rusqlite::Result<u32> {
    let sql = "SELECT max(last_room, (SELECT coalesce(max(id), 0) FROM room)) FROM number";
    db.query_row(sql, [], |row| row.get(0))
}

/// Keeps the greatest number that a user has said something under.
pub(super) fn put_last_user(db: &Connection, id: u64) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE number SET last_user = max(last_user, ?)")?.execute([number(id)])?;
    Ok(())
}

/// Which journal this is.
pub(super) fn identity(db: &Connection) -> rusqlite::Result<JournalId> {
    let word = |row: &Row<'_>, column| {
        Word::new(row.get::<_, String>(column)?).map_err(|e| foreign(column, Type::Text, e))
    };
    db.query_row("SELECT id, epoch FROM identity", [], |row| {
        Ok(JournalId { id: word(row, 0)?, epoch: word(row, 1)? })
    })
}

/// Keeps what is kept already, with a commit that does write: it takes the place in SQLite's log of
/// one that failed.
pub(super) fn overwrite_failed(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "user_version", schema::version(db)?)
}

/// The places of all users in all rooms.
pub(super) fn members(db: &Connection) -> rusqlite::Result<Vec<KeptMember>> {
    db.prepare("SELECT user, room, is_in, read_seq FROM member")?
        .query_map([], |row| {
            Ok(KeptMember {
                user: unsigned(row, 0)?,
                room: RoomId(row.get(1)?),
                is_in: row.get(2)?,
                read_seq: unsigned(row, 3)?,
            })
        })?
        .collect()
}

/// SQLite has signed integers alone, and no number of the server's own is beyond them. An `n` is the
/// client's, and may be: it is kept by its bits (`cast_signed`), and never compared in SQL.
pub(super) fn number(unsigned: u64) -> i64 {
    i64::try_from(unsigned).unwrap_or(i64::MAX)
}

/// A number of the server's own, which is never negative.
pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// A room's name that is none.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no name of a room")]
struct NoName(String);

/// What is read but was never written by this program.
pub(super) fn foreign(
    column: usize,
    kind: Type,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(error))
}
