//! One outbox of several, held by one client alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use chat_proto::command::Word;

use super::journal::Journal;
use super::{StoreError, at, files};

/// Most clients of one user on one machine at once: more windows than anybody looks at.
pub const SLOTS_MAX: usize = 9;

/// An outbox, and the word it is known by at the server.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) device: Word,
    pub(super) journal: Journal,
    /// Held for as long as the slot is; the system lets go of it, however the program ends.
    _lock: Option<File>,
}

impl Slot {
    /// One that nobody else knows of, and that ends with the program.
    pub(super) fn memory(device: Word) -> Self {
        Self { device, journal: Journal::default(), _lock: None }
    }

    /// Takes the first that is free, but rather one in which something is left to be said: whoever
    /// said it may have been killed, and no other can say it under its number.
    pub(super) fn open(directory: &Path, device: &Word) -> Result<Self, StoreError> {
        let mut chosen: Option<(usize, File, Journal)> = None;
        for number in 1..=SLOTS_MAX {
            let path = directory.join(format!("lock-{number}"));
            if chosen.is_some() && !path.exists() {
                break;
            }
            let Some(lock) = lock(&path)? else {
                continue;
            };
            let journal = Journal::read(&directory.join(outbox(number)))?;
            let has_more = !journal.unsettled().is_empty();
            if has_more || chosen.is_none() {
                chosen = Some((number, lock, journal));
            }
            if has_more {
                break;
            }
        }
        let (number, lock, mut journal) = chosen.ok_or(StoreError::TooMany)?;
        journal.write_to(&directory.join(outbox(number)))?;
        let device = match number {
            1 => device.clone(),
            _ => Word::new(format!("{}-{number}", device.as_str())).unwrap_or_default(),
        };
        Ok(Self { device, journal, _lock: Some(lock) })
    }
}

fn outbox(number: usize) -> String {
    format!("outbox-{number}")
}

/// The file, locked; `None` where another has it.
fn lock(path: &Path) -> Result<Option<File>, StoreError> {
    let file = files::private(&mut OpenOptions::new(), path).map_err(at(path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(at(path)(error)),
    }
}
