//! The mentions in messages of versions before events, which recorded none: the backlog. A job looks for them, newest
//! first, while the daemon serves. The table `mention_backlog` has the next message of each room; mentions up to there
//! are counted when a client asks.

use chat_proto::event::MessageKind;
use chat_proto::{Seq, UserId, UserName, mention};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::{SEQ_MAX, kind_number, place};
use super::store::{number, user_number};
use super::stored::{Page, Part, RoomId, RoomRecord, StoredMessage};
use super::unread::COUNTED_MAX;
use super::{events, mentions, messages, salvage};

/// Number of messages that one step looks through: it takes a few milliseconds, in which nothing else is stored.
const STEP_MESSAGES: u32 = 500;

/// Most bytes of their texts: 500 messages of 500 bytes.
const COUNTED_BYTES_MAX: usize = 256 * 1024;

/// Bounds the backlog of each room by its last message when the file is opened: an upgrade cannot, since it must not
/// fail on a page that cannot be read.
pub(super) fn bound(db: &Connection, rooms: &[RoomRecord]) -> rusqlite::Result<()> {
    let is_empty = !db.prepare("SELECT 1 FROM mention_backlog")?.exists([])?;
    if is_empty {
        return Ok(());
    }
    let transaction = db.unchecked_transaction()?;
    for room in rooms {
        let last_seq = params![seq_number(room.last_seq), room.id.0];
        db.execute("UPDATE mention_backlog SET seq = min(seq, ?) WHERE room = ?", last_seq)?;
    }
    db.execute("DELETE FROM mention_backlog WHERE seq = 0", [])?;
    transaction.commit()
}

/// A `seq` as it is stored.
fn seq_number(seq: Seq) -> i64 {
    number(seq.min(SEQ_MAX).get())
}

/// The last message of `room` that was not looked through yet; 0 if there is none, or if the table is damaged.
pub(super) fn last(db: &Connection, room: RoomId) -> rusqlite::Result<Seq> {
    let found = db
        .prepare_cached("SELECT seq FROM mention_backlog WHERE room = ?")?
        .query_row([room.0], |row| row.get::<_, i64>(0))
        .optional();
    match found {
        Err(error) if salvage::is_damage(&error) => Ok(Seq::NONE),
        found => Ok(found?.map_or(Seq::NONE, |seq| Seq::new(seq.cast_unsigned()))),
    }
}

/// Looks through the next messages of the backlog, and records whom they mention by the current names. Returns false if
/// there are none left.
pub(super) fn step(db: &Connection) -> rusqlite::Result<bool> {
    let first = "SELECT room, seq FROM mention_backlog ORDER BY room LIMIT 1";
    let next = db
        .prepare_cached(first)?
        .query_row([], |row| {
            Ok((RoomId(row.get(0)?), Seq::new(row.get::<_, i64>(1)?.cast_unsigned())))
        })
        .optional()?;
    let Some((room, mut seq)) = next else { return Ok(false) };
    let mut left = STEP_MESSAGES;
    while left > 0 && seq > Seq::NONE {
        let page = Page { of: Part::Before(seq.next()), limit: left };
        let found = messages::messages(db, room, page)?;
        left = left.saturating_sub(found.len().try_into().unwrap_or(left)).min(left - 1);
        seq = found.first().map_or(Seq::NONE, |first| first.seq.minus(1));
        for message in found {
            record(db, room, message)?;
        }
    }
    if seq == Seq::NONE {
        db.execute("DELETE FROM mention_backlog WHERE room = ?", [room.0])?;
    } else {
        let done = params![seq_number(seq), room.0];
        db.execute("UPDATE mention_backlog SET seq = ? WHERE room = ?", done)?;
    }
    Ok(true)
}

/// Records whom a message mentions: users who are or were in its room.
fn record(db: &Connection, room: RoomId, mut message: StoredMessage) -> rusqlite::Result<()> {
    let text = message.text.as_str();
    if message.damaged || message.is_deleted() || !message.kind.is_read() || mention::has_none(text)
    {
        return Ok(());
    }
    let mut users = Vec::new();
    for written in mention::candidates(text).take(mention::LOOKUPS_MAX) {
        let Ok(name) = UserName::new(written) else { continue };
        let sql = "SELECT id FROM user JOIN member ON member.user = id AND room = ?
                   WHERE key = ? AND id <> ?";
        let asked = params![room.0, name.key(), user_number(message.from.id)];
        let found = db.prepare_cached(sql)?.query_row(asked, |row| row.get(0)).optional()?;
        users.extend(found.map(|id: i64| UserId::new(id.cast_unsigned())));
    }
    users.sort_unstable();
    users.dedup();
    if users.is_empty() || message.mentioned().next().is_some() {
        return Ok(());
    }
    message.mention(&users);
    events::rewrite(db, room, &message)?;
    mentions::store(db, room, &message).map_err(events::marked)
}

/// Counts the messages of `room` after `read`, up to `last`, that mention `user` by its current name: among the newest,
/// as versions before events did.
pub(super) fn count(
    db: &Connection,
    room: RoomId,
    (read, last): (Seq, Seq),
    user: UserId,
) -> rusqlite::Result<u64> {
    let name = db
        .prepare_cached("SELECT name FROM user WHERE id = ?")?
        .query_row([user_number(user)], |row| row.get::<_, String>(0))
        .optional()?;
    let Some(name) = name.and_then(|name| UserName::new(&name).ok()) else { return Ok(0) };
    let mut statement = db.prepare_cached(
        "SELECT text FROM message WHERE place BETWEEN ?1 AND ?2 AND from_id <> ?3
             AND kind IN (?4, ?5) AND coalesce(flags, 0) = 0
         ORDER BY place DESC LIMIT ?6",
    )?;
    let [text, action] = [MessageKind::Text, MessageKind::Action].map(kind_number);
    let (first, last) = (place(room, read.next()), place(room, last));
    let mut rows =
        statement.query(params![first, last, user_number(user), text, action, COUNTED_MAX])?;
    let (mut mentions, mut bytes) = (0, 0);
    while bytes <= COUNTED_BYTES_MAX
        && let Some(row) = rows.next()?
    {
        // A damaged text mentions nobody.
        let text = row.get_ref(0)?.as_str().unwrap_or_default();
        bytes += text.len();
        mentions += u64::from(mention::is_in(text, &name));
    }
    Ok(mentions)
}
