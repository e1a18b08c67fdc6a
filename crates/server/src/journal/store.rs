//! What the journal asks of SQLite: every statement, and nothing else.

use chat_proto::command::{Kind, Word};
use chat_proto::limits::LINE_BYTES_MAX;
use chat_proto::{At, Text, Topic, User, UserName};
use rusqlite::types::Type;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use super::kept::{Called, Kept, KeptMember, KeptRoom, KeptUser, Page, Part, RoomId};
use super::schema;
use crate::token::TokenHash;

/// How many bits of a message's place are its `seq`: a million million messages a room, and eight
/// million rooms.
const SEQ_BITS: u32 = 40;

/// Bytes that the messages of one page take at most when they are encoded, so that a page fits a
/// line of the native protocol with the room's name and what else is around it.
const PAGE_BYTES_MAX: usize = LINE_BYTES_MAX - 1024;

/// What keeps messages, one after another, and the last `n` of those who said them: made once for all
/// that one commit keeps.
pub(super) struct Keeper<'db> {
    message: CachedStatement<'db>,
    last_n: CachedStatement<'db>,
}

impl<'db> Keeper<'db> {
    pub(super) fn new(db: &'db Connection) -> rusqlite::Result<Self> {
        let message = db.prepare_cached("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
        let last_n = db.prepare_cached("INSERT OR REPLACE INTO device VALUES (?, ?, ?)")?;
        Ok(Self { message, last_n })
    }

    /// Keeps a message.
    pub(super) fn message(&mut self, room: RoomId, kept: &Kept) -> rusqlite::Result<()> {
        self.message.execute(params![
            place(room, kept.seq),
            number(kept.from.id),
            kept.from.name.as_str(),
            kept.at.as_millis(),
            kind_number(kept.kind),
            kept.device.as_str(),
            kept.n.map(u64::cast_signed),
            kept.text.as_str(),
        ])?;
        Ok(())
    }

    /// Keeps the last `n` accepted from a device of `user`.
    pub(super) fn last_n(&mut self, user: u64, device: &Word, n: u64) -> rusqlite::Result<()> {
        self.last_n.execute(params![number(user), device.as_str(), n.cast_signed()])?;
        Ok(())
    }
}

/// The messages of `room` within `page`, in their order.
pub(super) fn messages(db: &Connection, room: RoomId, page: Page) -> rusqlite::Result<Vec<Kept>> {
    let (first, last, order) = match page.of {
        Part::After(seq) => (seq.saturating_add(1), SEQ_MAX, "ASC"),
        Part::Before(seq) => (0, seq.saturating_sub(1), "DESC"),
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT place, from_id, from_name, at, kind, device, n, text FROM message
         WHERE place BETWEEN ? AND ? ORDER BY place {order} LIMIT ?"
    ))?;
    let rows =
        statement.query_map(params![place(room, first), place(room, last), page.limit], kept)?;
    let mut found: Vec<Kept> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        let message = row?;
        bytes += message.encoded_bytes_max();
        if bytes > PAGE_BYTES_MAX && !found.is_empty() {
            break;
        }
        found.push(message);
    }
    if matches!(page.of, Part::Before(_)) {
        found.reverse();
    }
    Ok(found)
}

/// The `seq` of the last message of `room`; 0 before the first.
pub(super) fn last_seq(db: &Connection, room: RoomId) -> rusqlite::Result<u64> {
    let last: Option<i64> = db
        .prepare_cached("SELECT max(place) FROM message WHERE place BETWEEN ? AND ?")?
        .query_row(params![place(room, 0), place(room, SEQ_MAX)], |row| row.get(0))?;
    Ok(last.map_or(0, seq_of))
}

/// The messages of a room at one moment.
pub(super) struct Extent {
    /// How many there are.
    pub(super) count: u64,
    /// The `seq` of the first; 0 where there is none.
    pub(super) first: u64,
    /// The `seq` of the last; 0 where there is none.
    pub(super) last: u64,
}

/// How many messages of `room` there are, from where to where.
pub(super) fn extent(db: &Connection, room: RoomId) -> rusqlite::Result<Extent> {
    db.prepare_cached(
        "SELECT count(*), coalesce(min(place), 0), coalesce(max(place), 0) FROM message
         WHERE place BETWEEN ? AND ?",
    )?
    .query_row(params![place(room, 0), place(room, SEQ_MAX)], |row| {
        let [count, first, last] = [row.get(0)?, row.get(1)?, row.get(2)?];
        Ok(Extent { count: unsigned(count), first: seq_of(first), last: seq_of(last) })
    })
}

/// Removes up to `limit` of the oldest messages of `room`, those that are from before `before`, but
/// never the last, since the next one's `seq` follows from it. Returns how many.
pub(super) fn trim(
    db: &Connection,
    room: RoomId,
    before: At,
    limit: u32,
) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "DELETE FROM message WHERE place IN (
             SELECT place FROM message WHERE place BETWEEN ?1 AND ?2 ORDER BY place LIMIT ?3
         ) AND at < ?4 AND place < (SELECT max(place) FROM message WHERE place BETWEEN ?1 AND ?2)",
    )?
    .execute(params![place(room, 0), place(room, SEQ_MAX), limit, before.as_millis()])
}

/// All rooms.
pub(super) fn rooms(db: &Connection) -> rusqlite::Result<Vec<KeptRoom>> {
    let mut rooms = db
        .prepare("SELECT id, key, name, topic FROM room ORDER BY id")?
        .query_map([], |row| {
            let (key, name): (String, String) = (row.get(1)?, row.get(2)?);
            let called = Called::read(&key, &name).ok_or_else(|| foreign(1, NoName(key)))?;
            let topic = Topic::mend(&row.get::<_, String>(3)?);
            Ok(KeptRoom { id: RoomId(row.get(0)?), called, topic, last_seq: 0 })
        })?
        .collect::<rusqlite::Result<Vec<KeptRoom>>>()?;
    for room in &mut rooms {
        room.last_seq = last_seq(db, room.id)?;
    }
    Ok(rooms)
}

/// All users who hold a name.
pub(super) fn users(db: &Connection) -> rusqlite::Result<Vec<KeptUser>> {
    db.prepare("SELECT id, name, token, seen_at FROM user")?
        .query_map([], |row| {
            Ok(KeptUser {
                user: user(row, 0, 1)?,
                token: TokenHash::from_bytes(row.get(2)?),
                seen_at: At::from_millis(row.get(3)?),
            })
        })?
        .collect()
}

/// The greatest number a user ever had, as far as it was kept.
pub(super) fn last_user(db: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT max(last_user, (SELECT coalesce(max(id), 0) FROM user)) FROM number";
    db.query_row(sql, [], |row| Ok(unsigned(row.get(0)?)))
}

/// Keeps the greatest number that a user has said something under.
pub(super) fn put_last_user(db: &Connection, id: u64) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE number SET last_user = max(last_user, ?)")?.execute([number(id)])?;
    Ok(())
}

/// Keeps what is kept already, with a commit that does write: it takes the place in SQLite's log of
/// one that failed.
pub(super) fn overwrite_failed(db: &Connection) -> rusqlite::Result<()> {
    db.pragma_update(None, "user_version", schema::version(db)?)
}

/// The last `n` accepted from a device of `user`; 0 before the first.
pub(super) fn last_n(db: &Connection, user: u64, device: &Word) -> rusqlite::Result<u64> {
    let last: Option<i64> = db
        .prepare_cached("SELECT last_n FROM device WHERE user = ? AND name = ?")?
        .query_row(params![number(user), device.as_str()], |row| row.get(0))
        .optional()?;
    Ok(last.map_or(0, i64::cast_unsigned))
}

/// The places of all users in all rooms.
pub(super) fn members(db: &Connection) -> rusqlite::Result<Vec<KeptMember>> {
    db.prepare("SELECT user, room, is_in, read_seq FROM member")?
        .query_map([], |row| {
            Ok(KeptMember {
                user: unsigned(row.get(0)?),
                room: RoomId(row.get(1)?),
                is_in: row.get(2)?,
                read_seq: unsigned(row.get(3)?),
            })
        })?
        .collect()
}

/// Greatest `seq` of a room.
pub(super) const SEQ_MAX: u64 = (1 << SEQ_BITS) - 1;

/// Where the message `seq` of `room` stands in the table.
fn place(room: RoomId, seq: u64) -> i64 {
    number(u64::from(room.0) << SEQ_BITS | seq.min(SEQ_MAX))
}

fn seq_of(place: i64) -> u64 {
    unsigned(place) & SEQ_MAX
}

/// SQLite has signed integers alone, and no number of the server's own is beyond them. An `n` is the
/// client's, and may be: it is kept by its bits (`cast_signed`), and never compared in SQL.
pub(super) fn number(unsigned: u64) -> i64 {
    i64::try_from(unsigned).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

const fn kind_number(kind: Kind) -> u8 {
    match kind {
        Kind::Text => 0,
        Kind::Action => 1,
    }
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let device: String = row.get(5)?;
    let text: String = row.get(7)?;
    Ok(Kept {
        seq: seq_of(row.get(0)?),
        from: user(row, 1, 2)?,
        at: At::from_millis(row.get(3)?),
        kind: if row.get::<_, u8>(4)? == 0 { Kind::Text } else { Kind::Action },
        device: Word::new(device).map_err(|error| foreign(5, error))?,
        n: row.get::<_, Option<i64>>(6)?.map(i64::cast_unsigned),
        text: Text::new(text).map_err(|error| foreign(7, error))?,
    })
}

/// A user as it was stored. A name that an earlier version took and that breaks a rule of this one is mended.
fn user(row: &Row<'_>, id: usize, name: usize) -> rusqlite::Result<User> {
    let written: String = row.get(name)?;
    Ok(User { id: unsigned(row.get(id)?), name: UserName::mend(&written) })
}

/// A room's name that is none.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no name of a room")]
struct NoName(String);

/// What is read but was never written by this program.
fn foreign(
    column: usize,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}
