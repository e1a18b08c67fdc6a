//! A copy of the journal, made while a daemon may be writing it; and whether it is whole.

use std::fs::{self, File};
use std::path::Path;

use rusqlite::{Connection, params};

use super::messages::Extent;
use super::{JournalError, KeptRoom, file, messages, store};

/// Copies the journal in `directory` to the new file `to`, as it is at one moment, while a daemon
/// may be using it. The copy has its name only once it is whole.
///
/// # Errors
/// Where there is no journal, it cannot be read, or `to` is there already or cannot be written.
pub fn backup(directory: &Path, to: &Path) -> Result<(), JournalError> {
    let db = file::connect(&file::of(directory))?;
    // Takes the name, so that no other copy can: made new, or not at all.
    File::create_new(to).map_err(JournalError::io(to))?;
    let draft = to.with_added_extension("part");
    let copied = copy(&db, &draft).and_then(|()| file::put_in_place(&draft, to));
    if copied.is_err() {
        // Whatever of it there is, is no copy.
        let _ = (fs::remove_file(&draft), fs::remove_file(to));
    }
    copied
}

fn copy(db: &Connection, draft: &Path) -> Result<(), JournalError> {
    let path = draft.to_str().ok_or_else(|| {
        let error = std::io::Error::other("the name of the file is not UTF-8");
        JournalError::Io { path: draft.to_path_buf(), error }
    })?;
    db.execute("VACUUM INTO ?", params![path])?;
    Ok(())
}

/// What [`check`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many rooms there are.
    pub rooms: usize,
    /// How many messages.
    pub messages: u64,
    /// What is wrong, a line each; nothing where all is well.
    pub faults: Vec<String>,
}

/// Checks that the journal in `directory` is whole: what SQLite knows of its file, and that every
/// room's messages are numbered without a gap.
///
/// # Errors
/// Where it cannot be read at all.
pub fn check(directory: &Path) -> Result<Checked, JournalError> {
    let db = file::connect(&file::of(directory))?;
    let mut checked = Checked::default();
    let mut integrity = db.prepare("PRAGMA integrity_check")?;
    for line in integrity.query_map([], |row| row.get::<_, String>(0))? {
        checked.faults.push(line?);
    }
    checked.faults.retain(|line| line != "ok");
    for room in store::rooms(&db)? {
        check_room(&db, &room, &mut checked)?;
    }
    Ok(checked)
}

/// Adds what there is of `room`, and what is missing.
pub(super) fn check_room(
    db: &Connection,
    room: &KeptRoom,
    checked: &mut Checked,
) -> Result<(), JournalError> {
    // By one statement, and so at one moment: what `room` says of its last message may be old.
    let Extent { count, first, last } = messages::extent(db, room.id)?;
    checked.rooms += 1;
    checked.messages += count;
    let span = if count == 0 { 0 } else { last - first + 1 };
    if count != span {
        let key = room.called.key();
        checked.faults.push(format!(
            "room {key}: {count} messages are numbered {first} to {last}; {} are missing",
            span - count
        ));
    }
    Ok(())
}
