//! Copies the journal to a backup, also while a daemon writes to it.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use rusqlite::{Connection, params};

use super::{JournalError, file, mark, private};

/// Copies the journal in `directory` to the new file `to`, as it is at one moment, while a daemon
/// may be using it. The copy gets its name once it is complete and on the disk. Until then it has the name `to`
/// and `.part`; such a file of a killed backup is replaced.
///
/// # Errors
/// Returns an error if there is no journal, it cannot be read, `to` exists or cannot be written, or
/// another backup to it is running.
pub fn backup(directory: &Path, to: &Path) -> Result<(), JournalError> {
    let db = file::visit(&file::of(directory))?;
    let draft = to.with_added_extension("part");
    let lock = take(&draft, to)?;
    let copied = copy(&db, &draft)
        .and_then(|()| mark::write(&draft, mark::BACKUP))
        .and_then(|()| file::put_in_place(&draft, to));
    if copied.is_err() {
        // It is incomplete.
        let _ = fs::remove_file(&draft);
    }
    drop(lock);
    copied
}

/// Locks the draft for this backup, and empties it.
fn take(draft: &Path, to: &Path) -> Result<File, JournalError> {
    let lock = private::open(draft).map_err(JournalError::io(draft))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(JournalError::BackupRuns(to.to_path_buf()));
        }
        Err(TryLockError::Error(error)) => return Err(JournalError::io(draft)(error)),
    }
    // Checked under the lock: no other backup can complete a copy of this name meanwhile.
    if to.exists() {
        let _ = fs::remove_file(draft);
        return Err(JournalError::io(to)(std::io::ErrorKind::AlreadyExists.into()));
    }
    lock.set_len(0).map_err(JournalError::io(draft))?;
    Ok(lock)
}

fn copy(db: &Connection, draft: &Path) -> Result<(), JournalError> {
    let path = draft.to_str().ok_or_else(|| {
        let error = std::io::Error::other("the name of the file is not UTF-8");
        JournalError::Io { path: draft.to_path_buf(), error }
    })?;
    db.execute("VACUUM INTO ?", params![path])?;
    Ok(())
}
