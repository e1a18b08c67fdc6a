//! Pages of messages that do not follow one another: a thread, the pinned messages, those that mention a user.

use chat_proto::event::Replies;
use chat_proto::limits::PINS_MAX;
use chat_proto::{Seq, UserId};
use rusqlite::{Connection, params};

use super::events::{self, REPLY};
use super::rejection::Rejection;
use super::rows::{SEQ_MAX, place, room_of, seq_of};
use super::store::{unsigned, user_number};
use super::stored::{Pins, RoomId, StoredMessage, Thread};
use super::{fold, messages};

/// The messages at `places` as they are now for `user`, at most `limit` and as many as fit a line; and whether there
/// are more. A place without a message is skipped. Called within a transaction, so that everything is read as of one
/// moment.
pub(super) fn collect(
    db: &Connection,
    places: impl Iterator<Item = rusqlite::Result<i64>>,
    user: UserId,
    limit: u32,
) -> rusqlite::Result<(Vec<(RoomId, StoredMessage)>, bool)> {
    let (mut found, mut bytes) = (Vec::new(), 0);
    for place in places {
        let place = place?;
        let room = room_of(place);
        let Some(message) = messages::at(db, room, seq_of(place))? else { continue };
        let mut message = [message];
        fold::fold(db, room, &mut message, user)?;
        let [message] = message;
        bytes += message.encoded_bytes_max();
        if found.len() == limit as usize || !found.is_empty() && bytes > messages::PAGE_BYTES_MAX {
            return Ok((found, true));
        }
        found.push((room, message));
    }
    Ok((found, false))
}

/// The message `seq` of `room` and those that answer it, before `before`, for `user`, who has read the room up to
/// `read`.
pub(super) fn thread(
    db: &Connection,
    (room, seq): (RoomId, Seq),
    before: Seq,
    limit: u32,
    (user, read): (UserId, Seq),
) -> rusqlite::Result<Result<Thread, Rejection>> {
    let snapshot = db.unchecked_transaction()?;
    if let Err(rejection) = events::target(db, room, seq)? {
        return Ok(Err(rejection));
    }
    let first = place(room, seq);
    let (replies, unread) = replies(db, first, (user, place(room, read)))?;
    let sql =
        "SELECT place FROM about WHERE target = ? AND kind = ? AND place < ? ORDER BY place DESC";
    let mut statement = db.prepare_cached(sql)?;
    let places =
        statement.query_map(params![first, REPLY, place(room, before)], |row| row.get(0))?;
    let itself = Some(Ok(first)).filter(|_| seq < before);
    let (messages, more) = collect(db, places.chain(itself), user, limit)?;
    drop(statement);
    snapshot.finish()?;
    let messages = messages.into_iter().rev().map(|(_, message)| message).collect();
    Ok(Ok(Thread { replies, unread, messages, more }))
}

/// The replies to the message at `target`, and how many of them others than `user` have sent after the place `read`,
/// without those that were deleted.
fn replies(
    db: &Connection,
    target: i64,
    (user, read): (UserId, i64),
) -> rusqlite::Result<(Option<Replies>, u64)> {
    let sql = "SELECT count(*), coalesce(max(place), 0) FROM about WHERE target = ? AND kind = ?";
    let (count, last) = db
        .prepare_cached(sql)?
        .query_row(params![target, REPLY], |row| Ok((unsigned(row, 0)?, row.get(1)?)))?;
    let last = if count > 0 { messages::at(db, room_of(last), seq_of(last))? } else { None };
    let replies = |last: StoredMessage| Replies { count, last_seq: last.seq, last_at: last.at };
    let sql = "SELECT count(*) FROM about JOIN message ON message.place = about.place
               WHERE about.target = ? AND about.kind = ? AND about.user <> ? AND about.place > ?
                 AND coalesce(message.flags, 0) = 0";
    let unread = db
        .prepare_cached(sql)?
        .query_row(params![target, REPLY, user_number(user), read], |row| unsigned(row, 0))?;
    Ok((last.map(replies), unread))
}

/// The pinned messages of `room` after `after`, as they are now for `user`.
pub(super) fn pins(
    db: &Connection,
    room: RoomId,
    after: Seq,
    user: UserId,
) -> rusqlite::Result<Pins> {
    let snapshot = db.unchecked_transaction()?;
    let [begin, end] = [place(room, Seq::NONE), place(room, SEQ_MAX)];
    let count = db
        .prepare_cached("SELECT count(*) FROM about WHERE target BETWEEN ? AND ? AND kind = 5")?
        .query_row([begin, end], |row| unsigned(row, 0))?;
    let sql = "SELECT target FROM about WHERE target BETWEEN ? AND ? AND kind = 5 ORDER BY target";
    let mut statement = db.prepare_cached(sql)?;
    let places = statement.query_map([place(room, after.next()), end], |row| row.get(0))?;
    let limit = u32::try_from(PINS_MAX).unwrap_or(u32::MAX);
    let (messages, more) = collect(db, places, user, limit)?;
    drop(statement);
    snapshot.finish()?;
    let messages = messages.into_iter().map(|(_, message)| message).collect();
    Ok(Pins { count, messages, more })
}
