//! The messages of the journal: every statement on the table `message`.

use std::sync::LazyLock;

use chat_proto::command::{Kind, Word, WordTooLong};
use chat_proto::limits::LINE_BYTES_MAX;
use chat_proto::{Text, Timestamp, User, UserName};
use rusqlite::types::{ToSqlOutput, Type, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params, params_from_iter};

use super::numbers::{self, Device};
use super::store::{foreign, number, unsigned};
use super::stored::{Page, Part, RoomId, RoomRecord, StoredMessage, UserRecord};
use super::{checksum, salvage};

/// How many bits of a message's place are its `seq`: a million million messages a room, and eight
/// million rooms.
const SEQ_BITS: u32 = 40;

/// Greatest `seq` of a room.
pub(super) const SEQ_MAX: u64 = (1 << SEQ_BITS) - 1;

/// Bytes that the messages of one page take at most when they are encoded, so that a page fits a
/// line of the native protocol with the room's name and what else is around it.
const PAGE_BYTES_MAX: usize = LINE_BYTES_MAX - 1024;

/// How many columns of a message its checksum is made of.
const VALUES: usize = 8;

/// The columns of a message: those [`VALUES`], then the checksum.
const COLUMNS: &str = "place, from_id, from_name, at, kind, device, n, text, sum";

/// Made once: every commit needs it.
static INSERT: LazyLock<String> =
    LazyLock::new(|| format!("INSERT INTO message ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));

/// Inserts messages, one after another; made once for all that one commit keeps.
pub(super) struct MessageInserter<'db>(CachedStatement<'db>);

impl<'db> MessageInserter<'db> {
    pub(super) fn new(db: &'db Connection) -> rusqlite::Result<Self> {
        Ok(Self(db.prepare_cached(&INSERT)?))
    }

    /// Keeps a message.
    pub(super) fn message(&mut self, room: RoomId, kept: &StoredMessage) -> rusqlite::Result<()> {
        let values: [ValueRef<'_>; VALUES] = [
            ValueRef::Integer(place(room, kept.seq)),
            ValueRef::Integer(number(kept.from.id)),
            ValueRef::Text(kept.from.name.as_str().as_bytes()),
            ValueRef::Integer(kept.at.as_millis()),
            ValueRef::Integer(kind_number(kept.kind)),
            ValueRef::Text(kept.device.as_str().as_bytes()),
            kept.n.map_or(ValueRef::Null, |n| ValueRef::Integer(n.cast_signed())),
            ValueRef::Text(kept.text.as_str().as_bytes()),
        ];
        let sum = ValueRef::Integer(checksum::of(values));
        let values = values.into_iter().chain([sum]).map(ToSqlOutput::Borrowed);
        self.0.execute(params_from_iter(values))?;
        Ok(())
    }
}

/// The messages of `room` within `page`, in their order. One that is damaged is a tombstone in its place.
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
    let mut bytes = 0;
    let fits = whole.iter().take_while(|message| {
        bytes += message.encoded_bytes_max();
        bytes <= PAGE_BYTES_MAX
    });
    whole.truncate(fits.count().max(1));
    if matches!(page.of, Part::Before(_)) {
        whole.reverse();
    }
    Ok(whole)
}

/// The messages of `room` within `page`, nearest to where it begins first, and no more than fit a line.
fn scan(db: &Connection, room: RoomId, page: Page) -> rusqlite::Result<Vec<StoredMessage>> {
    let (first, last, order) = match page.of {
        Part::After(seq) => (seq.saturating_add(1), SEQ_MAX, "ASC"),
        Part::Before(seq) => (0, seq.saturating_sub(1), "DESC"),
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message WHERE place BETWEEN ? AND ? ORDER BY place {order} LIMIT ?"
    ))?;
    let places = params![place(room, first), place(room, last), page.limit];
    let mut seen = Seen::default();
    let rows = statement.query_map(places, |row| kept_or_tombstone(row, &mut seen))?;
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
    seq: u64,
) -> rusqlite::Result<Option<StoredMessage>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE place = ?"))?
        .query_row([place(room, seq)], |row| kept_or_tombstone(row, &mut Seen::default()))
        .optional()
}

/// The room of the message at `place`, and the message if it is whole and the one to which `device` gave the
/// number `n`.
///
/// # Errors
/// Returns an error if another message is there: then the place is wrong.
pub(super) fn numbered(
    db: &Connection,
    place: i64,
    (user, device): &Device,
    n: u64,
) -> rusqlite::Result<Option<(RoomId, Option<StoredMessage>)>> {
    let is_it =
        |kept: &StoredMessage| kept.from.id == *user && kept.device == *device && kept.n == Some(n);
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM message WHERE place = ?"))?
        .query_row([place], |row| match kept(row, &mut Seen::default()) {
            Ok(other) if !is_it(&other) => {
                Err(numbers::damaged("a row has the place of another message"))
            }
            found => Ok((room_of(place), found.ok())),
        })
        .optional()
}

/// The `seq` of the last message of `room`; 0 before the first. If the end of the room cannot be read, it
/// is what the rest of the file knows of it: nothing can be stored there either.
pub(super) fn last_seq(db: &Connection, room: RoomId) -> rusqlite::Result<u64> {
    match last_two(db, room) {
        Err(error) if salvage::is_damage(&error) => salvage::last_seq(db, room),
        Err(error) => Err(error),
        Ok(last) => Ok(match *last {
            [] => 0,
            // The number of a damaged message is damaged if it does not follow the one before.
            [(_, false), (before, _)] => before + 1,
            [(last, _), ..] => last,
        }),
    }
}

/// The `seq` of the last two messages of `room`, the last one first, and whether they are whole.
fn last_two(db: &Connection, room: RoomId) -> rusqlite::Result<Vec<(u64, bool)>> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 2"
    ))?
    .query_map([place(room, 0), place(room, SEQ_MAX)], |row| {
        Ok((seq_of(row.get(0)?), kept(row, &mut Seen::default()).is_ok()))
    })?
    .collect()
}

/// The messages of a room at one moment.
pub(super) struct Extent {
    /// How many there are.
    pub(super) count: u64,
    /// The `seq` of the first; 0 where there is none.
    pub(super) first: u64,
    /// The `seq` of the last; 0 where there is none.
    pub(super) last: u64,
}

/// How many messages of `room` there are, from where to where.
pub(super) fn extent(db: &Connection, room: RoomId) -> rusqlite::Result<Extent> {
    db.prepare_cached(
        "SELECT count(*), coalesce(min(place), 0), coalesce(max(place), 0) FROM message
         WHERE place BETWEEN ? AND ?",
    )?
    .query_row(params![place(room, 0), place(room, SEQ_MAX)], |row| {
        Ok(Extent {
            count: unsigned(row, 0)?,
            first: seq_of(row.get(1)?),
            last: seq_of(row.get(2)?),
        })
    })
}

/// What a scan of the messages of a room finds.
#[derive(Debug, Default)]
pub(super) struct Census {
    /// The `seq` of the damaged ones.
    pub(super) damaged: Vec<u64>,
    /// How many others have a number of their device.
    pub(super) numbered: u64,
    /// The greatest number of a user who sent one of the others.
    pub(super) last_user: u64,
}

impl Census {
    pub(super) fn add(&mut self, message: &StoredMessage) {
        self.numbered += u64::from(message.n.is_some());
        self.last_user = self.last_user.max(message.from.id);
    }
}

/// Scans the messages of `room`, up to the `limit`th that is damaged.
pub(super) fn census(db: &Connection, room: RoomId, limit: usize) -> rusqlite::Result<Census> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message WHERE place BETWEEN ? AND ? ORDER BY place"
    ))?;
    let mut rows = statement.query(params![place(room, 0), place(room, SEQ_MAX)])?;
    let (mut census, mut seen) = (Census::default(), Seen::default());
    while census.damaged.len() < limit
        && let Some(row) = rows.next()?
    {
        match kept(row, &mut seen) {
            Ok(message) => census.add(&message),
            Err(_) => census.damaged.push(seq_of(row.get(0)?)),
        }
    }
    Ok(census)
}

/// Removes up to `limit` of the oldest messages of `room`, but never the last, since the next one's
/// `seq` follows from it. Returns how many.
///
/// Times may be wrong, so the order of the messages counts as well: a message is removed if it or a
/// later one is from before `before`, unless it or an earlier one is newer. A time after `now` is wrong
/// and says nothing either way.
pub(super) fn trim(
    db: &Connection,
    room: RoomId,
    before: Timestamp,
    now: Timestamp,
    limit: u32,
) -> rusqlite::Result<usize> {
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
         RETURNING from_id, device, n",
    )?;
    let [first, last] = [place(room, 0), place(room, SEQ_MAX)];
    let mut rows =
        statement.query(params![first, last, limit, before.as_millis(), now.as_millis()])?;
    let mut removed = Vec::new();
    while let Some(row) = rows.next()? {
        removed.push(device_and_n(row).unwrap_or(None));
    }
    for (device, n) in removed.iter().flatten() {
        numbers::forget(db, device, *n)?;
    }
    Ok(removed.len())
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

/// Where the message `seq` of `room` stands in the table.
pub(super) fn place(room: RoomId, seq: u64) -> i64 {
    number(u64::from(room.0) << SEQ_BITS | seq.min(SEQ_MAX))
}

pub(super) const fn seq_of(place: i64) -> u64 {
    place.cast_unsigned() & SEQ_MAX
}

/// No room has the number `u32::MAX`: a place beyond all rooms is in it.
pub(super) fn room_of(place: i64) -> RoomId {
    RoomId(u32::try_from(place >> SEQ_BITS).unwrap_or(u32::MAX))
}

const fn kind_number(kind: Kind) -> i64 {
    match kind {
        Kind::Text => 0,
        Kind::Action => 1,
    }
}

/// What a column of a stored message may not have.
#[derive(Debug, thiserror::Error)]
enum Damage {
    #[error("the checksum is wrong")]
    Sum,
    #[error("the kind {0} is unknown")]
    Kind(i64),
}

fn kept(row: &Row<'_>, seen: &mut Seen) -> rusqlite::Result<StoredMessage> {
    let mut values = [ValueRef::Null; VALUES];
    for (index, value) in values.iter_mut().enumerate() {
        *value = row.get_ref(index)?;
    }
    if checksum::of(values) != row.get::<_, i64>(VALUES)? {
        return Err(foreign(VALUES, Type::Integer, Damage::Sum));
    }
    let text = |index: usize| values[index].as_str().map_err(|e| foreign(index, Type::Text, e));
    let integer =
        |index: usize| values[index].as_i64().map_err(|e| foreign(index, Type::Integer, e));
    Ok(StoredMessage {
        seq: seq_of(integer(0)?),
        from: User { id: unsigned(row, 1)?, name: seen.name(text(2)?) },
        at: Timestamp::from_millis(integer(3)?),
        kind: match integer(4)? {
            0 => Kind::Text,
            1 => Kind::Action,
            kind => return Err(foreign(4, Type::Integer, Damage::Kind(kind))),
        },
        device: seen.device(text(5)?).map_err(|e| foreign(5, Type::Text, e))?,
        n: if values[6] == ValueRef::Null { None } else { Some(integer(6)?.cast_unsigned()) },
        text: Text::new(text(7)?).map_err(|e| foreign(7, Type::Text, e))?,
        damaged: false,
    })
}

/// The device and the number of a message, if it has a number.
fn device_and_n(row: &Row<'_>) -> rusqlite::Result<Option<(Device, u64)>> {
    let device = Word::new(row.get::<_, String>(1)?).map_err(|e| foreign(1, Type::Text, e))?;
    let n = row.get::<_, Option<i64>>(2)?.map(i64::cast_unsigned);
    let user = unsigned(row, 0)?;
    Ok(n.map(|n| ((user, device), n)))
}

/// The message of a row; what stands in its place if it is damaged.
fn kept_or_tombstone(row: &Row<'_>, seen: &mut Seen) -> rusqlite::Result<StoredMessage> {
    kept(row, seen).or_else(|_| {
        let name = row.get(2).ok().and_then(|name: String| UserName::new(&name).ok());
        let id = unsigned(row, 1).ok().filter(|id| *id > 0);
        let from = id.zip(name).map(|(id, name)| User { id, name });
        let at = Timestamp::from_millis(row.get(3).unwrap_or(0));
        Ok(salvage::tombstone(seq_of(row.get(0)?), from, at))
    })
}

/// Names and devices of the rows before: a page has few, and to check one costs more than to find it.
#[derive(Default)]
struct Seen {
    names: Vec<UserName>,
    devices: Vec<Word>,
}

/// How many of each are looked through.
const SEEN_MAX: usize = 16;

impl Seen {
    fn name(&mut self, written: &str) -> UserName {
        if let Some(name) = self.names.iter().find(|name| name.as_str() == written) {
            return name.clone();
        }
        let name = name(written);
        if self.names.len() < SEEN_MAX {
            self.names.push(name.clone());
        }
        name
    }

    fn device(&mut self, written: &str) -> Result<Word, WordTooLong> {
        if let Some(device) = self.devices.iter().find(|device| device.as_str() == written) {
            return Ok(device.clone());
        }
        let device = Word::new(written)?;
        if self.devices.len() < SEEN_MAX {
            self.devices.push(device.clone());
        }
        Ok(device)
    }
}

/// A stored name: an earlier version had other rules.
pub(super) fn name(written: &str) -> UserName {
    UserName::new(written).unwrap_or_else(|_| UserName::from_lossy(written))
}
