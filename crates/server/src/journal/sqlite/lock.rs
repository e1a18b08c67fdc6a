//! Locks a data directory, so that one daemon at a time uses it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::{JournalError, private};

/// The file that a daemon holds locked.
const FILE: &str = "lock";

/// The locks on a data directory: no other daemon can use it while they exist.
///
/// Both the file and the directory are locked: somebody may remove the file, and the next daemon would create and lock
/// another one.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    _directory: Option<File>,
}

/// The path of the file in `directory`.
pub(super) fn of(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// Locks the data directory for this daemon; creates it if it does not exist. Only its owner can read the directory
/// and everything in it.
pub(super) fn take(directory: &Path) -> Result<Lock, JournalError> {
    private::create_directory(directory).map_err(|error| {
        let path = directory.to_path_buf();
        JournalError::NoDirectory { path, error }
    })?;
    let path = of(directory);
    // A directory that no daemon has used yet may contain other files, as a home directory does.
    if path.exists() && std::env::home_dir().is_none_or(|home| home != directory) {
        private::narrow(directory).map_err(JournalError::io(directory))?;
    }
    let busy = || JournalError::Busy(directory.to_path_buf());
    // First, so that a daemon that is refused creates no file, and `is_removed` stays true.
    let of_directory = open(directory).map_err(JournalError::io(directory))?;
    if let Some(of_directory) = &of_directory
        && let Err(TryLockError::WouldBlock) = of_directory.try_lock()
    {
        return Err(busy());
    }
    let file = private::open(&path).map_err(JournalError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file, _directory: of_directory }),
        Err(TryLockError::WouldBlock) => Err(busy()),
        Err(TryLockError::Error(error)) => Err(JournalError::Io { path, error }),
    }
}

/// Opens the directory to lock it; `None` on systems that cannot. If the file system cannot lock directories, only
/// the file is locked.
fn open(directory: &Path) -> std::io::Result<Option<File>> {
    if cfg!(unix) { File::open(directory).map(Some) } else { Ok(None) }
}

/// Returns true if a daemon uses the directory. Locks it for a moment, and a daemon that starts at that moment is
/// refused: to be called only if something else is wrong.
pub(crate) fn is_held(directory: &Path) -> Result<bool, JournalError> {
    let file = open(directory).map_err(JournalError::io(directory))?;
    Ok(file.is_some_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))))
}

/// Returns true if the file of a running daemon was removed.
pub(super) fn is_removed(directory: &Path) -> Result<bool, JournalError> {
    Ok(!of(directory).exists() && is_held(directory)?)
}
