//! Finds a daemon that uses the journal without its lock, because somebody removed or replaced the file. The
//! lock of the directory keeps a second daemon off, but not one of a version that knows the file alone.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use rustix::process::{Flock, FlockType, fcntl_getlk};

use super::{file, lock, mark};

/// The number of a process that has the journal in `directory` open while nobody holds the lock; `None`
/// also if the system cannot say.
///
/// To be asked before this process opens the journal: to close a file that SQLite has locked would take its
/// locks.
pub(super) fn user(directory: &Path) -> Option<u32> {
    if is_locked(&lock::of(directory)) {
        return None;
    }
    let user = open_by(&mark::with_suffix(&file::of(directory), "-shm"))?;
    // Other uses of the journal need no lock.
    (!is_passing(user)).then_some(user)
}

fn is_locked(lock: &Path) -> bool {
    // Opened to read alone: to look is not to make it.
    File::open(lock).is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// The number of another process that has locked a part of the file, as SQLite does while it is open.
fn open_by(file: &Path) -> Option<u32> {
    let file = File::options().read(true).write(true).open(file).ok()?;
    let lock = fcntl_getlk(&file, &Flock::from(FlockType::WriteLock)).ok()??;
    u32::try_from(lock.pid?.as_raw_nonzero().get()).ok()
}

/// Whether a process copies or checks a journal.
fn is_passing(process: u32) -> bool {
    let words = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
    words.split('\0').any(|word| ["backup", "check"].contains(&word))
}
