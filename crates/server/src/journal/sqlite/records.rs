//! Stores changes: a statement for each kind.
//!
//! Each row has a checksum. An update of one column changes only rows whose checksum is right, so that it does not make
//! a damaged row look valid.

use std::collections::BTreeSet;

use chat_proto::{Rules, Seq, Timestamp, Topic, UserId};
use rusqlite::{Connection, params};

use super::change::Change;
use super::store::{number, user_number};
use super::stored::{
    MemberRole, MembershipRecord, RoomId, RoomKey, UserRecord, UserRole, privacy_number,
    topic_by_number,
};
use super::{audit, credentials, hooks, invites, sanctions, used};

/// Stores a change within a transaction.
pub(super) fn change(db: &Connection, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::User(stored) => user(db, stored),
        Change::Guest(_)
        | Change::GuestRenamed(_)
        | Change::Away { .. }
        | Change::GuestSanctioned { .. }
        | Change::Kicked { .. }
        | Change::SessionsEnded { .. }
        | Change::AccountChanged { .. }
        | Change::Wrote { .. } => Ok(()),
        Change::UserRole { user, role, .. } => user_role(db, *user, *role),
        Change::Credential(stored) => credentials::insert(db, stored),
        Change::CredentialSeen(record) => credentials::seen(db, record),
        Change::CredentialDropped(record) => credentials::remove(db, &record.credential),
        Change::Seen { user, at } => seen(db, *user, *at),
        Change::Room { id, key } => room(db, *id, key),
        Change::RoomRemoved { id, visitors } => remove_room(db, *id, visitors),
        Change::Topic { room, topic: stored, .. } => topic(db, *room, stored),
        Change::Member(stored) => member(db, *stored),
        Change::Left { user, room, .. } => has_left(db, *user, *room),
        Change::Read { user, room, seq } => read(db, *user, *room, *seq),
        Change::MemberRole { user, room, role, .. } => member_role(db, (*user, *room), *role),
        Change::Rules { room, rules: stored, .. } => rules(db, *room, *stored),
        Change::AskedIn { user, room, read_seq, by } => {
            let joined = MembershipRecord::joined(*user, *room, *read_seq);
            member(db, MembershipRecord { is_in: false, asked_by: Some(by.id), ..joined })
        }
        Change::Invite(record) => invites::insert(db, record),
        Change::InviteUsed { id, used } => invites::used(db, *id, *used),
        Change::InviteRemoved { id } => invites::remove(db, *id),
        Change::Hook(record) => hooks::insert(db, record),
        Change::HookRemoved { id } => hooks::remove(db, *id),
        Change::Sanction(record) => sanctions::insert(db, record),
        Change::SanctionEnded { id } | Change::Pardoned { id, .. } => sanctions::remove(db, *id),
        Change::Audit { record, kept_since } => audit::insert(db, record, *kept_since),
    }
}

/// Stores a new user, or a changed one.
pub(super) fn user(db: &Connection, record: &UserRecord) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO user (id, kind, name, key, seen_at, role, invite, created_at, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))
         ON CONFLICT (id) DO UPDATE
         SET kind = excluded.kind, name = excluded.name, key = excluded.key,
             seen_at = excluded.seen_at, role = excluded.role, invite = excluded.invite,
             created_at = excluded.created_at, sum = excluded.sum",
    )?
    .execute(params![
        user_number(record.user.id),
        record.kind.number(),
        record.user.name.as_str(),
        record.user.name.key(),
        record.seen_at.as_millis(),
        record.role.number(),
        record.invite.map(number),
        record.created_at.as_millis(),
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
         VALUES (?1, ?2, ?3, '', checksum(?1, ?2, ?3, '', 0, 0, 0)) ON CONFLICT DO NOTHING",
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
        "UPDATE room SET topic = ?1, sum = checksum(id, key, name, ?1, privacy, slow_s, topic_by)
         WHERE id = ?2 AND sum = checksum(id, key, name, topic, privacy, slow_s, topic_by)",
    )?
    .execute(params![topic.as_str(), id.0])?;
    Ok(())
}

/// Stores the rules of a room.
pub(super) fn rules(db: &Connection, id: RoomId, rules: Rules) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE room SET privacy = ?1, slow_s = ?2, topic_by = ?3,
                         sum = checksum(id, key, name, topic, ?1, ?2, ?3)
         WHERE id = ?4 AND sum = checksum(id, key, name, topic, privacy, slow_s, topic_by)",
    )?
    .execute(params![
        privacy_number(rules.privacy),
        rules.slow_s,
        topic_by_number(rules.topic_by),
        id.0
    ])?;
    Ok(())
}

/// Stores the time at which a user was last connected.
pub(super) fn seen(db: &Connection, user: UserId, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE user
         SET seen_at = ?1, sum = checksum(id, kind, name, key, ?1, role, invite, created_at)
         WHERE id = ?2 AND sum = checksum(id, kind, name, key, seen_at, role, invite, created_at)",
    )?
    .execute(params![at.as_millis(), user_number(user)])?;
    Ok(())
}

/// Stores the role of a user.
fn user_role(db: &Connection, user: UserId, role: UserRole) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE user
         SET role = ?1, sum = checksum(id, kind, name, key, seen_at, ?1, invite, created_at)
         WHERE id = ?2 AND sum = checksum(id, kind, name, key, seen_at, role, invite, created_at)",
    )?
    .execute(params![role.number(), user_number(user)])?;
    Ok(())
}

/// Stores a membership. An existing one keeps its read position and its role, and a user in the room stays there:
/// [`has_left`] ends that. `is_in` is 2 for a user who has joined the room itself or has written there; an earlier
/// version wrote 1 for both.
pub(super) fn member(db: &Connection, member: MembershipRecord) -> rusqlite::Result<()> {
    // A damaged row is replaced: no column of it is reliable.
    db.prepare_cached(
        "DELETE FROM member
         WHERE user = ? AND room = ?
         AND sum <> checksum(user, room, is_in, read_seq, role, asked_by)",
    )?
    .execute(params![user_number(member.user), member.room.0])?;
    db.prepare_cached(
        "INSERT INTO member (user, room, is_in, read_seq, role, asked_by, sum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, checksum(?1, ?2, ?3, ?4, ?5, ?6))
         ON CONFLICT (user, room) DO UPDATE
         SET is_in = max(is_in, ?3), asked_by = ?6,
             sum = checksum(user, room, max(is_in, ?3), read_seq, role, ?6)",
    )?
    .execute(params![
        user_number(member.user),
        member.room.0,
        i64::from(member.is_in) + i64::from(member.is_in && member.is_own),
        number(member.read_seq.get()),
        member.role.number(),
        member.asked_by.map(user_number),
    ])?;
    Ok(())
}

/// Stores the role of a user in a room.
fn member_role(
    db: &Connection,
    (user, room): (UserId, RoomId),
    role: MemberRole,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE member SET role = ?3, sum = checksum(user, room, is_in, read_seq, ?3, asked_by)
         WHERE user = ?1 AND room = ?2
         AND sum = checksum(user, room, is_in, read_seq, role, asked_by)",
    )?
    .execute(params![user_number(user), room.0, role.number()])?;
    Ok(())
}

/// Stores that a user has left a room.
pub(super) fn has_left(db: &Connection, user: UserId, room: RoomId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE member SET is_in = 0, sum = checksum(user, room, 0, read_seq, role, asked_by)
         WHERE user = ?1 AND room = ?2
         AND sum = checksum(user, room, is_in, read_seq, role, asked_by)",
    )?
    .execute(params![user_number(user), room.0])?;
    Ok(())
}

/// Stores a read position; it never moves back.
pub(super) fn read(db: &Connection, user: UserId, room: RoomId, seq: Seq) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE member
         SET read_seq = max(read_seq, ?3),
             sum = checksum(user, room, is_in, max(read_seq, ?3), role, asked_by)
         WHERE user = ?1 AND room = ?2
         AND sum = checksum(user, room, is_in, read_seq, role, asked_by)",
    )?
    .execute(params![user_number(user), room.0, number(seq.get())])?;
    Ok(())
}
