//! Counts the messages that a user has not read.

use chat_proto::{Seq, User, mention};
use rusqlite::{Connection, params};

use super::rows::place;
use super::store::user_id;
use super::stored::{RoomId, Unread};

/// Maximum of messages that are read to count: a screen shows no greater number, and they are read in a few
/// milliseconds.
const COUNTED_MAX: u32 = 500;

/// Maximum of bytes of their texts: 500 messages of 500 bytes. In a debug build the search for a name in them takes
/// 0.2 s at worst, and 1 s if nothing in it is ASCII.
const COUNTED_BYTES_MAX: usize = 256 * 1024;

/// Counts the newest messages of `room` after `read`, up to `last_seq`, that other users than `user` sent.
pub(super) fn unread(
    db: &Connection,
    room: RoomId,
    (read, last_seq): (Seq, Seq),
    user: &User,
) -> rusqlite::Result<Unread> {
    let mut statement = db.prepare_cached(
        "SELECT from_id, text FROM message WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT ?",
    )?;
    // One more than the maximum, to find out whether there are more.
    let (first, last) = (place(room, read.next()), place(room, last_seq));
    let mut rows = statement.query(params![first, last, COUNTED_MAX + 1])?;
    let (mut unread, mut counted, mut bytes) = (Unread::default(), 0, 0);
    while let Some(row) = rows.next()? {
        if counted == COUNTED_MAX || bytes > COUNTED_BYTES_MAX {
            unread.more = true;
            break;
        }
        // A damaged text mentions nobody.
        let text = row.get_ref(1)?.as_str().unwrap_or_default();
        (counted, bytes) = (counted + 1, bytes + text.len());
        if user_id(row, 0)? != user.id {
            unread.messages += 1;
            unread.mentions += u64::from(mention::is_in(text, &user.name));
        }
    }
    Ok(unread)
}
