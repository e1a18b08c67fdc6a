//! What the hub has the journal keep: one statement each, to be called within a change.

use chat_proto::{At, Topic};
use rusqlite::{Connection, params};

use super::kept::{Called, KeptMember, KeptUser, RoomId};
use super::store::number;

/// Keeps a new user, or another name of an old one and that it was here.
pub(crate) fn user(db: &Connection, kept: &KeptUser) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO user VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
         SET name = excluded.name, key = excluded.key, seen_at = excluded.seen_at",
    )?
    .execute(params![
        number(kept.user.id),
        kept.user.name.as_str(),
        kept.user.name.key(),
        kept.token.as_bytes(),
        kept.seen_at.as_millis(),
    ])?;
    Ok(())
}

/// Keeps that there is a room.
pub(crate) fn room(db: &Connection, id: RoomId, called: &Called) -> rusqlite::Result<()> {
    let name = match called {
        Called::Named(name) => name.as_str(),
        Called::Private(_) => "",
    };
    db.prepare_cached("INSERT INTO room (id, key, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")?
        .execute(params![id.0, called.key(), name])?;
    Ok(())
}

/// Keeps what a room is about.
pub(crate) fn topic(db: &Connection, id: RoomId, topic: &Topic) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE room SET topic = ? WHERE id = ?")?
        .execute(params![topic.as_str(), id.0])?;
    Ok(())
}

/// Keeps that a user was here.
pub(crate) fn seen(db: &Connection, user: u64, at: At) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE user SET seen_at = ? WHERE id = ?")?
        .execute(params![at.as_millis(), number(user)])?;
    Ok(())
}

/// Keeps a user's place in a room; how far it has read only where that was not known. Nobody leaves by
/// it: for that there is [`has_left`].
pub(crate) fn member(db: &Connection, member: KeptMember) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO member VALUES (?, ?, ?, ?) ON CONFLICT (user, room) DO UPDATE
         SET is_in = max(is_in, excluded.is_in)",
    )?
    .execute(params![
        number(member.user),
        member.room.0,
        member.is_in,
        number(member.read_seq),
    ])?;
    Ok(())
}

/// Keeps that a user has left a room.
pub(crate) fn has_left(db: &Connection, user: u64, room: RoomId) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE member SET is_in = 0 WHERE user = ? AND room = ?")?
        .execute(params![number(user), room.0])?;
    Ok(())
}

/// Keeps how far a user has read a room; never backwards.
pub(crate) fn read(db: &Connection, user: u64, room: RoomId, seq: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE member SET read_seq = max(read_seq, ?) WHERE user = ? AND room = ?";
    db.prepare_cached(sql)?.execute(params![number(seq), number(user), room.0])?;
    Ok(())
}
