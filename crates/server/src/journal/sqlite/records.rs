//! Stores changes: a statement for each kind.
//!
//! Each row has a checksum. An update of one column changes only rows whose checksum is right, so that it does not make
//! a damaged row look valid.

use std::collections::BTreeSet;

use chat_proto::{Seq, Timestamp, Topic, UserId};
use rusqlite::{Connection, params};

use super::change::Change;
use super::store::{number, user_number};
use super::stored::{MembershipRecord, RoomId, RoomKey, UserRecord};
use super::{credentials, used};

/// Stores a change within a transaction.
pub(super) fn change(db: &Connection, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::User(stored) => user(db, stored),
        Change::Guest(_) | Change::GuestRenamed(_) | Change::Away { .. } => Ok(()),
        Change::Credential(stored) => credentials::insert(db, stored),
        Change::Seen { user, at } => seen(db, *user, *at),
        Change::Room { id, key } => room(db, *id, key),
        Change::RoomRemoved { id, visitors } => remove_room(db, *id, visitors),
        Change::Topic { room, topic: stored, .. } => topic(db, *room, stored),
        Change::Member(stored) => member(db, *stored),
        Change::Left { user, room } => has_left(db, *user, *room),
        Change::Read { user, room, seq } => read(db, *user, *room, *seq),
    }
}

/// Stores a new user, or a changed one.
pub(super) fn user(db: &Connection, record: &UserRecord) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO user (id, kind, name, key, seen_at, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, checksum(?1, ?2, ?3, ?4, ?5)) ON CONFLICT (id) DO UPDATE
         SET kind = excluded.kind, name = excluded.name, key = excluded.key,
             seen_at = excluded.seen_at, sum = excluded.sum",
    )?
    .execute(params![
        user_number(record.user.id),
        record.kind.number(),
        record.user.name.as_str(),
        record.user.name.key(),
        record.seen_at.as_millis(),
    ])?;
    used::put_last_user(db, record.user.id)
}

/// Stores a room, unless it is stored already.
pub(super) fn room(db: &Connection, id: RoomId, key: &RoomKey) -> rusqlite::Result<()> {
    let name = match key {
        RoomKey::Named(name) => name.as_str(),
        RoomKey::Direct(_) => "",
    };
    db.prepare_cached(
        "INSERT INTO room (id, key, name, topic, sum)
         VALUES (?1, ?2, ?3, '', checksum(?1, ?2, ?3, '')) ON CONFLICT DO NOTHING",
    )?
    .execute(params![id.0, key.to_stored(), name])?;
    used::put_last_room(db, id)
}

/// Removes a room that has neither a message nor a topic, and the memberships of its former users.
pub(super) fn remove_room(
    db: &Connection,
    id: RoomId,
    users: &BTreeSet<UserId>,
) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM room WHERE id = ?")?.execute(params![id.0])?;
    let mut remove = db.prepare_cached("DELETE FROM member WHERE user = ? AND room = ?")?;
    for user in users {
        remove.execute(params![user_number(*user), id.0])?;
    }
    Ok(())
}

/// Stores the topic of a room.
pub(super) fn topic(db: &Connection, id: RoomId, topic: &Topic) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE room SET topic = ?1, sum = checksum(id, key, name, ?1)
         WHERE id = ?2 AND sum = checksum(id, key, name, topic)",
    )?
    .execute(params![topic.as_str(), id.0])?;
    Ok(())
}

/// Stores the time at which a user was last connected.
pub(super) fn seen(db: &Connection, user: UserId, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE user SET seen_at = ?1, sum = checksum(id, kind, name, key, ?1)
         WHERE id = ?2 AND sum = checksum(id, kind, name, key, seen_at)",
    )?
    .execute(params![at.as_millis(), user_number(user)])?;
    Ok(())
}

/// Stores a membership. An existing one keeps its read position, and a user in the room stays there: [`has_left`] ends
/// that. `is_in` is 2 for a user who has joined the room itself or has written there; an earlier version wrote 1 for
/// both.
pub(super) fn member(db: &Connection, member: MembershipRecord) -> rusqlite::Result<()> {
    // A damaged row is replaced: no column of it is reliable.
    db.prepare_cached(
        "DELETE FROM member
         WHERE user = ? AND room = ? AND sum <> checksum(user, room, is_in, read_seq)",
    )?
    .execute(params![user_number(member.user), member.room.0])?;
    db.prepare_cached(
        "INSERT INTO member (user, room, is_in, read_seq, sum)
         VALUES (?1, ?2, ?3, ?4, checksum(?1, ?2, ?3, ?4)) ON CONFLICT (user, room) DO UPDATE
         SET is_in = max(is_in, ?3), sum = checksum(user, room, max(is_in, ?3), read_seq)",
    )?
    .execute(params![
        user_number(member.user),
        member.room.0,
        i64::from(member.is_in) + i64::from(member.is_in && member.is_own),
        number(member.read_seq.get()),
    ])?;
    Ok(())
}

/// Stores that a user has left a room.
pub(super) fn has_left(db: &Connection, user: UserId, room: RoomId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE member SET is_in = 0, sum = checksum(user, room, 0, read_seq)
         WHERE user = ?1 AND room = ?2 AND sum = checksum(user, room, is_in, read_seq)",
    )?
    .execute(params![user_number(user), room.0])?;
    Ok(())
}

/// Stores a read position; it never moves back.
pub(super) fn read(db: &Connection, user: UserId, room: RoomId, seq: Seq) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE member
         SET read_seq = max(read_seq, ?3), sum = checksum(user, room, is_in, max(read_seq, ?3))
         WHERE user = ?1 AND room = ?2 AND sum = checksum(user, room, is_in, read_seq)",
    )?
    .execute(params![user_number(user), room.0, number(seq.get())])?;
    Ok(())
}
