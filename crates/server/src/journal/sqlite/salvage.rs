//! Reads the messages of a file some of whose pages cannot be read.
//!
//! A scan ends at the first such page. Look-ups by key find out which messages are on it: each is replaced by a
//! tombstone. All others are served.

use std::collections::BTreeSet;

use chat_proto::event::MessageKind;
use chat_proto::{DeviceId, Seq, Text, Timestamp, User, UserId, UserName};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use super::messages;
use super::numbers::last_indexed;
use super::rows::{self, SEQ_MAX};
use super::stored::{Page, Part, RoomId, StoredMessage};

/// The text of a message that is damaged.
pub(super) const DAMAGED: &str =
    "This message is damaged on the server's disk and cannot be shown.";

/// The name of the server, which is served as the author of a message whose author is unknown.
const SERVER: &str = "chat-server";

/// Number of look-ups for each message of a page: bounds the work on a file whose damaged pages refer to each other.
const STEPS_PER_MESSAGE: u32 = 4;

/// Number of messages that are read at once if all are read: as many as a client reads.
pub(super) const PAGE_MESSAGES: u32 = 200;

/// Returns true if a statement failed because a part of the file cannot be read: other parts may be readable.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    use ErrorCode::{DatabaseCorrupt, SystemIoFailure};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | SystemIoFailure))
}

/// The replacement of a message that cannot be read.
pub(super) fn tombstone(seq: Seq, from: Option<User>, at: Timestamp) -> StoredMessage {
    let server = || User { id: UserId::SERVER, name: UserName::from_lossy(SERVER) };
    StoredMessage {
        seq,
        from: from.unwrap_or_else(server),
        at,
        kind: MessageKind::Text,
        text: Text::new(DAMAGED).expect("it is a text"),
        device: DeviceId::default(),
        n: None,
        damaged: true,
        details: None,
    }
}

/// Reads the messages of `room` within `page`, in the order of the scan.
///
/// # Errors
/// Returns the error of the disk if it failed for every message: it may be able to read them later.
pub(super) fn page(
    db: &Connection,
    room: RoomId,
    page: Page,
) -> rusqlite::Result<Vec<StoredMessage>> {
    let is_further = |one: Seq, than: Seq| match page.of {
        Part::After(_) => one > than,
        Part::Before(_) => one < than,
    };
    let mut found = Vec::new();
    let mut failure = None;
    let mut next = match page.of {
        Part::After(seq) => seq.next(),
        Part::Before(seq) => seq.min(SEQ_MAX.next()).minus(1),
    };
    let mut steps = STEPS_PER_MESSAGE * page.limit;
    while (Seq::FIRST..=SEQ_MAX).contains(&next) && found.len() < page.limit as usize && steps > 0 {
        steps -= 1;
        let seq = next;
        match messages::at(db, room, seq) {
            Ok(Some(message)) => found.push(message),
            Ok(None) => match neighbour(db, room, seq, page.of) {
                Ok(None) => break,
                Ok(Some(neighbour)) if is_further(neighbour, seq) => {
                    next = neighbour;
                    continue;
                }
                Ok(Some(_)) => {}
                Err(error) if is_damage(&error) => {}
                Err(error) => return Err(error),
            },
            Err(error) if is_damage(&error) => {
                let at =
                    found.last().map_or(Timestamp::from_millis(0), |last: &StoredMessage| last.at);
                found.push(tombstone(seq, None, at));
                failure = Some(error);
            }
            Err(error) => return Err(error),
        }
        next = match page.of {
            Part::After(_) => seq.next(),
            Part::Before(_) => seq.minus(1),
        };
    }
    match failure {
        Some(error) if is_of_the_disk(&error) && found.iter().all(|message| message.damaged) => {
            Err(error)
        }
        _ => Ok(found),
    }
}

fn is_of_the_disk(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure)
}

/// The nearest stored `seq` of `room` in the direction of `part`, `seq` itself included.
fn neighbour(db: &Connection, room: RoomId, seq: Seq, part: Part) -> rusqlite::Result<Option<Seq>> {
    let (sql, [from, to]) = match part {
        Part::After(_) => ("place BETWEEN ? AND ? ORDER BY place", [seq, SEQ_MAX]),
        Part::Before(_) => ("place BETWEEN ? AND ? ORDER BY place DESC", [Seq::NONE, seq]),
    };
    let sql = format!("SELECT place FROM message WHERE {sql} LIMIT 1");
    let places = params![rows::place(room, from), rows::place(room, to)];
    db.prepare_cached(&sql)?.query_row(places, |row| row.get(0).map(rows::seq_of)).optional()
}

/// Puts tombstones in the place of messages that are missing between two stored ones, and drops rows that are out of
/// order. Retention removes messages from the beginning of a room only, so any other gap is damage.
pub(super) fn without_gaps(
    db: &Connection,
    room: RoomId,
    page: Page,
    found: Vec<StoredMessage>,
) -> rusqlite::Result<Vec<StoredMessage>> {
    let limit = page.limit as usize;
    let (Part::After(edge) | Part::Before(edge)) = page.of;
    let is_next = |before: Seq, seq: Seq| match page.of {
        Part::After(_) => before.next() == seq,
        Part::Before(_) => seq.next() == before,
    };
    let seqs = found.iter().map(|message| message.seq);
    if [edge].into_iter().chain(seqs.clone()).zip(seqs).all(|(one, next)| is_next(one, next)) {
        return Ok(found);
    }
    // A damaged page may refer to an earlier one.
    let is_asked_for = |message: &StoredMessage| match page.of {
        Part::After(_) => message.seq > edge,
        Part::Before(_) => message.seq < edge,
    };
    let mut before = has_message_beyond(db, room, page.of)?.then_some(edge);
    let mut whole: Vec<StoredMessage> = Vec::with_capacity(found.len());
    for message in found.into_iter().filter(is_asked_for) {
        let Some(last) = before else {
            before = Some(message.seq);
            whole.push(message);
            continue;
        };
        let missing: Box<dyn Iterator<Item = Seq>> = match page.of {
            Part::After(_) if message.seq > last => Box::new(between(last, message.seq)),
            Part::Before(_) if message.seq < last => Box::new(between(message.seq, last).rev()),
            _ => continue,
        };
        // If a damaged row is in the wrong place, its place is damaged, too.
        if message.damaged && !is_next(last, message.seq) {
            continue;
        }
        let at = whole.last().map_or(message.at, |last| last.at);
        whole.extend(missing.take(limit).map(|seq| tombstone(seq, None, at)));
        before = Some(message.seq);
        whole.push(message);
    }
    whole.truncate(limit);
    Ok(whole)
}

fn between(one: Seq, other: Seq) -> impl DoubleEndedIterator<Item = Seq> {
    (one.next().get()..other.get()).map(Seq::new)
}

/// Returns true if `room` has a message on the other side of the beginning of a page.
fn has_message_beyond(db: &Connection, room: RoomId, part: Part) -> rusqlite::Result<bool> {
    let [from, to] = match part {
        Part::After(seq) => [Seq::NONE, seq],
        Part::Before(seq) => [seq, SEQ_MAX],
    };
    let sql = "SELECT count(*) FROM (SELECT 1 FROM message WHERE place BETWEEN ? AND ? LIMIT 1)";
    let places = params![rows::place(room, from), rows::place(room, to)];
    match db.prepare_cached(sql)?.query_row(places, |row| row.get(0)) {
        // A message that cannot be read exists.
        Err(error) if is_damage(&error) => Ok(true),
        found => found,
    }
}

/// The rooms that have a message, up to a page of messages that cannot be read.
pub(super) fn rooms_with_messages(db: &Connection) -> rusqlite::Result<BTreeSet<RoomId>> {
    let mut rooms = BTreeSet::new();
    let mut next = Some(0);
    while let Some(place) = next {
        let sql = "SELECT place FROM message WHERE place >= ? ORDER BY place LIMIT 1";
        let found = db.prepare_cached(sql)?.query_row([place], |row| row.get(0)).optional();
        next = match found {
            Ok(found) => found.filter(|found| *found >= place).and_then(|place: i64| {
                let room = rows::room_of(place);
                rooms.insert(room);
                rows::place(room, SEQ_MAX).checked_add(1)
            }),
            Err(error) if is_damage(&error) => None,
            Err(error) => return Err(error),
        };
    }
    Ok(rooms)
}

/// Calls `take` with each message that is not damaged, in the order of the rooms and of their messages.
pub(super) fn each_message(
    db: &Connection,
    mut take: impl FnMut(RoomId, &StoredMessage) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut rooms = rooms_with_messages(db)?;
    let mut statement = db.prepare("SELECT id FROM room")?;
    for room in statement.query_map([], |row| row.get(0).map(RoomId))? {
        rooms.insert(room?);
    }
    for room in rooms {
        let last = messages::last_seq(db, room)?;
        each_message_of(db, room, (Seq::NONE, last), &mut take)?;
    }
    Ok(())
}

/// Calls `take` with each message of `room` after one `seq`, up to another, that is not damaged, in their order.
pub(super) fn each_message_of(
    db: &Connection,
    room: RoomId,
    (after, last): (Seq, Seq),
    mut take: impl FnMut(RoomId, &StoredMessage) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut seq = after;
    while seq < last {
        let page = Page { of: Part::After(seq), limit: PAGE_MESSAGES };
        let found = messages::messages(db, room, page)?;
        let Some(end) = found.last().map(|message| message.seq) else { break };
        found.iter().filter(|found| !found.damaged).try_for_each(|found| take(room, found))?;
        seq = end;
    }
    Ok(())
}

/// A lower bound of the `seq` of the last message of `room`, from everything that can be read, if the end of the room
/// cannot.
pub(super) fn last_seq(db: &Connection, room: RoomId) -> rusqlite::Result<Seq> {
    let indexed = match last_indexed(db, room) {
        Err(error) if is_damage(&error) => Seq::NONE,
        indexed => indexed?,
    };
    let read: Option<i64> =
        db.query_row("SELECT max(read_seq) FROM member WHERE room = ?", [room.0], |row| {
            row.get(0)
        })?;
    let read = read.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0);
    // There is at least one message, since a page of messages cannot be read.
    let known = indexed.max(Seq::new(read).min(SEQ_MAX)).max(Seq::FIRST);
    last_before_damage(db, room, known)
}

/// The `seq` of the last message of `room` before the page that cannot be read, and at least `after`.
fn last_before_damage(db: &Connection, room: RoomId, after: Seq) -> rusqlite::Result<Seq> {
    let sql = "SELECT place FROM message WHERE place BETWEEN ? AND ? ORDER BY place";
    let mut statement = db.prepare_cached(sql)?;
    let mut places =
        statement.query(params![rows::place(room, after.next()), rows::place(room, SEQ_MAX)])?;
    let mut last = after;
    loop {
        match places.next() {
            Ok(Some(row)) => last = last.max(rows::seq_of(row.get(0)?)),
            Ok(None) => return Ok(last),
            Err(error) if is_damage(&error) => return Ok(last),
            Err(error) => return Err(error),
        }
    }
}
