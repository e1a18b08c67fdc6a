//! Reads everything other than messages from the journal when the daemon starts.
//!
//! A damaged record must not prevent the start of the daemon. Its damaged parts are replaced by neutral values, also in
//! the file, and logged.

use std::collections::{BTreeSet, HashSet};

use chat_proto::{Privacy, Rules, Seq, Timestamp, Topic, User, UserId, UserName};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::numbers::{self, Numbers};
use super::store::{unsigned, user_id};
use super::stored::{
    CredentialRecord, MemberRole, MembershipRecord, RoomId, RoomKey, RoomRecord, UserKind,
    UserRecord, UserRole, privacy_of, topic_by_of,
};
use super::whole::is_whole;
use super::{
    Contents, RoomExtent, audit, backlog, credentials, hooks, invites, messages, records, rows,
    salvage, sanctions, schema, used,
};

/// The first character of the key of a room whose name was lost. No other key begins with it.
pub(super) const LOST: &str = "!";

/// The key and the name of the room that every user is in.
const LOBBY: &str = "#lobby";

/// Reads all records, and the message numbers that are not in the table yet. `now` is the time of the start.
pub(super) fn load(db: &Connection, now: Timestamp) -> rusqlite::Result<(Contents, Numbers)> {
    let mut damage = Vec::new();
    mend_lobby(db, &mut damage)?;
    let (rooms, users) = (rooms(db, &mut damage)?, users(db, now, &mut damage)?);
    let members = members(db, &mut damage)?;
    let sanctions = sanctions::load(db, &mut damage)?;
    let (credentials, damaged) = credentials::load(db)?;
    note_credentials(&users, &credentials, &damaged, &mut damage);
    note_missing(&users, &members, &credentials, &mut damage);
    let invites = invites::load(db, &mut damage)?;
    let hooks = hooks::load(db, &mut damage)?;
    bound_backlog(db, &rooms, &mut damage)?;
    audit::mend(db, &mut damage)?;
    let numbers = numbers::open(db, &rooms, &mut damage)?;
    let records = used::Records {
        rooms: &rooms,
        users: &users,
        credentials: &credentials,
        members: &members,
        last_user: numbers.last_user(),
    };
    let used = used::load(db, records, &mut damage)?;
    let contents = Contents {
        newest: messages::newest(db, &rooms, &users)?,
        rooms,
        users,
        credentials,
        members,
        invites,
        hooks,
        sanctions,
        last_user: used.last_user,
        last_room: used.last_room.0,
        last_record: used.last_record,
        damage,
    };
    Ok((contents, numbers))
}

/// Bounds the backlog of mentions; if its table is damaged, continues without it.
fn bound_backlog(
    db: &Connection,
    rooms: &[RoomRecord],
    damage: &mut Vec<String>,
) -> rusqlite::Result<()> {
    match backlog::bound(db, rooms) {
        Err(error) if salvage::is_damage(&error) => damage.push(
            "the table `mention_backlog` is damaged; mentions in messages of earlier versions may be missing"
                .to_owned(),
        ),
        bounded => bounded?,
    }
    Ok(())
}

/// Rebuilds the record of the lobby if it is missing or its name is lost: no session can begin without the lobby.
fn mend_lobby(db: &Connection, damage: &mut Vec<String>) -> rusqlite::Result<()> {
    let found = db
        .query_row("SELECT key, name FROM room WHERE id = ?", [RoomId::LOBBY.0], |row| {
            Ok([0, 1].map(|column| row.get::<_, String>(column).unwrap_or_default()))
        })
        .optional()?;
    let is_missing = found.is_none();
    if found.is_some_and(|found| found == [LOBBY, LOBBY]) {
        return Ok(());
    }
    damage.push(format!(
        "room {LOBBY}: its record is {}; it is rebuilt without a topic",
        if is_missing { "missing" } else { "damaged" }
    ));
    let transaction = db.unchecked_transaction()?;
    // The index contains the undamaged keys.
    db.execute_batch("REINDEX room")?;
    // Another room with the name loses it.
    db.execute(
        "UPDATE room SET key = ?1 || id, name = '',
                         sum = checksum(id, ?1 || id, '', topic, privacy, slow_s, topic_by)
         WHERE key = ?2 AND id <> ?3",
        params![LOST, LOBBY, RoomId::LOBBY.0],
    )?;
    db.execute(
        "INSERT OR REPLACE INTO room (id, key, name, topic, sum)
         VALUES (?1, ?2, ?2, '', checksum(?1, ?2, ?2, '', 0, 0, 0))",
        params![RoomId::LOBBY.0, LOBBY],
    )?;
    records::rules(db, RoomId::LOBBY, strictest(db, RoomId::LOBBY)?)?;
    transaction.commit()
}

/// Adds the damaged credentials, which belong to the users `damaged`, and the users who have no credential.
fn note_credentials(
    users: &[UserRecord],
    credentials: &[CredentialRecord],
    damaged: &[UserId],
    damage: &mut Vec<String>,
) {
    damage.extend(damaged.iter().map(|user| {
        format!(
            "user number {user}: a credential is damaged and not used; a client that has it is refused, \
             and can only begin as a new user"
        )
    }));
    let mut recognised: HashSet<UserId> = credentials.iter().map(|record| record.user).collect();
    recognised.extend(damaged);
    let needs_one =
        |user: &&UserRecord| user.kind != UserKind::Bot && !recognised.contains(&user.user.id);
    damage.extend(users.iter().filter(needs_one).map(|user| {
        format!(
            "user number {}: it has no credential; nobody can connect as this user",
            user.user.id
        )
    }));
}

/// Adds the users who have a membership or a credential, and no record.
fn note_missing(
    users: &[UserRecord],
    members: &[MembershipRecord],
    credentials: &[CredentialRecord],
    damage: &mut Vec<String>,
) {
    let known: HashSet<UserId> = users.iter().map(|user| user.user.id).collect();
    let ids = members.iter().map(|member| member.user);
    let ids = ids.chain(credentials.iter().map(|record| record.user));
    let missing: BTreeSet<UserId> = ids.filter(|user| !known.contains(user)).collect();
    damage.extend(missing.iter().map(|user| {
        format!(
            "user number {user}: its record is missing; its credentials are refused, and its number is \
             not given to another user"
        )
    }));
}

fn rooms(db: &Connection, damage: &mut Vec<String>) -> rusqlite::Result<Vec<RoomRecord>> {
    let mut rooms = Vec::new();
    let damage_before = damage.len();
    let sql = format!("SELECT {}, sum FROM room ORDER BY id", schema::ROOM_VALUES);
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = RoomId(row.get(0)?);
        let text = |column| row.get::<_, String>(column).unwrap_or_default();
        let stored_rules = rules(row)?;
        let (key, name, is_whole) = (text(1), text(2), stored_rules.is_some() && is_whole(row)?);
        let room_key = RoomKey::read(&key, &name);
        // A name is stored twice, as it is written and as the key. If both agree, neither is damaged.
        let is_sure =
            |room_key: &RoomKey| is_whole || room_key.to_stored() == key && !key.starts_with('@');
        match room_key.filter(is_sure) {
            Some(room_key) => {
                let (topic, rules) = match stored_rules {
                    Some(rules) if is_whole => (Topic::from_lossy(&text(3)), rules),
                    _ => {
                        let rules = strictest(db, id)?;
                        damage.push(format!(
                            "room {key}: its record is damaged; its topic is lost, and it is {} until an \
                             owner sets its rules",
                            rules.privacy
                        ));
                        (Topic::default(), rules)
                    }
                };
                rooms.push(RoomRecord { id, key: room_key, topic, rules, last_seq: Seq::NONE });
            }
            None if is_whole && key.starts_with(LOST) => {}
            None => {
                damage.push(format!(
                    "room number {}: its record is damaged and its name is lost; its messages are in \
                     the journal and cannot be shown",
                    id.0
                ));
            }
        }
    }
    drop(rows);
    for room in &mut rooms {
        room.last_seq = messages::last_seq(db, room.id)?;
    }
    if damage.len() > damage_before {
        mend_rooms(db)?;
    }
    Ok(rooms)
}

/// The rules of a row of `room`; `None` if one is of no kind.
fn rules(row: &Row<'_>) -> rusqlite::Result<Option<Rules>> {
    let number = |column| row.get_ref(column).map(|value| value.as_i64().unwrap_or(-1));
    let (privacy, topic_by) = (privacy_of(number(4)?), topic_by_of(number(6)?));
    let slow_s = u32::try_from(number(5)?).ok();
    let rules = privacy.zip(slow_s).zip(topic_by);
    Ok(rules.map(|((privacy, slow_s), topic_by)| Rules { privacy, slow_s, topic_by }))
}

/// The rules of a room whose record is damaged: nobody gets a right by it. Everybody is in the lobby, so it is a room
/// for announcements, unless nobody could say otherwise.
fn strictest(db: &Connection, room: RoomId) -> rusqlite::Result<Rules> {
    if room != RoomId::LOBBY {
        return Ok(Rules::STRICTEST);
    }
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM user WHERE role = ? AND sum = checksum({}))",
        schema::USER_VALUES
    );
    let has_owner: bool = db.query_row(&sql, [UserRole::Owner.number()], |row| row.get(0))?;
    let announce = Rules { privacy: Privacy::Announce, ..Rules::STRICTEST };
    Ok(if has_owner { announce } else { Rules::PUBLIC })
}

/// The rooms that exist, and the range of their messages; without rooms whose name is lost.
pub(super) fn extents(db: &Connection) -> rusqlite::Result<Vec<RoomExtent>> {
    let mut statement =
        db.prepare_cached("SELECT id FROM room WHERE key NOT LIKE ? ORDER BY id")?;
    let ids = statement.query_map([format!("{LOST}%")], |row| row.get(0).map(RoomId))?;
    let extent = |id: rusqlite::Result<RoomId>| {
        let room = id?;
        let (first, last) = (messages::first_seq(db, room)?, messages::last_seq(db, room)?);
        Ok(RoomExtent { room, first, last })
    };
    ids.map(extent).collect()
}

/// Replaces the records of damaged rooms by valid ones without a topic, with the strictest rules; without a name, too,
/// if the name is lost, so that another room may have it.
fn mend_rooms(db: &Connection) -> rusqlite::Result<()> {
    let mut statement = db.prepare(&format!("SELECT {0}, sum FROM room", schema::ROOM_VALUES))?;
    let mut rows = statement.query([])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        if rules(row)?.is_some() && is_whole(row)? {
            continue;
        }
        let [key, name] = [1, 2].map(|column| row.get::<_, String>(column).unwrap_or_default());
        let room_key = RoomKey::read(&key, &name);
        let is_sure =
            room_key.is_some_and(|room_key| room_key.to_stored() == key && !key.starts_with('@'));
        ids.push((RoomId(row.get(0)?), is_sure));
    }
    drop(rows);
    let transaction = db.unchecked_transaction()?;
    // The index contains the undamaged keys.
    db.execute_batch("REINDEX room")?;
    for (id, is_sure) in ids {
        if !is_sure {
            let lost = format!("{LOST}{}", id.0);
            db.execute("UPDATE room SET key = ?, name = '' WHERE id = ?", params![lost, id.0])?;
        }
        let sql = "UPDATE room SET topic = '', privacy = 0, slow_s = 0, topic_by = 0,
                                   sum = checksum(id, key, name, '', 0, 0, 0) WHERE id = ?";
        db.execute(sql, [id.0])?;
        records::rules(db, id, strictest(db, id)?)?;
    }
    transaction.commit()
}

fn users(
    db: &Connection,
    now: Timestamp,
    damage: &mut Vec<String>,
) -> rusqlite::Result<Vec<UserRecord>> {
    let mut damaged = Vec::new();
    let mut users = Vec::new();
    let mut statement = db.prepare(&format!("SELECT {}, sum FROM user", schema::USER_VALUES))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = user_id(row, 0)?;
        let kind = row.get(1).ok().and_then(UserKind::of);
        let role = row.get(5).ok().and_then(UserRole::of);
        let Some((kind, role)) = kind.zip(role).filter(|_| is_whole(row).unwrap_or(false)) else {
            damaged.push(id);
            continue;
        };
        users.push(UserRecord {
            user: User { id, name: rows::name(&row.get::<_, String>(2)?) },
            kind,
            seen_at: Timestamp::from_millis(row.get(4)?),
            role,
            invite: row.get::<_, Option<i64>>(6)?.map(i64::cast_unsigned),
            created_at: Timestamp::from_millis(row.get(7)?),
        });
    }
    drop(rows);
    if !damaged.is_empty() {
        // The index contains the undamaged names.
        db.execute_batch("REINDEX user")?;
    }
    for id in damaged {
        damage.push(format!(
            "user number {id}: its record is damaged; its name is lost until the user connects again, \
             and its role until it is given again"
        ));
        let user = UserRecord {
            user: User { id, name: free_name(id, &users) },
            kind: if hooks::has_bot(db, id)? { UserKind::Bot } else { UserKind::Registered },
            // A wrong time in the future could prevent the removal of messages by age.
            seen_at: Timestamp::from_millis(0),
            role: UserRole::Member,
            invite: None,
            // It is not known when the user was created, so it counts as a newcomer.
            created_at: now,
        };
        records::user(db, &user)?;
        users.push(user);
    }
    Ok(users)
}

/// Returns an unused name for a user whose name is lost.
fn free_name(id: UserId, users: &[UserRecord]) -> UserName {
    let plain = UserName::from_lossy(&format!("user_{id}"));
    let is_free = |name: &UserName| users.iter().all(|known| known.user.name != *name);
    if is_free(&plain) {
        return plain;
    }
    (2..).map(|n| plain.numbered(n)).find(is_free).expect("there are more numbers than users")
}

fn members(db: &Connection, damage: &mut Vec<String>) -> rusqlite::Result<Vec<MembershipRecord>> {
    let mut members = Vec::new();
    let mut statement =
        db.prepare(&format!("SELECT {}, sum FROM member", schema::MEMBER_VALUES))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (user, room) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
        let role = row.get(4).ok().and_then(MemberRole::of);
        let Some(role) = role.filter(|_| is_whole(row).unwrap_or(false)) else {
            damage.push(format!(
                "user number {user} in room number {room}: the record is damaged; the user is not in \
                 the room and has no role there, and may join it again"
            ));
            continue;
        };
        members.push(MembershipRecord {
            user: user_id(row, 0)?,
            room: RoomId(row.get(1)?),
            is_in: row.get(2)?,
            is_own: row.get::<_, i64>(2)? > 1,
            read_seq: Seq::new(unsigned(row, 3)?),
            role,
            asked_by: row.get::<_, Option<i64>>(5)?.map(|user| UserId::new(user.cast_unsigned())),
        });
    }
    Ok(members)
}
