//! Checks the records that are derived from others, and those that others refer to: the lobby, the users of
//! memberships, the greatest numbers, and the message numbers.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use chat_proto::{Seq, UserId};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::super::numbers::{self, IndexedSeqs, Run};
use super::super::used::{self, GreatestNumbers};
use super::super::{JournalError, events, mentions, messages, rows, salvage, schema};
use super::CheckReport;
use crate::journal::stored::RoomId;

/// The counts of a scan of all messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::journal) struct Tally {
    /// Number of undamaged messages whose number should be in the table of message numbers.
    pub(super) numbered: u64,
    /// The greatest number of a user who sent a message.
    pub(super) last_user: UserId,
    /// Whether every message could be read.
    pub(super) is_complete: bool,
    /// Whether none is damaged.
    pub(super) is_whole: bool,
}

impl Tally {
    pub(super) const NONE: Self =
        Self { numbered: 0, last_user: UserId::NONE, is_complete: true, is_whole: true };

    pub(super) fn add(&mut self, room: Self) {
        self.numbered += room.numbered;
        self.last_user = self.last_user.max(room.last_user);
        self.is_complete &= room.is_complete;
        self.is_whole &= room.is_whole;
    }
}

/// Adds the faults of the lobby, of the users that other records refer to, and of the greatest numbers. `rooms` are
/// those that have a record or a message.
pub(super) fn check_numbers(
    db: &Connection,
    tally: &Tally,
    rooms: &BTreeSet<RoomId>,
    report: &mut CheckReport,
) -> Result<(), JournalError> {
    let lobby = "SELECT count(*) FROM room WHERE id = ?";
    if db.query_row(lobby, [RoomId::LOBBY.0], |row| row.get::<_, u32>(0))? == 0 {
        report.add(
            "the record of #lobby is missing; the next start of chat-server rebuilds it".to_owned(),
        );
    }
    // Damaged records are reported elsewhere: their numbers do not count here.
    let (user, member) = (schema::USER_VALUES, schema::MEMBER_VALUES);
    let credential = schema::CREDENTIAL_VALUES;
    let missing = format!(
        "SELECT user FROM member WHERE user NOT IN (SELECT id FROM user)
         AND sum = checksum({member})
         UNION SELECT user FROM credential WHERE user NOT IN (SELECT id FROM user)
         AND sum = checksum({credential})"
    );
    let mut statement = db.prepare(&missing)?;
    for user in statement.query_map([], |row| row.get::<_, i64>(0))? {
        report.add(format!("the record of user {} is missing", user?));
    }
    let unknown = "SELECT id FROM user WHERE kind <> 2 AND id NOT IN (SELECT user FROM credential)";
    let mut statement = db.prepare(unknown)?;
    for user in statement.query_map([], |row| row.get::<_, i64>(0))? {
        report.add(format!("user {} has no credential; nobody can connect as this user", user?));
    }
    let Some(GreatestNumbers { last_user, last_room, last_record }) = used::stored(db)? else {
        report.add(
            "the record of the greatest numbers of users, rooms and other records is damaged"
                .to_owned(),
        );
        return Ok(());
    };
    let user = format!(
        "SELECT max(
             (SELECT coalesce(max(id), 0) FROM user WHERE sum = checksum({user})),
             (SELECT coalesce(max(user), 0) FROM credential WHERE sum = checksum({credential})),
             (SELECT coalesce(max(user), 0) FROM member WHERE sum = checksum({member})))"
    );
    let user: i64 = db.query_row(&user, [], |row| row.get(0))?;
    let room = rooms.last().map_or(0, |room| u64::from(room.0));
    for (what, stored, found) in [
        ("user", last_user.get(), u64::try_from(user).unwrap_or(0).max(tally.last_user.get())),
        ("room", last_room.0.into(), room),
        ("credential, an invite or a sanction", last_record, used::last_record(db)?),
    ] {
        if found > stored {
            report.add(format!(
                "the record of the greatest number of a {what} is {stored}, and number {found} exists"
            ));
        }
    }
    Ok(())
}

/// Adds the faults of the tables of events and mentions: makes them again in a temporary file, since they may be larger
/// than the memory, and compares them. Every message must be whole.
pub(super) fn check_events(db: &Connection, report: &mut CheckReport) -> Result<(), JournalError> {
    let made = Connection::open(TEMPORARY)?;
    for (table, make, columns, fill) in [
        ("about", schema::ABOUT, "target, kind, emoji, user, place", events::fill as Fill),
        ("mention", schema::MENTION, "user, place, at", mentions::fill),
    ] {
        made.execute_batch(make)?;
        fill(db, &made)?;
        let sql = format!("SELECT {columns} FROM {table} ORDER BY {columns}");
        match differences(db, &made, &sql) {
            Ok(0) => {}
            Ok(wrong) => report.add(format!(
                "the table `{table}` differs from the messages in {wrong} rows; reactions, edits or \
                 mentions may be missing"
            )),
            Err(error) if salvage::is_damage(&error) => report.add(format!(
                "the table `{table}` cannot be read; chat-server makes it again from the messages when \
                 it needs it"
            )),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The name by which SQLite opens a temporary file, which is in memory as long as it is small.
const TEMPORARY: &str = "";

/// Fills a table of the second connection from the messages of the first.
type Fill = fn(&Connection, &Connection) -> rusqlite::Result<()>;

/// The number of rows that one of two sorted results has and the other has not.
fn differences(one: &Connection, other: &Connection, sql: &str) -> rusqlite::Result<u64> {
    let (mut ones, mut others) = (one.prepare(sql)?, other.prepare(sql)?);
    let (mut ones, mut others) = (ones.query([])?, others.query([])?);
    let (mut left, mut right) = (values(ones.next()?)?, values(others.next()?)?);
    let mut differences = 0;
    while left.is_some() || right.is_some() {
        let order = match (&left, &right) {
            (Some(left), Some(right)) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        differences += u64::from(order.is_ne());
        if order.is_le() {
            left = values(ones.next()?)?;
        }
        if order.is_ge() {
            right = values(others.next()?)?;
        }
    }
    Ok(differences)
}

/// The columns of a row: numbers, and bytes of texts.
type Columns = Vec<(i64, Vec<u8>)>;

/// The columns of a row, so that they can be compared; `None` after the last row.
fn values(row: Option<&Row<'_>>) -> rusqlite::Result<Option<Columns>> {
    let Some(row) = row else { return Ok(None) };
    let value = |column| {
        Ok(match row.get_ref(column)? {
            ValueRef::Integer(number) => (number, Vec::new()),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => (0, bytes.to_vec()),
            ValueRef::Null | ValueRef::Real(_) => (0, Vec::new()),
        })
    };
    (0..row.as_ref().column_count()).map(value).collect::<rusqlite::Result<_>>().map(Some)
}

/// The rows of the table `indexed`; `None` if it cannot be read.
pub(super) fn indexed(db: &Connection) -> Result<Option<IndexedSeqs>, JournalError> {
    match IndexedSeqs::read(db) {
        Err(error) if is_of_the_table(&error) => Ok(None),
        indexed => Ok(indexed.map(Some)?),
    }
}

fn is_of_the_table(error: &rusqlite::Error) -> bool {
    salvage::is_damage(error) || numbers::is_damaged(error)
}

/// Adds the faults of the tables of message numbers. `indexed` is `None` if that table cannot be read; `tally` counts
/// all messages.
pub(super) fn check_runs(
    db: &Connection,
    indexed: Option<&IndexedSeqs>,
    tally: &Tally,
    report: &mut CheckReport,
) -> Result<(), JournalError> {
    let Some(indexed) = indexed else {
        report.add(UNREADABLE.to_owned());
        return Ok(());
    };
    match runs(db, indexed, tally, report) {
        Ok(found) if tally.is_complete && found < tally.numbered => {
            report.add(format!(
                "the table of message numbers lacks those of {} messages; if one of these is sent again, it \
                 is stored twice",
                tally.numbered - found
            ));
            Ok(())
        }
        Ok(_) => Ok(()),
        Err(error) if is_of_the_table(&error) => {
            report.add(UNREADABLE.to_owned());
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

const UNREADABLE: &str =
    "the table of message numbers cannot be read; chat-server rebuilds it from the messages";

/// Compares each run with its messages. Returns the number of messages that `indexed` covers and whose number is in a
/// run.
fn runs(
    db: &Connection,
    indexed: &IndexedSeqs,
    tally: &Tally,
    report: &mut CheckReport,
) -> rusqlite::Result<u64> {
    let mut statement = db.prepare(&format!("SELECT {} FROM sent", numbers::COLUMNS))?;
    let mut rows = statement.query([])?;
    let (mut found, mut damaged) = (0, indexed.damaged);
    while let Some(row) = rows.next()? {
        match numbers::runs_of(row) {
            Ok(runs) => {
                let device = (row.get(0)?, row.get(1)?);
                for run in runs.iter() {
                    found += compare(db, &device, run, (indexed, tally), report)?;
                }
            }
            Err(_) => damaged += 1,
        }
    }
    if damaged > 0 {
        report.add(format!(
            "the table of message numbers has damaged rows: {damaged}; chat-server rebuilds it from the messages"
        ));
    }
    for (room, seq) in indexed.iter() {
        check_end(db, tally, room, seq, report)?;
    }
    Ok(found)
}

/// Adds a fault if the last message of a room is before `seq`, so that the end of the room is missing.
fn check_end(
    db: &Connection,
    tally: &Tally,
    room: RoomId,
    seq: Seq,
    report: &mut CheckReport,
) -> rusqlite::Result<()> {
    if tally.is_complete && messages::last_seq(db, room)? < seq {
        report.add(format!(
            "room number {}: message {seq} has a number, and is after the last message; the end of the \
             room is missing",
            room.0
        ));
    }
    Ok(())
}

/// Adds the faults of a run of a device. Returns the number of its messages that exist and that `indexed` covers.
fn compare(
    db: &Connection,
    device: &(i64, String),
    run: Run,
    (indexed, tally): (&IndexedSeqs, &Tally),
    report: &mut CheckReport,
) -> rusqlite::Result<u64> {
    let [first, last] = run.places();
    let (mut found, mut others, mut end) = (0, 0, None);
    let sql = "SELECT place, from_id, device, n FROM message WHERE place BETWEEN ? AND ?";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([first, last])?;
    loop {
        match rows.next() {
            Ok(None) => break,
            Ok(Some(row)) => {
                let place = row.get(0)?;
                end = Some(place);
                if is_of_run(row, device, run, place) {
                    let last = indexed.last(rows::room_of(place));
                    found += u64::from(rows::seq_of(place) <= last);
                } else if is_whole(db, place)? {
                    others += 1;
                }
            }
            // Reported with the room.
            Err(error) if salvage::is_damage(&error) => return Ok(found),
            Err(error) => return Err(error),
        }
    }
    if others > 0 {
        report.add(format!(
            "the table of message numbers has {others} numbers of device {:?} of user {} at other messages",
            device.1, device.0
        ));
    }
    let (room, seq) = (rows::room_of(last), rows::seq_of(last));
    // Otherwise the check of the room reports it.
    if end != Some(last) && seq > indexed.last(room) {
        check_end(db, tally, room, seq, report)?;
    }
    Ok(found)
}

/// Returns true if the message of a row, at `place`, has the number that the run has for that place.
fn is_of_run(row: &Row<'_>, device: &(i64, String), run: Run, place: i64) -> bool {
    let n = row.get(3).ok().flatten().map(i64::cast_unsigned);
    row.get::<_, i64>(1).is_ok_and(|user| user == device.0)
        && row.get::<_, String>(2).is_ok_and(|name| name == device.1)
        && n.is_some_and(|n| run.place_of(n) == Some(place))
}

/// Returns true if the message at `place` is undamaged; a damaged one is reported with its room.
fn is_whole(db: &Connection, place: i64) -> rusqlite::Result<bool> {
    match messages::at(db, rows::room_of(place), rows::seq_of(place)) {
        Err(error) if salvage::is_damage(&error) => Ok(false),
        found => Ok(found?.is_some_and(|message| !message.damaged)),
    }
}
