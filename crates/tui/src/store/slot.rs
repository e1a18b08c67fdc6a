//! One outbox of several, and the drafts beside it, held by one client alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use chat_proto::command::Word;

use super::drafts::DraftsFile;
use super::journal::Journal;
use super::{StoreError, at, files};

/// Most clients of one user on one machine at once: more windows than anybody looks at.
pub const SLOTS_MAX: usize = 9;

/// An outbox with its drafts, and the word it is known by at the server.
#[derive(Debug)]
pub(super) struct Slot {
    number: usize,
    pub(super) device: Word,
    pub(super) journal: Journal,
    pub(super) drafts: DraftsFile,
    /// Held for as long as the slot is; the system lets go of it, however the program ends.
    _lock: Option<File>,
}

impl Slot {
    /// One that nobody else knows of, and that ends with the program.
    pub(super) fn memory(device: Word) -> Self {
        let (journal, drafts) = (Journal::default(), DraftsFile::default());
        Self { number: 1, device, journal, drafts, _lock: None }
    }

    /// Takes the first that is free, but rather one in which something is typed, and rather still one
    /// in which something is left to be said: whoever said it may have been killed, and no other can
    /// say it under its number.
    pub(super) fn open(directory: &Path, device: &Word) -> Result<Self, StoreError> {
        let mut chosen: Option<Self> = None;
        for number in 1..=SLOTS_MAX {
            let path = directory.join(lock_file(number));
            if chosen.is_some() && !path.exists() {
                break;
            }
            let Some(lock) = lock(&path)? else {
                continue;
            };
            let slot = Self::read(directory, device, number, lock)?;
            let (is_said, _) = slot.left();
            if chosen.as_ref().is_none_or(|other| slot.left() > other.left()) {
                chosen = Some(slot);
            }
            if is_said {
                break;
            }
        }
        let mut slot = chosen.ok_or(StoreError::TooMany)?;
        slot.journal.write_to(&directory.join(outbox(slot.number)))?;
        Ok(slot)
    }

    fn read(
        directory: &Path,
        device: &Word,
        number: usize,
        lock: File,
    ) -> Result<Self, StoreError> {
        let device = match number {
            1 => device.clone(),
            _ => Word::new(format!("{}-{number}", device.as_str())).unwrap_or_default(),
        };
        let journal = Journal::read(&directory.join(outbox(number)))?;
        let drafts = DraftsFile::read(directory.join(format!("drafts-{number}")));
        Ok(Self { number, device, journal, drafts, _lock: Some(lock) })
    }

    /// Whether something is left to be said, and whether something is typed: the more, the greater.
    fn left(&self) -> (bool, bool) {
        (!self.journal.unsettled().is_empty(), !self.drafts.drafts().texts.is_empty())
    }
}

/// Whether nobody has a slot there, and nothing is left in one.
pub(super) fn are_empty(directory: &Path) -> Result<bool, StoreError> {
    for number in 1..=SLOTS_MAX {
        let path = directory.join(lock_file(number));
        if !path.exists() {
            break;
        }
        let Some(lock) = lock(&path)? else {
            return Ok(false);
        };
        if Slot::read(directory, &Word::default(), number, lock)?.left() != (false, false) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn outbox(number: usize) -> String {
    format!("outbox-{number}")
}

fn lock_file(number: usize) -> String {
    format!("lock-{number}")
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
