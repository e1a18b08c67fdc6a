//! Checks a journal: finds damaged and missing messages and records.

mod derived;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chat_proto::Seq;
use rusqlite::Connection;

use self::derived::Tally;
use super::messages::{self, Census, Extent};
use super::stored::{Page, Part, RoomId};
use super::{JournalError, credentials, file, load, lock, rebuild, run, salvage, schema, unlocked};

/// Number of faults that are reported one by one. In a file with more, further lines say nothing new.
const FAULTS_MAX: usize = 1000;

/// The result of [`check`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Number of rooms.
    pub rooms: usize,
    /// Number of messages that can be read.
    pub messages: u64,
    /// The faults, a line each.
    pub faults: Vec<String>,
    /// Number of faults that are not in the list.
    pub more_faults: usize,
}

impl CheckReport {
    fn add(&mut self, fault: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }
}

/// Checks the journal in `directory`: the structure of its file, the checksum of each record, that the messages of each
/// room are numbered without a gap, that derived records agree with those that they are derived from, and that the log
/// is complete.
///
/// # Errors
/// Returns an error if it cannot be read at all, or is of a newer version.
pub fn check(directory: &Path) -> Result<CheckReport, JournalError> {
    // Before this process opens the journal: see `unlocked::user`.
    let user = unlocked::user(directory);
    let path = file::of(directory);
    let mut report = check_file(&file::visit(&path)?)?;
    if let Some(loss) = run::find_loss(&path)? {
        // A running daemon has reported the log at its start, and changes it now.
        let is_so_still =
            !lock::is_held(directory)? && run::find_loss(&path)? == Some(loss.clone());
        if is_so_still {
            report.add(loss.to_string());
        }
    }
    if let Some(process) = user {
        report.add(format!(
            "process {process} uses the journal without its lock, which was removed or replaced; restart \
             that process, which creates the lock again"
        ));
    } else if lock::is_removed(directory)? {
        report.add(format!(
            "the lock in {} was removed while chat-server runs; restart chat-server, which creates the \
             lock again",
            directory.display()
        ));
    }
    Ok(report)
}

/// Checks an open file, see [`check`].
pub(super) fn check_file(db: &Connection) -> Result<CheckReport, JournalError> {
    let version = schema::version(db)?;
    if version > schema::KNOWN {
        return Err(JournalError::Newer { found: version, known: schema::KNOWN });
    }
    if version < schema::EVENTS_SINCE {
        db.execute_batch(schema::MESSAGES_BEFORE_EVENTS)?;
    }
    // In one transaction, so that everything is read as of one moment: a daemon may be writing.
    let snapshot = db.unchecked_transaction()?;
    let mut report = CheckReport::default();
    let is_current = version == schema::KNOWN;
    let abandoned = if is_current { rebuild::abandoned(db)? } else { BTreeSet::new() };
    check_structure(db, &abandoned, &mut report)?;
    let has_sums = version >= schema::CHECKSUMS_SINCE;
    if has_sums {
        check_records(db, version, &mut report)?;
    }
    let (rooms, mut tally) = (rooms(db, &mut report)?, Tally::NONE);
    let indexed = if is_current { derived::indexed(db)? } else { None };
    for (room, key) in &rooms {
        report.rooms += 1;
        let last = indexed.as_ref().map_or(Seq::NONE, |indexed| indexed.last(*room));
        tally.add(check_room(db, (*room, key), last, has_sums, &mut report)?);
    }
    if is_current {
        derived::check_runs(db, indexed.as_ref(), &tally, &mut report)?;
        if tally.is_complete && tally.is_whole {
            derived::check_events(db, &mut report)?;
        }
        derived::check_numbers(db, &tally, &rooms.into_keys().collect(), &mut report)?;
    }
    snapshot.finish()?;
    Ok(report)
}

/// Adds the faults that SQLite finds, except that the `abandoned` pages are unused.
fn check_structure(
    db: &Connection,
    abandoned: &BTreeSet<u32>,
    report: &mut CheckReport,
) -> Result<(), JournalError> {
    let lines_max = rebuild::STRUCTURE_LINES_MAX;
    let mut integrity = db.prepare(&format!("PRAGMA integrity_check({lines_max})"))?;
    let mut rows = integrity.query([])?;
    let mut unused = 0;
    loop {
        match rows.next() {
            Ok(None) => break,
            Ok(Some(row)) => {
                let text: String = row.get(0)?;
                let is_fault = |line: &&str| *line != "ok" && !line.starts_with("*** in database");
                for line in text.lines().filter(is_fault) {
                    match rebuild::unused(line) {
                        Some(page) => unused += u32::from(!abandoned.contains(&page)),
                        None => report.add(line.to_owned()),
                    }
                }
            }
            Err(error) if salvage::is_damage(&error) => {
                report.add(error.to_string());
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    if unused > 0 {
        report.add(format!("pages of the file that belong to no table: {unused}"));
    }
    Ok(())
}

/// A table whose rows have a checksum.
struct Table {
    name: &'static str,
    /// The columns that the checksum covers.
    columns: &'static str,
    /// The condition of a row with a value that this program never writes.
    is_foreign: &'static str,
}

/// The tables of a journal of that version whose rows have a checksum and a number.
fn numbered_tables(version: u32) -> Vec<Table> {
    let table = |name, columns, is_foreign| Table { name, columns, is_foreign };
    if version >= schema::ROLES_SINCE {
        let has_hooks = version >= schema::HOOKS_SINCE;
        let is_foreign = match has_hooks {
            true => "kind NOT IN (1, 2) OR role NOT IN (0, 1, 2)",
            false => "kind <> 1 OR role NOT IN (0, 1, 2)",
        };
        let mut tables = vec![
            table("user", schema::USER_VALUES, is_foreign),
            table(
                "room",
                schema::ROOM_VALUES,
                "privacy NOT IN (0, 1, 2) OR slow_s < 0 OR topic_by NOT IN (0, 1)",
            ),
            table("invite", schema::INVITE_VALUES, "role NOT IN (0, 1, 2)"),
            table("sanction", schema::SANCTION_VALUES, "kind NOT IN (1, 2)"),
            table("audit", schema::AUDIT_VALUES, "FALSE"),
        ];
        tables.extend(has_hooks.then(|| table("hook", schema::HOOK_VALUES, "FALSE")));
        return tables;
    }
    let user = if version >= schema::CREDENTIALS_SINCE {
        table("user", "id, kind, name, key, seen_at", "kind <> 1")
    } else {
        table("user", "id, name, key, token, seen_at", "FALSE")
    };
    vec![user, table("room", "id, key, name, topic", "FALSE")]
}

/// Checks all records other than messages.
fn check_records(
    db: &Connection,
    version: u32,
    report: &mut CheckReport,
) -> Result<(), JournalError> {
    for Table { name, columns, is_foreign } in numbered_tables(version) {
        let sql = format!(
            "SELECT id FROM {name} WHERE sum <> checksum({columns}) OR {is_foreign} ORDER BY id"
        );
        let mut statement = db.prepare(&sql)?;
        for number in statement.query_map([], |row| row.get::<_, i64>(0))? {
            match number {
                Err(error) if salvage::is_damage(&error) => {
                    report.add(format!("the table `{name}` cannot be read: {error}"));
                    break;
                }
                number => report.add(format!("the record of {name} {} is damaged", number?)),
            }
        }
    }
    let (columns, is_foreign) = if version >= schema::ROLES_SINCE {
        (schema::MEMBER_VALUES, "role NOT IN (0, 1, 2, 3)")
    } else {
        ("user, room, is_in, read_seq", "FALSE")
    };
    let sql =
        format!("SELECT user, room FROM member WHERE sum <> checksum({columns}) OR {is_foreign}");
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (user, room): (i64, i64) = (row.get(0)?, row.get(1)?);
        report.add(format!("the record of user {user} in room {room} is damaged"));
    }
    if version >= schema::CREDENTIALS_SINCE {
        for user in credentials::damaged(db, version)? {
            report.add(format!("a credential of user {user} is damaged"));
        }
    }
    let lost = "SELECT id FROM room WHERE substr(key, 1, 1) = ?";
    let mut statement = db.prepare(lost)?;
    for id in statement.query_map([load::LOST], |row| row.get::<_, i64>(0))? {
        report.add(format!("the name of room {} is lost; its messages cannot be shown", id?));
    }
    Ok(())
}

/// The rooms that have a record or a message, each with a name for the report.
fn rooms(
    db: &Connection,
    report: &mut CheckReport,
) -> Result<BTreeMap<RoomId, String>, JournalError> {
    let mut rooms = BTreeMap::new();
    let mut statement = db.prepare("SELECT id, key FROM room")?;
    let named = statement.query_map([], |row| {
        Ok((RoomId(row.get(0)?), row.get::<_, String>(1).unwrap_or_default()))
    })?;
    for room in named {
        let (id, key) = room?;
        rooms.insert(id, key);
    }
    for id in salvage::rooms_with_messages(db)? {
        rooms.entry(id).or_insert_with(|| {
            report.add(format!("there are messages of room {}, which has no record", id.0));
            format!("number {}", id.0)
        });
    }
    Ok(rooms)
}

/// Counts the messages of a room, and adds those that are damaged or missing. The numbers of the messages up to
/// `indexed` should be in the table of message numbers.
pub(super) fn check_room(
    db: &Connection,
    (room, key): (RoomId, &str),
    indexed: Seq,
    has_sums: bool,
    report: &mut CheckReport,
) -> Result<Tally, JournalError> {
    let (last, tally) = match scan(db, (room, key), indexed, has_sums, report) {
        Err(error) if salvage::is_damage(&error) && has_sums => {
            scan_around_damage(db, (room, key), indexed, report)?
        }
        scanned => scanned?,
    };
    let sql = "SELECT max(0, coalesce(max(read_seq), 0)) FROM member WHERE room = ?";
    let read: u64 = db.query_row(sql, [room.0], |row| super::store::unsigned(row, 0))?;
    if read > last.get() {
        report.add(format!(
            "room {key}: somebody has read message {read}, and the last one is {last}; the end of the \
             room is missing"
        ));
    }
    Ok(tally)
}

/// Checks a room whose pages can all be read. Returns the `seq` of its last message.
fn scan(
    db: &Connection,
    (room, key): (RoomId, &str),
    indexed: Seq,
    has_sums: bool,
    report: &mut CheckReport,
) -> rusqlite::Result<(Seq, Tally)> {
    let Extent { count, first, last } = messages::extent(db, room)?;
    let census =
        if has_sums { messages::census(db, room, indexed, FAULTS_MAX)? } else { Census::default() };
    report.messages += count - census.damaged.len() as u64;
    for seq in &census.damaged {
        report.add(format!("room {key}: message {seq} is damaged"));
    }
    let span = if count == 0 { 0 } else { last.since(first) + 1 };
    if count != span {
        report.add(format!(
            "room {key}: {count} messages are numbered {first} to {last}; {} are missing",
            span - count
        ));
    }
    Ok((last, tally(&census, has_sums && census.damaged.len() < FAULTS_MAX)))
}

fn tally(census: &Census, is_complete: bool) -> Tally {
    let is_whole = census.damaged.is_empty();
    Tally { numbered: census.numbered, last_user: census.last_user, is_complete, is_whole }
}

/// Checks a room some of whose pages cannot be read. Returns the `seq` of its last message.
fn scan_around_damage(
    db: &Connection,
    (room, key): (RoomId, &str),
    indexed: Seq,
    report: &mut CheckReport,
) -> rusqlite::Result<(Seq, Tally)> {
    let last = messages::last_seq(db, room)?;
    let (mut seq, mut census) = (Seq::NONE, Census::default());
    while seq < last {
        let page = Page { of: Part::After(seq), limit: salvage::PAGE_MESSAGES };
        let found = messages::messages(db, room, page)?;
        let Some(end) = found.last().map(|message| message.seq) else { break };
        for message in found.iter().filter(|message| message.seq <= last) {
            if message.damaged {
                report.add(format!("room {key}: message {} cannot be read", message.seq));
            } else {
                report.messages += 1;
                census.add(message, indexed);
            }
        }
        seq = end;
    }
    Ok((last, tally(&census, false)))
}
