//! The messages of the journal: the statements on the table `message`, except the count of unread ones (`unread.rs`).

use std::sync::LazyLock;

use chat_proto::limits::LINE_BYTES_MAX;
use chat_proto::{Seq, Timestamp, UserId};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params, params_from_iter};

use super::numbers::{self, Device};
use super::rows::{self, COLUMNS, SEQ_MAX, ValueCache, device_and_n, place, room_of, seq_of};
use super::store::unsigned;
use super::stored::{Page, Part, RoomId, RoomRecord, StoredMessage, UserRecord};
use super::{checksum, events, mentions, salvage};

/// Maximum of bytes of the encoded messages of one page: a page fits a line of the native protocol, with the room's
/// name and the other fields.
pub(super) const PAGE_BYTES_MAX: usize = LINE_BYTES_MAX - 1024;

/// Formatted once, since every commit needs it.
static INSERT: LazyLock<String> = LazyLock::new(|| insert(rows::PLAIN_COLUMNS));

/// The same with the columns that few messages have a value in.
static INSERT_DETAILS: LazyLock<String> = LazyLock::new(|| insert(COLUMNS));

fn insert(columns: &str) -> String {
    let values = vec!["?"; columns.split(',').count()].join(", ");
    format!("INSERT INTO message ({}) VALUES ({values})", columns.replace("message.", ""))
}

/// Inserts messages. One for each commit.
pub(super) struct MessageInserter<'db> {
    db: &'db Connection,
    plain: CachedStatement<'db>,
}

impl<'db> MessageInserter<'db> {
    pub(super) fn new(db: &'db Connection) -> rusqlite::Result<Self> {
        Ok(Self { db, plain: db.prepare_cached(&INSERT)? })
    }

    /// Stores a message.
    pub(super) fn message(
        &mut self,
        room: RoomId,
        message: &StoredMessage,
    ) -> rusqlite::Result<()> {
        if message.details.is_none() {
            let values = rows::plain_values(room, message);
            let sum = ValueRef::Integer(checksum::of(values));
            let values = values.into_iter().chain([sum]).map(ToSqlOutput::Borrowed);
            self.plain.execute(params_from_iter(values))?;
        } else {
            let values = rows::values(room, message);
            let sum = ValueRef::Integer(rows::sum(values));
            let values = values.into_iter().chain([sum]).map(ToSqlOutput::Borrowed);
            self.db.prepare_cached(&INSERT_DETAILS)?.execute(params_from_iter(values))?;
        }
        Ok(())
    }
}

/// Reads the messages of `room` within `page`, in their order. A damaged message is replaced by a tombstone.
pub(super) fn messages(
    db: &Connection,
    room: RoomId,
    page: Page,
) -> rusqlite::Result<Vec<StoredMessage>> {
    let found = match scan(db, room, page) {
        Err(error) if salvage::is_damage(&error) => salvage::page(db, room, page)?,
        found => found?,
    };
    let mut whole = salvage::without_gaps(db, room, page, found)?;
    truncate(&mut whole);
    if matches!(page.of, Part::Before(_)) {
        whole.reverse();
    }
    Ok(whole)
}

/// Cuts a page, in the order of its messages, to those that fit a line.
pub(super) fn cut(page: &mut Vec<StoredMessage>, of: Part) {
    match of {
        Part::After(_) => truncate(page),
        Part::Before(_) => {
            page.reverse();
            truncate(page);
            page.reverse();
        }
    }
}

/// Cuts messages to the first ones that fit a line.
fn truncate(messages: &mut Vec<StoredMessage>) {
    let mut bytes = 0;
    let fits = messages.iter().take_while(|message| {
        bytes += message.encoded_bytes_max();
        bytes <= PAGE_BYTES_MAX
    });
    let fits = fits.count().max(1);
    messages.truncate(fits);
}

/// Reads the messages of `room` within `page`, in the order of the scan, at most one more than fit a line.
fn scan(db: &Connection, room: RoomId, page: Page) -> rusqlite::Result<Vec<StoredMessage>> {
    let (first, last, order) = match page.of {
        Part::After(seq) => (seq.next(), SEQ_MAX, "ASC"),
        Part::Before(seq) => (Seq::NONE, seq.minus(1), "DESC"),
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message WHERE place BETWEEN ? AND ? ORDER BY place {order} LIMIT ?"
    ))?;
    let places = params![place(room, first), place(room, last), page.limit];
    let mut cache = ValueCache::default();
    let rows = statement.query_map(places, |row| rows::read_or_tombstone(row, &mut cache))?;
    let mut found: Vec<StoredMessage> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        let message = row?;
        bytes += message.encoded_bytes_max();
        found.push(message);
        if bytes > PAGE_BYTES_MAX {
            break;
        }
    }
    Ok(found)
}

/// The message `seq` of `room`.
pub(super) fn at(
    db: &Connection,
    room: RoomId,
    seq: Seq,
) -> rusqlite::Result<Option<StoredMessage>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE place = ?"))?
        .query_row([place(room, seq)], |row| {
            rows::read_or_tombstone(row, &mut ValueCache::default())
        })
        .optional()
}

/// The room of the message at `place`, and the message unless it is damaged. `device` must have given it the number
/// `n`.
///
/// # Errors
/// Returns an error if another message is at `place`.
pub(super) fn numbered(
    db: &Connection,
    place: i64,
    (user, device): &Device,
    n: u64,
) -> rusqlite::Result<Option<(RoomId, Option<StoredMessage>)>> {
    let is_it = |message: &StoredMessage| {
        message.from.id == *user && message.device == *device && message.n == Some(n)
    };
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE place = ?"))?
        .query_row([place], |row| match rows::read(row, &mut ValueCache::default()) {
            Ok(other) if !is_it(&other) => {
                Err(numbers::damaged("a row has the place of another message"))
            }
            found => Ok((room_of(place), found.ok())),
        })
        .optional()
}

/// The `seq` of the last message of `room`; 0 before the first. If the end of the room cannot be read, other parts of
/// the file give a lower bound; no message can be stored there either.
pub(super) fn last_seq(db: &Connection, room: RoomId) -> rusqlite::Result<Seq> {
    match last_two(db, room) {
        Err(error) if salvage::is_damage(&error) => salvage::last_seq(db, room),
        Err(error) => Err(error),
        Ok(last) => Ok(match *last {
            [] => Seq::NONE,
            // If the `seq` of a damaged message does not follow the one before, it is damaged, too.
            [(_, false), (before, _)] => before.next(),
            [(last, _), ..] => last,
        }),
    }
}

/// The `seq` of the first message of `room` that can be read; 0 if there is none.
pub(super) fn first_seq(db: &Connection, room: RoomId) -> rusqlite::Result<Seq> {
    db.prepare_cached("SELECT min(place) FROM message WHERE place BETWEEN ? AND ?")?
        .query_row([place(room, Seq::NONE), place(room, SEQ_MAX)], |row| {
            row.get::<_, Option<i64>>(0)
        })
        .map(|place| place.map_or(Seq::NONE, seq_of))
}

/// The `seq` of the last two messages of `room`, the last one first, and whether they are undamaged.
fn last_two(db: &Connection, room: RoomId) -> rusqlite::Result<Vec<(Seq, bool)>> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 2"
    ))?
    .query_map([place(room, Seq::NONE), place(room, SEQ_MAX)], |row| {
        Ok((seq_of(row.get(0)?), rows::read(row, &mut ValueCache::default()).is_ok()))
    })?
    .collect()
}

/// The messages of a room at one moment.
pub(super) struct Extent {
    /// Number of messages.
    pub(super) count: u64,
    /// The `seq` of the first; 0 if there is none.
    pub(super) first: Seq,
    /// The `seq` of the last; 0 if there is none.
    pub(super) last: Seq,
}

/// Counts the messages of `room`, and finds the first and the last.
pub(super) fn extent(db: &Connection, room: RoomId) -> rusqlite::Result<Extent> {
    db.prepare_cached(
        "SELECT count(*), coalesce(min(place), 0), coalesce(max(place), 0) FROM message
         WHERE place BETWEEN ? AND ?",
    )?
    .query_row(params![place(room, Seq::NONE), place(room, SEQ_MAX)], |row| {
        Ok(Extent {
            count: unsigned(row, 0)?,
            first: seq_of(row.get(1)?),
            last: seq_of(row.get(2)?),
        })
    })
}

/// The result of a scan of the messages of a room.
#[derive(Debug)]
pub(super) struct Census {
    /// The `seq` of each damaged message.
    pub(super) damaged: Vec<Seq>,
    /// Number of undamaged messages whose number should be in the table of message numbers.
    pub(super) numbered: u64,
    /// The greatest number of an author of an undamaged message.
    pub(super) last_user: UserId,
}

impl Default for Census {
    fn default() -> Self {
        Self { damaged: Vec::new(), numbered: 0, last_user: UserId::NONE }
    }
}

impl Census {
    /// Adds a message. The numbers of those up to `indexed` should be in the table of numbers.
    pub(super) fn add(&mut self, message: &StoredMessage, indexed: Seq) {
        self.numbered += u64::from(message.n.is_some() && message.seq <= indexed);
        self.last_user = self.last_user.max(message.from.id);
    }
}

/// Scans the messages of `room`, until `limit` damaged ones are found. The numbers of those up to `indexed` should
/// be in the table of numbers.
pub(super) fn census(
    db: &Connection,
    room: RoomId,
    indexed: Seq,
    limit: usize,
) -> rusqlite::Result<Census> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message WHERE place BETWEEN ? AND ? ORDER BY place"
    ))?;
    let mut rows = statement.query(params![place(room, Seq::NONE), place(room, SEQ_MAX)])?;
    let (mut census, mut cache) = (Census::default(), ValueCache::default());
    while census.damaged.len() < limit
        && let Some(row) = rows.next()?
    {
        match rows::read(row, &mut cache) {
            Ok(message) => census.add(&message, indexed),
            Err(_) => census.damaged.push(seq_of(row.get(0)?)),
        }
    }
    Ok(census)
}

/// The removal of messages from the beginning of a room.
pub(super) struct Removal {
    pub(super) count: usize,
    /// The `seq` of the last of them; 0 if there is none.
    pub(super) last: Seq,
}

/// Removes up to `limit` of the oldest messages of `room`, but never the last, since the next one's
/// `seq` follows from it.
///
/// Times may be wrong, so the order of the messages counts as well: a message is removed if it or a later message is
/// older than `before`, unless it or an earlier message is newer. A time after `now` is wrong, and is ignored.
pub(super) fn trim(
    db: &Connection,
    room: RoomId,
    before: Timestamp,
    now: Timestamp,
    limit: u32,
) -> rusqlite::Result<Removal> {
    let mut statement = db.prepare_cached(
        "WITH oldest AS (
             SELECT place, at FROM message WHERE place BETWEEN ?1 AND ?2 ORDER BY place LIMIT ?3
         ), first_newer AS (
             SELECT coalesce(min(place), ?2) AS place FROM oldest WHERE at BETWEEN ?4 AND ?5
         ), last_older AS (
             SELECT max(oldest.place) AS place FROM oldest, first_newer
             WHERE at < ?4 AND oldest.place < first_newer.place
         )
         DELETE FROM message WHERE place BETWEEN ?1 AND (SELECT place FROM last_older)
             AND place < (SELECT max(place) FROM message WHERE place BETWEEN ?1 AND ?2)
         RETURNING from_id, device, n, place, mentions",
    )?;
    let [first, last] = [place(room, Seq::NONE), place(room, SEQ_MAX)];
    let mut rows =
        statement.query(params![first, last, limit, before.as_millis(), now.as_millis()])?;
    let (mut numbers, mut count, mut last) = (Vec::new(), 0, Seq::NONE);
    let mut mentioned = Vec::new();
    while let Some(row) = rows.next()? {
        let place = row.get(3)?;
        if let Ok(Some((device, n))) = device_and_n(row) {
            numbers.push((device, n, place));
        }
        if let Ok(users) = row.get::<_, String>(4) {
            mentioned.push((place, users));
        }
        count += 1;
        last = last.max(seq_of(place));
    }
    numbers::forget(db, numbers)?;
    events::forget(db, room, last)?;
    for (place, users) in &mentioned {
        mentions::forget(db, *place, users)?;
    }
    Ok(Removal { count, last })
}

/// The newest time of the rooms' last messages and of the users; `None` if there are none.
pub(super) fn newest(
    db: &Connection,
    rooms: &[RoomRecord],
    users: &[UserRecord],
) -> rusqlite::Result<Option<Timestamp>> {
    let mut newest = users.iter().map(|user| user.seen_at).max();
    for room in rooms {
        match at(db, room.id, room.last_seq) {
            Err(error) if !salvage::is_damage(&error) => return Err(error),
            Ok(Some(last)) if !last.damaged => newest = newest.max(Some(last.at)),
            _ => {}
        }
    }
    Ok(newest)
}
