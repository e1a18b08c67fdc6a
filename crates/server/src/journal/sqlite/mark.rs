//! The mark in the header of a file: that it is a backup, or the generation of a journal in use.
//!
//! It is SQLite's application id, 4 bytes of the header. It is read before SQLite opens the file: a file
//! that was copied beside the log of another one must not be opened, since SQLite would mix the two.
//!
//! ```text
//! BACKUP ──→ ADOPTED ──→ a generation ──→ another with each start, see `run.rs`
//!        4 bytes     with the new epoch, through SQLite
//! ```
//!
//! The first step is made in the file itself, while it has no log: after it, a log beside the file is its
//! own.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::JournalError;

/// A journal that no daemon has used since marks are generations.
const NONE: i32 = 0;

/// A backup that nobody has opened as a journal.
pub(super) const BACKUP: i32 = i32::from_be_bytes(*b"chbk");

/// A backup that is a journal now, and still has the epoch of the backup.
pub(super) const ADOPTED: i32 = i32::from_be_bytes(*b"chad");

/// Where the header has the application id; it has 4 bytes, the highest first.
pub(super) const OFFSET: usize = 68;

/// What SQLite writes beside a file and brings into it when it opens the file next.
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

/// Marks a file that nobody has open, for good.
pub(super) fn write(path: &Path, mark: i32) -> Result<(), JournalError> {
    let write = || {
        let mut file = File::options().write(true).open(path)?;
        file.seek(SeekFrom::Start(OFFSET as u64))?;
        file.write_all(&mark.to_be_bytes())?;
        file.sync_all()
    };
    write().map_err(JournalError::io(path))
}

/// Takes the mark of a file that nobody has open.
pub(super) fn clear(path: &Path) -> Result<(), JournalError> {
    write(path, NONE)
}

/// The path with something behind its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// A log beside the file with something in it.
pub(super) fn log_beside(path: &Path) -> Option<PathBuf> {
    let logs = LOGS.into_iter().map(|suffix| with_suffix(path, suffix));
    logs.into_iter().find(|log| log.metadata().is_ok_and(|log| log.len() > 0))
}

/// Makes sure that the file is no backup beside the log of another one. Returns whether it is a backup.
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

/// Makes a journal of a backup that was copied into its place.
pub(super) fn adopt(path: &Path) -> Result<(), JournalError> {
    if check(path)? { write(path, ADOPTED) } else { Ok(()) }
}

/// Whether a file with this mark is a journal that daemons have used, and `mark` its generation.
pub(super) const fn is_generation(mark: i32) -> bool {
    !matches!(mark, BACKUP | ADOPTED)
}
