//! The greatest numbers that users, rooms, and other records with a number ever had: the table `number`.
//!
//! A number is never used again: an address with it (`@7-12`) would reach another user.

use chat_proto::{User, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use super::store::{number, unsigned, user_id, user_number};
use super::stored::{CredentialRecord, MembershipRecord, RoomId, RoomKey, RoomRecord, UserRecord};
use super::{in_words, numbers, rebuild, salvage, schema, whole};

/// Number of user numbers that a new epoch skips: more than can have been used between a backup and its restore. A
/// direct message that waits in a client is addressed to a user number; if the number were used again, another user
/// would receive the message. Two thousand restores fit the 32 bits that some classic clients have for a number.
const EPOCH_USERS: u64 = 1_000_000;

/// Number of record numbers that a new epoch skips, likewise. A user who revokes an invite or ends a sanction by a
/// number that its client still shows must not change another one.
const EPOCH_RECORDS: u64 = 1_000_000;

/// The greatest number of a user, of a room, and of another record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GreatestNumbers {
    pub(super) last_user: UserId,
    pub(super) last_room: RoomId,
    /// That of a credential, an invite, a hook or a sanction.
    pub(super) last_record: u64,
}

impl GreatestNumbers {
    /// The numbers of a journal that has the lobby only.
    const NONE: Self = Self { last_user: UserId::NONE, last_room: RoomId::LOBBY, last_record: 0 };

    fn max(self, other: Self) -> Self {
        Self {
            last_user: self.last_user.max(other.last_user),
            last_room: self.last_room.max(other.last_room),
            last_record: self.last_record.max(other.last_record),
        }
    }
}

/// Records the use of the user number `id`. A damaged record stays as it is: the next start rebuilds it.
pub(super) fn put_last_user(db: &Connection, id: UserId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE number SET last_user = ?1, sum = checksum(?1, last_room, last_record)
         WHERE last_user < ?1 AND sum = checksum(last_user, last_room, last_record)",
    )?
    .execute([user_number(id)])?;
    Ok(())
}

/// Skips [`EPOCH_USERS`] numbers of users and [`EPOCH_RECORDS`] of records. A damaged record stays as it is.
pub(super) fn skip_numbers(db: &Connection) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE number
         SET last_user = last_user + ?1, last_record = last_record + ?2,
             sum = checksum(last_user + ?1, last_room, last_record + ?2)
         WHERE sum = checksum(last_user, last_room, last_record)",
        [EPOCH_USERS, EPOCH_RECORDS].map(number),
    )?;
    Ok(())
}

/// Records the use of the room number `id`. A damaged record stays as it is.
pub(super) fn put_last_room(db: &Connection, id: RoomId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE number SET last_room = ?1, sum = checksum(last_user, ?1, last_record)
         WHERE last_room < ?1 AND sum = checksum(last_user, last_room, last_record)",
    )?
    .execute([id.0])?;
    Ok(())
}

/// Records the use of the number `id` of a credential, an invite, a hook or a sanction. A damaged record stays as it
/// is.
pub(super) fn put_last_record(db: &Connection, id: u64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE number SET last_record = ?1, sum = checksum(last_user, last_room, ?1)
         WHERE last_record < ?1 AND sum = checksum(last_user, last_room, last_record)",
    )?
    .execute([number(id)])?;
    Ok(())
}

/// The stored record; `None` if it is damaged or missing.
pub(super) fn stored(db: &Connection) -> rusqlite::Result<Option<GreatestNumbers>> {
    let read = db
        .query_row("SELECT last_user, last_room, last_record, sum FROM number", [], |row| {
            if !whole::is_whole(row)? {
                return Ok(None);
            }
            let (last_user, last_room) = (user_id(row, 0).ok(), row.get(1).ok().map(RoomId));
            let last_record = unsigned(row, 2).ok();
            let numbers = last_user.zip(last_room).zip(last_record);
            Ok(numbers.map(|((last_user, last_room), last_record)| GreatestNumbers {
                last_user,
                last_room,
                last_record,
            }))
        })
        .optional();
    match read {
        Err(error) if salvage::is_damage(&error) => Ok(None),
        read => read.map(Option::flatten),
    }
}

/// All records other than messages.
#[derive(Clone, Copy)]
pub(super) struct Records<'a> {
    pub(super) rooms: &'a [RoomRecord],
    pub(super) users: &'a [UserRecord],
    pub(super) credentials: &'a [CredentialRecord],
    pub(super) members: &'a [MembershipRecord],
    /// The greatest number of a user with a message whose number is not in the table of message numbers.
    pub(super) last_user: UserId,
}

/// The greatest numbers in `records`, and in the table of message numbers.
fn of_records(
    db: &Connection,
    records: Records<'_>,
    damage: &mut Vec<String>,
) -> rusqlite::Result<GreatestNumbers> {
    let Records { rooms, users, credentials, members, last_user } = records;
    let pairs = rooms.iter().filter_map(|room| match room.key {
        RoomKey::Direct(pair) => Some(pair.ids()),
        RoomKey::Named(_) => None,
    });
    let numbered = last_sender(db, damage)?;
    let users = users.iter().map(|UserRecord { user: User { id, .. }, .. }| *id);
    let with_credentials = credentials.iter().map(|record| record.user);
    let ids = users.chain(with_credentials).chain(members.iter().map(|member| member.user));
    let ids = ids.chain(pairs.flatten());
    // Rooms whose names are lost are not in `rooms`.
    let room: Option<u32> = db.query_row("SELECT max(id) FROM room", [], |row| row.get(0))?;
    let room = room.map_or(RoomId::LOBBY, RoomId);
    Ok(GreatestNumbers {
        last_user: ids.max().unwrap_or(last_user).max(last_user).max(numbered),
        last_room: members.iter().map(|member| member.room).fold(room, RoomId::max),
        last_record: last_record(db)?,
    })
}

/// The greatest number of a record that is stored and undamaged.
pub(super) fn last_record(db: &Connection) -> rusqlite::Result<u64> {
    let sql = format!(
        "SELECT max(
             (SELECT coalesce(max(id), 0) FROM credential WHERE sum = checksum({})),
             (SELECT coalesce(max(id), 0) FROM invite WHERE sum = checksum({})),
             (SELECT coalesce(max(id), 0) FROM hook WHERE sum = checksum({})),
             (SELECT coalesce(max(id), 0) FROM sanction WHERE sum = checksum({})))",
        schema::CREDENTIAL_VALUES,
        schema::INVITE_VALUES,
        schema::HOOK_VALUES,
        schema::SANCTION_VALUES
    );
    db.query_row(&sql, [], |row| unsigned(row, 0))
}

/// The greatest number of a user in the table of message numbers. Rebuilds the table if it is damaged.
fn last_sender(db: &Connection, damage: &mut Vec<String>) -> rusqlite::Result<UserId> {
    let last = numbers::last_user(db);
    let Some(damaged) = last.as_ref().err().and_then(numbers::damage) else { return last };
    damage.push(format!("{damaged}; it is rebuilt from the messages"));
    rebuild::message_numbers(db).and_then(|()| numbers::last_user(db)).or_else(|error| {
        // The writer tries again when it needs the table.
        damage.push(format!("it cannot be rebuilt: {}", in_words(&error)));
        Ok(UserId::NONE)
    })
}

/// The greatest numbers of the messages. Reads all messages.
fn of_messages(db: &Connection) -> rusqlite::Result<GreatestNumbers> {
    let mut used = GreatestNumbers::NONE;
    salvage::each_message(db, |room, message| {
        let (last_user, last_room) = (message.from.id, room);
        used = used.max(GreatestNumbers { last_user, last_room, last_record: 0 });
        Ok(())
    })?;
    Ok(used)
}

/// The greatest numbers of a journal. If their record is damaged or too low, rebuilds it from everything that has the
/// number of a user or a room, messages included.
pub(super) fn load(
    db: &Connection,
    records: Records<'_>,
    damage: &mut Vec<String>,
) -> rusqlite::Result<GreatestNumbers> {
    let found = of_records(db, records, damage)?;
    let stored = stored(db)?;
    if let Some(stored) = stored
        && stored.max(found) == stored
    {
        return Ok(stored);
    }
    let used = stored.unwrap_or(GreatestNumbers::NONE).max(found).max(of_messages(db)?);
    damage.push(format!(
        "the record of the greatest numbers of users, rooms and other records is damaged; it is rebuilt as {}, {} and {}",
        used.last_user, used.last_room.0, used.last_record
    ));
    put(db, used)?;
    Ok(used)
}

/// Replaces the record, or the table if its page is damaged.
fn put(db: &Connection, used: GreatestNumbers) -> rusqlite::Result<()> {
    let transaction = db.unchecked_transaction()?;
    match db.execute("DELETE FROM number", []) {
        Err(error) if salvage::is_damage(&error) => {
            drop(transaction);
            rebuild::replace(db, &["number"], schema::NUMBER, |db| insert(db, used))
        }
        removed => {
            removed?;
            insert(db, used)?;
            transaction.commit()
        }
    }
}

fn insert(db: &Connection, used: GreatestNumbers) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO number (last_user, last_room, last_record, sum)
         VALUES (?1, ?2, ?3, checksum(?1, ?2, ?3))",
        params![user_number(used.last_user), used.last_room.0, number(used.last_record)],
    )?;
    Ok(())
}
