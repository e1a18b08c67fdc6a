//! Events about messages: whether one may be stored, and the table `about`, the events that count in the current state
//! of a message.
//!
//! A row of `about` names an event and the message that it is about. There is none for a reaction that was removed, and
//! of the events about a deleted message only the deletion and the replies have one. So the events of the messages of a
//! page are one range of the table, see [`super::fold`]. The table is derived from the messages: it can be rebuilt from
//! them ([`super::rebuild`]), and a check compares it with them.

use chat_proto::command::Body;
use chat_proto::event::MessageKind;
use chat_proto::limits::{EDITS_MAX, PINS_MAX, REACTIONS_MAX, REACTORS_MAX};
use chat_proto::{Emoji, Seq, User, UserId};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, params, params_from_iter};

use super::super::error::Part;
use super::commit::Message;
use super::error::PartDamage;
use super::rejection::Rejection;
use super::rows::{self, SEQ_MAX, kind_number, place};
use super::store::{unsigned, user_number};
use super::stored::{RoomId, StoredMessage, excerpt};
use super::{mentions, messages, salvage};

/// The kind of all replies in `about`, those that are actions as well.
pub(super) const REPLY: i64 = kind_number(MessageKind::Text);
pub(super) const EDIT: i64 = kind_number(MessageKind::Edit);
pub(super) const DELETE: i64 = kind_number(MessageKind::Delete);
pub(super) const REACTION: i64 = kind_number(MessageKind::Reaction);
pub(super) const PIN: i64 = kind_number(MessageKind::Pin);

/// Marks an error of a statement on the tables if they are damaged.
pub(super) fn marked(error: rusqlite::Error) -> rusqlite::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::ConstraintViolation) => {
            PartDamage::error(Part::Events, error.to_string())
        }
        _ => error,
    }
}

/// The beginning of the text of the target of an event that is described by it: a reaction or a pin.
type Excerpt = Option<Box<str>>;

/// The facts about the target of a message that may be stored.
#[derive(Debug, Default)]
pub(super) struct TargetInfo {
    pub(super) excerpt: Excerpt,
    /// The author of the message of another user that it deletes.
    pub(super) deleted: Option<User>,
}

/// Decides whether a message may be stored, as far as that depends on its targets. Reads each of them by its key; a
/// plain message has none.
pub(super) fn admit(
    db: &Connection,
    message: &Message,
) -> rusqlite::Result<Result<TargetInfo, Rejection>> {
    let described = |excerpt| TargetInfo { excerpt: Some(excerpt), deleted: None };
    let (room, author) = (message.room, message.from.id);
    let is_named = |target: Seq| -> rusqlite::Result<Result<StoredMessage, Rejection>> {
        Ok(named(db, message, target)?.and_then(is_there))
    };
    match &message.body {
        Body::Topic { .. } | Body::Message { links: None, .. } => Ok(Ok(TargetInfo::default())),
        Body::Message { links: Some(links), .. } => {
            for (seq, is_thread) in [(links.reply_to, false), (links.thread, true)] {
                let Some(seq) = seq else { continue };
                if let Err(rejection) = answered(db, message, seq, is_thread)? {
                    return Ok(Err(rejection));
                }
            }
            Ok(Ok(TargetInfo::default()))
        }
        Body::Edit { target, .. } => {
            let found = own(db, message, *target)?.and_then(is_there);
            let edits = counted(db, room, *target, EDIT, EDITS_MAX).map_err(marked)?;
            let allowed = if edits { Err(Rejection::TooManyEdits(*target)) } else { Ok(()) };
            Ok(found.and(allowed).map(|()| TargetInfo::default()))
        }
        Body::Delete { target } => {
            let found = match message.deletes_others {
                Some(_) => named(db, message, *target)?,
                None => own(db, message, *target)?,
            };
            Ok(found.and_then(is_there).map(|found| TargetInfo {
                excerpt: None,
                deleted: Some(found.from).filter(|from| from.id != author),
            }))
        }
        Body::Reaction { target, emoji, on } => {
            let found = is_named(*target)?;
            let allowed = may_react(db, room, *target, (emoji, author, *on)).map_err(marked)?;
            Ok(found.and_then(|found| allowed.map(|()| described(excerpt(found.text.as_str())))))
        }
        Body::Pin { target, on } => {
            let found = is_named(*target)?;
            let allowed = may_pin(db, room, *target, *on).map_err(marked)?;
            Ok(found.and_then(|found| allowed.map(|()| described(excerpt(found.text.as_str())))))
        }
    }
}

/// A message that a new one names. It must be the one that the author means, if the author says when that was stored;
/// of two that are named, this is the later one.
fn named(
    db: &Connection,
    message: &Message,
    seq: Seq,
) -> rusqlite::Result<Result<StoredMessage, Rejection>> {
    let meant = message.named_at.filter(|_| message.body.named() == Some(seq));
    Ok(target(db, message.room, seq)?.and_then(|found| match meant {
        Some(at) if found.at != at => Err(Rejection::Another(seq)),
        _ => Ok(found),
    }))
}

/// The message that an event is about.
pub(super) fn target(
    db: &Connection,
    room: RoomId,
    seq: Seq,
) -> rusqlite::Result<Result<StoredMessage, Rejection>> {
    if seq == Seq::NONE || seq > SEQ_MAX {
        return Ok(Err(Rejection::NoSuchMessage(seq)));
    }
    Ok(match messages::at(db, room, seq)? {
        // No `seq` is left out, so there was such a message.
        None if seq <= messages::last_seq(db, room)? => Err(Rejection::Removed(seq)),
        None => Err(Rejection::NoSuchMessage(seq)),
        Some(found) if found.damaged => Err(Rejection::Damaged(seq)),
        Some(found) if !found.kind.is_read() => Err(Rejection::IsEvent(seq)),
        Some(found) => Ok(found),
    })
}

/// The same, of the author itself.
fn own(
    db: &Connection,
    message: &Message,
    seq: Seq,
) -> rusqlite::Result<Result<StoredMessage, Rejection>> {
    Ok(named(db, message, seq)?.and_then(|found| match found.from.id == message.from.id {
        true => Ok(found),
        false => Err(Rejection::NotYours(seq)),
    }))
}

/// The message, unless it was deleted.
pub(super) fn is_there(found: StoredMessage) -> Result<StoredMessage, Rejection> {
    if found.is_deleted() { Err(Rejection::Deleted(found.seq)) } else { Ok(found) }
}

/// Checks the message that another one answers. It may be deleted: the conversation goes on.
fn answered(
    db: &Connection,
    message: &Message,
    seq: Seq,
    is_thread: bool,
) -> rusqlite::Result<Result<(), Rejection>> {
    Ok(named(db, message, seq)?.and_then(|found| {
        match found.details.as_ref().and_then(|details| details.wire.thread) {
            Some(thread) if is_thread => Err(Rejection::IsInThread { target: seq, thread }),
            _ => Ok(()),
        }
    }))
}

/// Returns true if a message has `max` events of a kind.
fn counted(
    db: &Connection,
    room: RoomId,
    seq: Seq,
    kind: i64,
    max: usize,
) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM about WHERE target = ? AND kind = ?";
    let count = db
        .prepare_cached(sql)?
        .query_row(params![place(room, seq), kind], |row| unsigned(row, 0))?;
    Ok(count >= max as u64)
}

/// Returns a rejection if the user reacts with the emoji already, or takes back a reaction that is not there, or if one
/// more would be too many. Clients count reactions by their events, so each event must change something.
fn may_react(
    db: &Connection,
    room: RoomId,
    seq: Seq,
    (emoji, user, on): (&Emoji, UserId, bool),
) -> rusqlite::Result<Result<(), Rejection>> {
    let sql = "SELECT coalesce(max(emoji = ?3 AND user = ?4), 0), coalesce(max(emoji = ?3), 0),
                      count(DISTINCT emoji), count(*)
               FROM about WHERE target = ?1 AND kind = ?2";
    let asked = params![place(room, seq), REACTION, emoji.as_str(), user_number(user)];
    db.prepare_cached(sql)?.query_row(asked, |row| {
        let (is_there, is_known): (bool, bool) = (row.get(0)?, row.get(1)?);
        let (emojis, reactions) = (unsigned(row, 2)?, unsigned(row, 3)?);
        Ok(match on {
            _ if is_there == on => Err(Rejection::NoChange(seq)),
            true if emojis >= REACTIONS_MAX as u64 && !is_known => {
                Err(Rejection::TooManyReactions(seq))
            }
            true if reactions >= REACTORS_MAX as u64 => Err(Rejection::TooManyReactors(seq)),
            _ => Ok(()),
        })
    })
}

/// Returns a rejection if the message is pinned already, or is unpinned and not pinned, or if one more pinned message
/// would be too many for the room.
fn may_pin(
    db: &Connection,
    room: RoomId,
    seq: Seq,
    on: bool,
) -> rusqlite::Result<Result<(), Rejection>> {
    let sql = "SELECT coalesce(max(target = ?3), 0), count(*) FROM about
               WHERE target BETWEEN ?1 AND ?2 AND kind = 5";
    let asked = params![place(room, Seq::NONE), place(room, SEQ_MAX), place(room, seq)];
    db.prepare_cached(sql)?.query_row(asked, |row| {
        let is_there: bool = row.get(0)?;
        let is_full = unsigned(row, 1)? >= PINS_MAX as u64;
        Ok(match on {
            _ if is_there == on => Err(Rejection::NoChange(seq)),
            true if is_full => Err(Rejection::TooManyPins),
            _ => Ok(()),
        })
    })
}

/// Records the changes of a new message to the state of others, and whom it mentions.
pub(super) fn store(
    db: &Connection,
    room: RoomId,
    message: &StoredMessage,
) -> rusqlite::Result<()> {
    if message.details.is_none() {
        return Ok(());
    }
    if message.kind == MessageKind::Delete
        && let Some(target) = message.target()
    {
        remove_texts(db, room, target)?;
    }
    note(db, room, message).map_err(marked)?;
    mentions::store(db, room, message).map_err(marked)
}

/// Records an event in `about`. Calls for all messages of a room, in their order, fill the table.
pub(super) fn note(db: &Connection, room: RoomId, message: &StoredMessage) -> rusqlite::Result<()> {
    let Some(details) = &message.details else { return Ok(()) };
    let event = place(room, message.seq);
    let user = user_number(message.from.id);
    let insert = |target: Seq, kind: i64, emoji: &str| {
        db.prepare_cached(
            "INSERT INTO about (target, kind, emoji, user, place) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![place(room, target), kind, emoji, user, event])
        .map(drop)
    };
    let (target, on) = (details.wire.target, details.wire.on == Some(true));
    match (message.kind, target) {
        (MessageKind::Text | MessageKind::Action, _) => match message.answers() {
            Some(target) => insert(target, REPLY, ""),
            None => Ok(()),
        },
        (MessageKind::Edit, Some(target)) => insert(target, EDIT, ""),
        (MessageKind::Delete, Some(target)) => {
            // The replies stay.
            let sql = "DELETE FROM about WHERE target = ? AND kind <> ?";
            db.prepare_cached(sql)?.execute(params![place(room, target), REPLY])?;
            insert(target, DELETE, "")
        }
        (MessageKind::Reaction, Some(target)) => {
            let emoji = details.wire.emoji.as_ref().map_or("", Emoji::as_str);
            let known = params![place(room, target), REACTION, emoji, user];
            if !on {
                let sql =
                    "DELETE FROM about WHERE target = ? AND kind = ? AND emoji = ? AND user = ?";
                return db.prepare_cached(sql)?.execute(known).map(drop);
            }
            // The same one may be stored twice, if this table was damaged: the user keeps its place in the order.
            let sql =
                "SELECT 1 FROM about WHERE target = ? AND kind = ? AND emoji = ? AND user = ?";
            if db.prepare_cached(sql)?.exists(known)? {
                return Ok(());
            }
            insert(target, REACTION, emoji)
        }
        (MessageKind::Pin, Some(target)) => {
            let sql = "DELETE FROM about WHERE target = ? AND kind = ?";
            db.prepare_cached(sql)?.execute(params![place(room, target), PIN])?;
            if on { insert(target, PIN, "") } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// Removes the text of a message and those of its edits from the file.
fn remove_texts(db: &Connection, room: RoomId, target: Seq) -> rusqlite::Result<()> {
    let mut seqs = edits(db, room, target).map_err(marked)?;
    seqs.push(target);
    for seq in seqs {
        let Some(mut message) = messages::at(db, room, seq)? else { continue };
        if message.damaged {
            // It stays damaged: its checksum does not change.
            db.prepare_cached("UPDATE message SET text = '' WHERE place = ?")?
                .execute([place(room, seq)])?;
            continue;
        }
        mentions::remove(db, room, &message)?;
        message.delete();
        rewrite(db, room, &message)?;
    }
    Ok(())
}

/// The edits of a message, in their order.
pub(super) fn edits(db: &Connection, room: RoomId, target: Seq) -> rusqlite::Result<Vec<Seq>> {
    let sql = "SELECT place FROM about WHERE target = ? AND kind = ? ORDER BY place";
    let mut statement = db.prepare_cached(sql)?;
    let places = statement.query_map(params![place(room, target), EDIT], |row| row.get(0))?;
    places.map(|place| place.map(rows::seq_of)).collect()
}

/// Updates the row of a message.
pub(super) fn rewrite(
    db: &Connection,
    room: RoomId,
    message: &StoredMessage,
) -> rusqlite::Result<()> {
    let values = rows::values(room, message);
    let [key, .., text, target, thread, flags, mentions] = values;
    let sum = ValueRef::Integer(rows::sum(values));
    let changed = [text, target, thread, flags, mentions, sum, key].map(ToSqlOutput::Borrowed);
    db.prepare_cached(
        "UPDATE message SET text = ?, target = ?, thread = ?, flags = ?, mentions = ?, sum = ?
         WHERE place = ?",
    )?
    .execute(params_from_iter(changed))
    .map(drop)
}

/// Removes the events about the messages of a room up to `last`, which were removed by age.
pub(super) fn forget(db: &Connection, room: RoomId, last: Seq) -> rusqlite::Result<()> {
    let places = params![place(room, Seq::NONE), place(room, last)];
    let sql = "DELETE FROM about WHERE target BETWEEN ? AND ?";
    db.prepare_cached(sql)?.execute(places).map(drop).map_err(marked)
}

/// Fills the empty table of `to` from the messages of `db`.
pub(super) fn fill(db: &Connection, to: &Connection) -> rusqlite::Result<()> {
    let mut first = (RoomId(0), Seq::NONE);
    salvage::each_message(db, |room, message| {
        if first.0 != room {
            first = (room, message.seq);
        }
        // An event about a message that was removed by age does not count.
        let target = message.target().or_else(|| message.answers());
        if target.is_some_and(|target| target < first.1) {
            return Ok(());
        }
        note(to, room, message)
    })
}
