//! Counts the messages that a user has not read.

use chat_proto::event::MessageKind;
use chat_proto::{Seq, UserId};
use rusqlite::{Connection, params};

use super::rows::{kind_number, place};
use super::store::user_number;
use super::stored::{RoomId, Unread};
use super::{backlog, mentions};

/// Most rows that are read to count: a screen shows no greater number, and they are read in a few milliseconds.
pub(super) const COUNTED_MAX: u32 = 500;

/// Counts the unread messages of `user` in `room`, after `read` up to `last_seq`: the newest ones, and all that mention
/// the user.
pub(super) fn unread(
    db: &Connection,
    room: RoomId,
    (read, last_seq): (Seq, Seq),
    user: UserId,
) -> rusqlite::Result<Unread> {
    // One row more than is counted shows whether there are older ones.
    let mut statement = db.prepare_cached(
        "SELECT from_id <> ?1 AND kind IN (?2, ?3) AND coalesce(flags, 0) = 0
         FROM message WHERE place BETWEEN ?4 AND ?5 ORDER BY place DESC LIMIT ?6",
    )?;
    let [text, action] = [MessageKind::Text, MessageKind::Action].map(kind_number);
    let (first, last) = (place(room, read.next()), place(room, last_seq));
    let asked = params![user_number(user), text, action, first, last, COUNTED_MAX + 1];
    let (mut messages, mut more) = (0, false);
    for (counted, is_unread) in (0..).zip(statement.query_map(asked, |row| row.get::<_, bool>(0))?)
    {
        if counted == COUNTED_MAX {
            more = true;
            break;
        }
        messages += u64::from(is_unread?);
    }
    let backlog = backlog::last(db, room)?.min(last_seq);
    let mut mentions = mentions::count(db, room, (read.max(backlog), last_seq), user)?;
    if read < backlog {
        mentions += backlog::count(db, room, (read, backlog), user)?;
    }
    Ok(Unread { messages, mentions, more })
}
