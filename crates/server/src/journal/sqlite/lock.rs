//! Locks a data directory, so that one daemon at a time uses it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::{JournalError, private};

/// The file that a daemon holds locked.
const FILE: &str = "lock";

/// A data directory that no other daemon can use while this exists.
///
/// The directory itself is locked as well as the file: the file can be removed and made again, which would
/// be another file for the next daemon.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    _directory: Option<File>,
}

/// Where in `directory` the file is.
pub(super) fn of(directory: &Path) -> PathBuf {
    directory.join(FILE)
}

/// Takes the data directory for this daemon alone; makes it if it does not exist. It and all that is in
/// it is for its owner alone.
pub(super) fn take(directory: &Path) -> Result<Lock, JournalError> {
    private::create_directory(directory).map_err(|error| {
        let path = directory.to_path_buf();
        JournalError::NoDirectory { path, error }
    })?;
    let path = of(directory);
    // One that nobody has used yet may be for other things as well, such as a home.
    if path.exists() && std::env::home_dir().is_none_or(|home| home != directory) {
        private::narrow(directory).map_err(JournalError::io(directory))?;
    }
    let busy = || JournalError::Busy(directory.to_path_buf());
    // First, so that a daemon that is refused makes no file, and `is_removed` stays true.
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

/// Opens the directory to lock it; `None` on systems that cannot. A file system that has no locks for
/// directories is no error either: the file is locked all the same.
fn open(directory: &Path) -> std::io::Result<Option<File>> {
    if cfg!(unix) { File::open(directory).map(Some) } else { Ok(None) }
}

/// Whether a daemon uses the directory. Locks it for a moment, so a daemon that starts at that moment is
/// refused: to be asked only if something else is wrong.
pub(super) fn is_held(directory: &Path) -> Result<bool, JournalError> {
    let file = open(directory).map_err(JournalError::io(directory))?;
    Ok(file.is_some_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))))
}

/// Whether the lock of a running daemon was removed.
pub(super) fn is_removed(directory: &Path) -> Result<bool, JournalError> {
    Ok(!of(directory).exists() && is_held(directory)?)
}
