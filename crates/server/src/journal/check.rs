//! Whether a journal is whole.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::kept::{Page, Part, RoomId};
use super::messages::{self, Extent, SEQ_MAX};
use super::{JournalError, file, load, lock, run, salvage, schema, unlocked};

/// Faults that are reported one by one; of a file with more than this, more lines say nothing more.
const FAULTS_MAX: usize = 1000;

/// Messages that are read at once around a page that cannot be read.
const PAGE_MESSAGES: u32 = 200;

/// What [`check`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many rooms there are.
    pub rooms: usize,
    /// How many messages can be read.
    pub messages: u64,
    /// What is wrong, a line each; nothing if all is well.
    pub faults: Vec<String>,
    /// Faults that are not in the list, which would be too long.
    pub more_faults: usize,
}

impl Checked {
    fn add(&mut self, fault: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }
}

/// Checks that the journal in `directory` is whole: the structure of its file, the checksum of every
/// record, that every room's messages are numbered without a gap, and that its log is complete.
///
/// # Errors
/// Returns an error if it cannot be read at all, or is of a newer version.
pub fn check(directory: &Path) -> Result<Checked, JournalError> {
    // Before this process opens the journal, see there.
    let user = unlocked::user(directory);
    let path = file::of(directory);
    let mut checked = check_file(&file::visit(&path)?)?;
    if let Some(loss) = run::find_loss(&path)? {
        // A daemon that runs has looked at it when it started, and changes it meanwhile.
        let is_so_still =
            !lock::is_held(directory)? && run::find_loss(&path)? == Some(loss.clone());
        if is_so_still {
            checked.add(loss.to_string());
        }
    }
    if let Some(process) = user {
        checked.add(format!(
            "process {process} uses the journal without its lock, which was removed or replaced; restart \
             that process, and it makes the lock again"
        ));
    } else if lock::is_removed(directory)? {
        checked.add(format!(
            "the lock in {} was removed while chat-server runs; it is made again if you restart \
             chat-server",
            directory.display()
        ));
    }
    Ok(checked)
}

/// The same for an open file.
pub(super) fn check_file(db: &Connection) -> Result<Checked, JournalError> {
    let version = schema::version(db)?;
    if version > schema::KNOWN {
        return Err(JournalError::Newer { found: version, known: schema::KNOWN });
    }
    let mut checked = Checked::default();
    check_structure(db, &mut checked)?;
    let has_sums = version >= schema::CHECKSUMS_SINCE;
    if has_sums {
        check_records(db, &mut checked)?;
    }
    for (room, key) in rooms(db, &mut checked)? {
        checked.rooms += 1;
        check_room(db, room, &key, has_sums, &mut checked)?;
    }
    Ok(checked)
}

fn check_structure(db: &Connection, checked: &mut Checked) -> Result<(), JournalError> {
    let mut integrity = db.prepare("PRAGMA integrity_check")?;
    let mut rows = integrity.query([])?;
    loop {
        match rows.next() {
            Ok(None) => return Ok(()),
            Ok(Some(row)) => {
                let line: String = row.get(0)?;
                if line != "ok" {
                    checked.add(line);
                }
            }
            Err(error) if salvage::is_damage(&error) => {
                checked.add(error.to_string());
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Checks all records but the messages.
fn check_records(db: &Connection, checked: &mut Checked) -> Result<(), JournalError> {
    for (table, columns) in [
        ("user", "id, name, key, token, seen_at"),
        ("room", "id, key, name, topic"),
        ("member", "user, room, is_in, read_seq"),
    ] {
        let sql = format!("SELECT {columns} FROM {table} WHERE sum <> checksum({columns})");
        let mut statement = db.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            checked.add(match table {
                "member" => {
                    let room: i64 = row.get(1)?;
                    format!("the record of user {number} in room {room} is damaged")
                }
                _ => format!("the record of {table} {number} is damaged"),
            });
        }
    }
    let lost = "SELECT id FROM room WHERE substr(key, 1, 1) = ?";
    let mut statement = db.prepare(lost)?;
    for id in statement.query_map([load::LOST], |row| row.get::<_, i64>(0))? {
        checked.add(format!("the name of room {} is lost; its messages cannot be shown", id?));
    }
    Ok(())
}

/// The rooms that have a record or a message, each with what to call it.
fn rooms(db: &Connection, checked: &mut Checked) -> Result<BTreeMap<RoomId, String>, JournalError> {
    let mut rooms = BTreeMap::new();
    let mut statement = db.prepare("SELECT id, key FROM room")?;
    let named = statement.query_map([], |row| {
        Ok((RoomId(row.get(0)?), row.get::<_, String>(1).unwrap_or_default()))
    })?;
    for room in named {
        let (id, key) = room?;
        rooms.insert(id, key);
    }
    let mut next = Some(0);
    while let Some(place) = next {
        let sql = "SELECT place FROM message WHERE place >= ? ORDER BY place LIMIT 1";
        let found = db.prepare_cached(sql)?.query_row([place], |row| row.get(0)).optional();
        next = match found {
            Ok(found) => found.filter(|found| *found >= place).and_then(|place: i64| {
                let id = messages::room_of(place);
                rooms.entry(id).or_insert_with(|| {
                    checked
                        .add(format!("there are messages of room {}, which has no record", id.0));
                    format!("number {}", id.0)
                });
                messages::place(id, SEQ_MAX).checked_add(1)
            }),
            // The structure has told of it.
            Err(error) if salvage::is_damage(&error) => None,
            Err(error) => return Err(error.into()),
        };
    }
    Ok(rooms)
}

/// Adds what there is of a room, and what is damaged or missing.
pub(super) fn check_room(
    db: &Connection,
    room: RoomId,
    key: &str,
    has_sums: bool,
    checked: &mut Checked,
) -> Result<(), JournalError> {
    let last = match scan(db, room, key, has_sums, checked) {
        Err(error) if salvage::is_damage(&error) && has_sums => around(db, room, key, checked)?,
        last => last?,
    };
    let sql = "SELECT coalesce(max(read_seq), 0) FROM member WHERE room = ?";
    let read: u64 = db.query_row(sql, [room.0], |row| super::store::unsigned(row, 0))?;
    if read > last {
        checked.add(format!(
            "room {key}: somebody has read message {read}, and the last one is {last}; the end of the \
             room is missing"
        ));
    }
    Ok(())
}

/// Checks a room whose pages can all be read. Returns the `seq` of its last message.
fn scan(
    db: &Connection,
    room: RoomId,
    key: &str,
    has_sums: bool,
    checked: &mut Checked,
) -> rusqlite::Result<u64> {
    // By one statement, and so at one moment: a daemon may be writing.
    let Extent { count, first, last } = messages::extent(db, room)?;
    let damaged = if has_sums { messages::damaged(db, room, FAULTS_MAX)? } else { Vec::new() };
    checked.messages += count - damaged.len() as u64;
    for seq in damaged {
        checked.add(format!("room {key}: message {seq} is damaged"));
    }
    let span = if count == 0 { 0 } else { last - first + 1 };
    if count != span {
        checked.add(format!(
            "room {key}: {count} messages are numbered {first} to {last}; {} are missing",
            span - count
        ));
    }
    Ok(last)
}

/// Checks a room in which there are pages that cannot be read.
fn around(
    db: &Connection,
    room: RoomId,
    key: &str,
    checked: &mut Checked,
) -> rusqlite::Result<u64> {
    let last = messages::last_seq(db, room)?;
    let mut seq = 0;
    while seq < last {
        let page = Page { of: Part::After(seq), limit: PAGE_MESSAGES };
        let found = messages::messages(db, room, page)?;
        let Some(end) = found.last().map(|message| message.seq) else { break };
        for message in found.iter().filter(|message| message.seq <= last) {
            if message.damaged {
                checked.add(format!("room {key}: message {} cannot be read", message.seq));
            } else {
                checked.messages += 1;
            }
        }
        seq = end;
    }
    Ok(last)
}
