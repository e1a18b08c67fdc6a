//! Copies the journal to a backup, also while a daemon writes to it.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use rusqlite::{Connection, ErrorCode, ffi, params};

use super::{JournalError, file, mark, private};

/// Copies the journal in `directory`, as it is at one moment, to the new file `to`. A daemon may be using it. The copy
/// gets its name once it is complete and on the disk. Until then its name is `to` with `.part` appended; such a file of
/// a killed backup is replaced.
///
/// # Errors
/// Returns an error if there is no journal, it cannot be read, `to` exists or cannot be written, or
/// another backup to it is running.
pub fn backup(directory: &Path, to: &Path) -> Result<(), JournalError> {
    let db = file::visit(&file::of(directory))?;
    let draft = to.with_added_extension("part");
    let lock = lock(&draft, to)?;
    let copied = copy(&db, &draft, to)
        .and_then(|()| mark::write(&draft, mark::BACKUP))
        .and_then(|()| file::put_in_place(&draft, to));
    if copied.is_err() {
        // The draft is incomplete.
        let _ = fs::remove_file(&draft);
    }
    drop(lock);
    copied
}

/// Locks the draft for this backup, and empties it.
fn lock(draft: &Path, to: &Path) -> Result<File, JournalError> {
    let lock = private::open(draft).map_err(JournalError::io(draft))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(JournalError::BackupRuns(to.to_path_buf()));
        }
        Err(TryLockError::Error(error)) => return Err(JournalError::io(draft)(error)),
    }
    // Under the lock, so that no other backup completes a copy with this name meanwhile.
    if to.exists() {
        let _ = fs::remove_file(draft);
        return Err(JournalError::io(to)(std::io::ErrorKind::AlreadyExists.into()));
    }
    lock.set_len(0).map_err(JournalError::io(draft))?;
    Ok(lock)
}

fn copy(db: &Connection, draft: &Path, to: &Path) -> Result<(), JournalError> {
    let path = draft.to_str().ok_or_else(|| {
        let error = std::io::Error::other("the name of the file is not UTF-8");
        JournalError::Io { path: draft.to_path_buf(), error }
    })?;
    match db.execute("VACUUM INTO ?", params![path]) {
        Err(error) if is_of_writing(&error) => {
            Err(JournalError::NotCopied { path: to.to_path_buf(), reason: error.to_string() })
        }
        copied => Ok(copied.map(drop)?),
    }
}

/// Whether the copy cannot be written, rather than the journal read.
fn is_of_writing(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_extended_error_code();
    let writes = [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_TRUNCATE];
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || code.is_some_and(|code| writes.contains(&code))
}
