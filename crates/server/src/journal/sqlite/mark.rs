//! The mark in the header of a file: it says that the file is a backup, or is the generation of a journal in use.
//!
//! It is SQLite's application id, 4 bytes of the header. It is read before SQLite opens the file: if a file was copied
//! beside the log of another file, SQLite would mix the two.
//!
//! ```text
//! BACKUP ──→ ADOPTED ──→ a generation ──→ another with each start, see `run.rs`
//!        4 bytes     with the new epoch, through SQLite
//! ```
//!
//! The first step changes the file itself, while it has no log. So a log beside the file belongs to it from then on.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::JournalError;

/// A journal of a version that had no generations.
const NONE: i32 = 0;

/// A backup that nobody has opened as a journal.
pub(super) const BACKUP: i32 = i32::from_be_bytes(*b"chbk");

/// A backup that has become a journal, and still has its old epoch.
pub(super) const ADOPTED: i32 = i32::from_be_bytes(*b"chad");

/// The offset of the application id in the header; it has 4 bytes, big-endian.
pub(super) const OFFSET: usize = 68;

/// The ends of the names of SQLite's logs, which it copies into the file when it opens the file next.
const LOGS: [&str; 2] = ["-wal", "-journal"];

/// The mark of the file; [`NONE`] if it is too short to have one, or does not exist.
pub(super) fn read(path: &Path) -> io::Result<i32> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(NONE),
        file => file?,
    };
    file.seek(SeekFrom::Start(OFFSET as u64))?;
    let mut mark = [0; 4];
    match file.read_exact(&mut mark) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(NONE),
        read => read.map(|()| i32::from_be_bytes(mark)),
    }
}

/// Marks a file that no process has open, and waits for the disk.
pub(super) fn write(path: &Path, mark: i32) -> Result<(), JournalError> {
    let write = || {
        let mut file = File::options().write(true).open(path)?;
        file.seek(SeekFrom::Start(OFFSET as u64))?;
        file.write_all(&mark.to_be_bytes())?;
        file.sync_all()
    };
    write().map_err(JournalError::io(path))
}

/// Removes the mark of a file that no process has open.
pub(super) fn clear(path: &Path) -> Result<(), JournalError> {
    write(path, NONE)
}

/// The path with `suffix` appended to its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A log beside the file that is not empty.
pub(super) fn log_beside(path: &Path) -> Option<PathBuf> {
    let logs = LOGS.into_iter().map(|suffix| with_suffix(path, suffix));
    logs.into_iter().find(|log| log.metadata().is_ok_and(|log| log.len() > 0))
}

/// Makes sure that the file is not a backup beside the log of another file. Returns true if it is a backup.
///
/// # Errors
/// Returns an error if it is; nothing has been changed then.
pub(super) fn check(path: &Path) -> Result<bool, JournalError> {
    let is_backup = read(path).map_err(JournalError::io(path))? == BACKUP;
    match log_beside(path) {
        Some(log) if is_backup => {
            Err(JournalError::BackupBesideLog { file: path.to_path_buf(), log })
        }
        _ => Ok(is_backup),
    }
}

/// Turns a backup that was copied into the journal's place into a journal.
pub(super) fn adopt(path: &Path) -> Result<(), JournalError> {
    if check(path)? { write(path, ADOPTED) } else { Ok(()) }
}

/// Returns true if `mark` is the generation of a journal.
pub(super) const fn is_generation(mark: i32) -> bool {
    !matches!(mark, BACKUP | ADOPTED)
}
