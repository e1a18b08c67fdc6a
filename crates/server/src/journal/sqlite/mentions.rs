//! The table `mention`: who is mentioned in which message. It is derived from the column `mentions` of the messages, as
//! `about` is from the events.

use chat_proto::{Seq, Timestamp, UserId};
use rusqlite::{Connection, params};

use super::rows::{self, place};
use super::store::{unsigned, user_number};
use super::stored::{MentionKey, MentionsPage, RoomId, StoredMessage};
use super::{events, pages, salvage};

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

/// Removes the mentions of the message that was at `place`; `users` is its column `mentions`.
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
    let newest = MentionKey { at: Timestamp::from_millis(i64::MAX), place: i64::MAX };
    let before = before.unwrap_or(newest);
    let mut statement = db.prepare_cached(
        "SELECT place FROM mention WHERE user = ?1 AND (at, place) < (?2, ?3)
         ORDER BY at DESC, place DESC",
    )?;
    let asked = params![user_number(user), before.at.as_millis(), before.place];
    let places = statement.query_map(asked, |row| row.get(0))?;
    let is_in = |place: &rusqlite::Result<i64>| match place {
        Ok(place) => rooms.contains(&rows::room_of(*place)),
        Err(_) => true,
    };
    let (messages, is_cut) = pages::collect(db, places.filter(is_in), user, limit)?;
    drop(statement);
    snapshot.finish()?;
    let last = messages
        .last()
        .map(|(room, message)| MentionKey { at: message.at, place: place(*room, message.seq) });
    Ok(MentionsPage { next: last.filter(|_| is_cut), messages })
}
