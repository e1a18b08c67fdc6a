//! Finds a daemon that uses the journal without its lock, because somebody removed or replaced the file. The lock of
//! the directory stops a second daemon, but not one of an earlier version, which locks the file only.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use rustix::process::{Flock, FlockType, fcntl_getlk};

use super::{file, lock, mark};

/// The number of a process that has the journal in `directory` open without the lock; `None` if there is none, or the
/// system cannot say.
///
/// To be called before this process opens the journal: if a process closes a file, it loses all locks that SQLite has
/// on it.
pub(super) fn user(directory: &Path) -> Option<u32> {
    if is_locked(&lock::of(directory)) {
        return None;
    }
    let user = open_by(&mark::with_suffix(&file::of(directory), "-shm"))?;
    // A backup and a check need no lock.
    (!is_backup_or_check(user)).then_some(user)
}

fn is_locked(lock: &Path) -> bool {
    // Opened to read, which does not create the file.
    File::open(lock).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// The number of another process that has locked a part of the file, as SQLite does while the file is open.
fn open_by(file: &Path) -> Option<u32> {
    let file = File::options().read(true).write(true).open(file).ok()?;
    let lock = fcntl_getlk(&file, &Flock::from(FlockType::WriteLock)).ok()??;
    u32::try_from(lock.pid?.as_raw_nonzero().get()).ok()
}

/// Returns true if a process copies or checks a journal.
fn is_backup_or_check(process: u32) -> bool {
    let words = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
    words.split('\0').any(|word| ["backup", "check"].contains(&word))
}
