//! The table `mention`: who is mentioned in which message. It follows from the column `mentions` of the messages, as
//! `about` follows from the events.

use chat_proto::{Seq, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::rows::{self, place};
use super::store::{unsigned, user_number};
use super::stored::{MentionKey, MentionsPage, RoomId, StoredMessage};
use super::{events, fold, messages, salvage};

/// Records whom a message mentions.
pub(super) fn store(
    db: &Connection,
    room: RoomId,
    message: &StoredMessage,
) -> rusqlite::Result<()> {
    for user in message.mentioned() {
        db.prepare_cached("INSERT OR IGNORE INTO mention (user, place, at) VALUES (?, ?, ?)")?
            .execute(params![
                user_number(user),
                place(room, message.seq),
                message.at.as_millis()
            ])?;
    }
    Ok(())
}

/// Fills the empty table of `to` from the messages of `db`.
pub(super) fn fill(db: &Connection, to: &Connection) -> rusqlite::Result<()> {
    salvage::each_message(db, |room, message| store(to, room, message))
}

/// Removes the mentions of a message whose text is removed.
pub(super) fn remove(
    db: &Connection,
    room: RoomId,
    message: &StoredMessage,
) -> rusqlite::Result<()> {
    message.mentioned().try_for_each(|user| remove_one(db, user, place(room, message.seq)))
}

/// Removes the mentions of the message that was at `place`; `users` is its column.
pub(super) fn forget(db: &Connection, place: i64, users: &str) -> rusqlite::Result<()> {
    let mut users = users.split(' ').filter_map(|user| user.parse().ok());
    users.try_for_each(|user| remove_one(db, user, place))
}

fn remove_one(db: &Connection, user: UserId, place: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM mention WHERE user = ? AND place = ?")?
        .execute(params![user_number(user), place])
        .map(drop)
        .map_err(events::marked)
}

/// Counts the messages of `room` after `read`, up to `last_seq`, that mention `user`. Reads one row for each.
pub(super) fn count(
    db: &Connection,
    room: RoomId,
    (read, last_seq): (Seq, Seq),
    user: UserId,
) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT count(*) FROM mention WHERE user = ? AND place BETWEEN ? AND ?")?
        .query_row(
            params![user_number(user), place(room, read.next()), place(room, last_seq)],
            |row| unsigned(row, 0),
        )
}

/// The messages in `rooms` that mention `user`, as they are now, newest first, before `before`.
pub(super) fn page(
    db: &Connection,
    user: UserId,
    rooms: &[RoomId],
    before: Option<MentionKey>,
    limit: u32,
) -> rusqlite::Result<MentionsPage> {
    let snapshot = db.unchecked_transaction()?;
    let first = MentionKey { at: Timestamp::from_millis(i64::MAX), place: i64::MAX };
    let mut last = before.unwrap_or(first);
    let mut statement = db.prepare_cached(
        "SELECT at, place FROM mention WHERE user = ?1 AND (at, place) < (?2, ?3)
         ORDER BY at DESC, place DESC",
    )?;
    let mut rows = statement.query(params![user_number(user), last.at.as_millis(), last.place])?;
    let (mut found, mut bytes, mut is_cut) = (Vec::new(), 0, false);
    while let Some(row) = rows.next()? {
        let key = MentionKey { at: Timestamp::from_millis(row.get(0)?), place: row.get(1)? };
        let (room, seq) = (rows::room_of(key.place), rows::seq_of(key.place));
        if !rooms.contains(&room) {
            continue;
        }
        let Some(message) = messages::at(db, room, seq)? else { continue };
        let mut message = vec![message];
        fold::fold(db, room, &mut message, user)?;
        bytes += message[0].encoded_bytes_max();
        if found.len() == limit as usize || !found.is_empty() && bytes > messages::PAGE_BYTES_MAX {
            is_cut = true;
            break;
        }
        last = key;
        found.extend(message.pop().map(|message| (room, message)));
    }
    drop(rows);
    drop(statement);
    snapshot.finish()?;
    Ok(MentionsPage { messages: found, next: is_cut.then_some(last) })
}
