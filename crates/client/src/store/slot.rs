//! A slot: an outbox and its drafts, used by one client alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use chat_proto::DeviceId;

use super::drafts::{Drafts, DraftsFile};
use super::outbox_file::{OUTBOX_MAX, OutboxFile, OwnMessage};
use super::{StoreError, at, files};

/// Most clients of one user on one machine at once: more windows than anybody watches.
pub const SLOTS_MAX: usize = 9;

/// An outbox with its drafts.
#[derive(Debug, Default)]
pub(super) struct Slot {
    number: usize,
    pub(super) outbox: OutboxFile,
    pub(super) drafts: DraftsFile,
    /// Locked for as long as the slot is used; the system releases it, however the program ends.
    _lock: Option<File>,
}

impl Slot {
    /// Opens a free slot, preferring one with messages, then one with drafts: no other client sends them.
    ///
    /// `device` is the device of version 0.1.0, see [`device_of`].
    pub(super) fn open(directory: &Path, device: &DeviceId) -> Result<Self, StoreError> {
        let mut chosen: Option<Self> = None;
        for number in 1..=SLOTS_MAX {
            if chosen.is_some() && !directory.join(lock_file(number)).exists() {
                break;
            }
            let Some(slot) = Self::lock(directory, device, number)? else {
                continue;
            };
            let (has_messages, _) = slot.left();
            if chosen.as_ref().is_none_or(|other| slot.left() > other.left()) {
                chosen = Some(slot);
            }
            if has_messages {
                break;
            }
        }
        let mut slot = chosen.ok_or(StoreError::TooMany)?;
        slot.outbox.write_to(&directory.join(outbox_name(slot.number)))?;
        if let Err(error) = slot.take_over(directory, device) {
            tracing::warn!(%error, "cannot take over the messages of a client that has ended");
        }
        Ok(slot)
    }

    /// Takes over the messages that other clients of the user have left: they may have been killed together. What is
    /// more than [`OUTBOX_MAX`] is left to a later client. Drafts stay, each for a client of its own.
    fn take_over(&mut self, directory: &Path, device: &DeviceId) -> Result<(), StoreError> {
        let own = self.number;
        for number in (1..=SLOTS_MAX).filter(|number| *number != own) {
            // An empty slot is not locked, since a client that starts meanwhile would pass over it.
            if read_outbox(directory, device, number)?.messages().is_empty() {
                continue;
            }
            let Some(mut other) = Self::lock(directory, device, number)? else {
                continue;
            };
            let count = self.outbox.messages().len() + other.outbox.messages().len();
            if count <= OUTBOX_MAX {
                other.outbox.write_to(&directory.join(outbox_name(number)))?;
                self.absorb_messages(std::slice::from_mut(&mut other))?;
            }
        }
        Ok(())
    }

    /// Locks a slot and reads it; `None` if another client has it.
    fn lock(
        directory: &Path,
        device: &DeviceId,
        number: usize,
    ) -> Result<Option<Self>, StoreError> {
        let Some(lock) = lock(&directory.join(lock_file(number)))? else {
            return Ok(None);
        };
        let outbox = read_outbox(directory, device, number)?;
        let drafts = DraftsFile::read(directory.join(format!("drafts-{number}")));
        Ok(Some(Self { number, outbox, drafts, _lock: Some(lock) }))
    }

    /// All free slots of a directory that are not empty, each locked and ready to be written.
    pub(super) fn left_in(directory: &Path, device: &DeviceId) -> Result<Vec<Self>, StoreError> {
        let mut slots = Vec::new();
        for number in 1..=SLOTS_MAX {
            if !directory.join(lock_file(number)).exists() {
                break;
            }
            let Some(mut slot) = Self::lock(directory, device, number)? else {
                continue;
            };
            if slot.left() != (false, false) {
                slot.outbox.write_to(&directory.join(outbox_name(number)))?;
                slots.push(slot);
            }
        }
        Ok(slots)
    }

    /// Adds the messages and drafts of other slots, which are newer, and then empties those.
    pub(super) fn absorb(&mut self, others: &mut [Self]) -> Result<(), StoreError> {
        let mut drafts = self.drafts.drafts().clone();
        for other in others.iter() {
            drafts.absorb(other.drafts.drafts());
        }
        self.drafts.replace(drafts)?;
        self.absorb_messages(others)?;
        for other in others {
            other.drafts.replace(Drafts::default())?;
        }
        Ok(())
    }

    /// Adds the messages of other slots, and then empties their outboxes. If this is interrupted a message is in both,
    /// and the server stores it once.
    fn absorb_messages(&mut self, others: &mut [Self]) -> Result<(), StoreError> {
        let mut messages: Vec<OwnMessage> = self.outbox.messages().to_vec();
        for other in others.iter() {
            let is_new = |message: &&OwnMessage| messages.iter().all(|own| own.id != message.id);
            let new: Vec<OwnMessage> =
                other.outbox.messages().iter().filter(is_new).cloned().collect();
            messages.extend(new);
        }
        self.outbox.replace(messages)?;
        others.iter_mut().try_for_each(|other| other.outbox.replace(Vec::new()))
    }

    /// The same messages and drafts, without their files.
    pub(super) fn in_memory(&self) -> Self {
        Self { outbox: self.outbox.in_memory(), drafts: self.drafts.in_memory(), ..Self::default() }
    }

    /// Whether there are messages, and whether there are drafts. Sorts slots: a greater one is opened first.
    fn left(&self) -> (bool, bool) {
        let drafts = self.drafts.drafts();
        let has_draft = !drafts.texts.is_empty() || !drafts.threads.is_empty();
        (!self.outbox.messages().is_empty(), has_draft)
    }
}

/// Whether all slots of a directory are free and empty.
pub(super) fn are_empty(directory: &Path) -> Result<bool, StoreError> {
    for number in 1..=SLOTS_MAX {
        if !directory.join(lock_file(number)).exists() {
            break;
        }
        let Some(slot) = Slot::lock(directory, &DeviceId::default(), number)? else {
            return Ok(false);
        };
        if slot.left() != (false, false) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The messages in all outboxes of a directory, whichever client uses them.
pub(super) fn messages_in(
    directory: &Path,
    device: &DeviceId,
) -> Result<Vec<OwnMessage>, StoreError> {
    let mut messages = Vec::new();
    for number in 1..=SLOTS_MAX {
        messages.extend_from_slice(read_outbox(directory, device, number)?.messages());
    }
    Ok(messages)
}

/// How many messages are in the outboxes that no client uses.
pub(super) fn left_messages(directory: &Path, device: &DeviceId) -> Result<usize, StoreError> {
    let mut count = 0;
    for number in 1..=SLOTS_MAX {
        let left = read_outbox(directory, device, number)?.messages().len();
        if left > 0 && lock(&directory.join(lock_file(number)))?.is_some() {
            count += left;
        }
    }
    Ok(count)
}

fn read_outbox(
    directory: &Path,
    device: &DeviceId,
    number: usize,
) -> Result<OutboxFile, StoreError> {
    OutboxFile::read(&directory.join(outbox_name(number)), device_of(device, number))
}

/// The device of version 0.1.0 for that slot.
fn device_of(device: &DeviceId, number: usize) -> DeviceId {
    match number {
        1 => device.clone(),
        _ => DeviceId::new(format!("{}-{number}", device.as_str()))
            .unwrap_or_else(|_| device.clone()),
    }
}

fn outbox_name(number: usize) -> String {
    format!("outbox-{number}")
}

pub(super) fn lock_file(number: usize) -> String {
    format!("lock-{number}")
}

/// Opens a file and locks it; `None` if another client has locked it.
fn lock(path: &Path) -> Result<Option<File>, StoreError> {
    let file = files::private(&mut OpenOptions::new(), path).map_err(at(path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(at(path)(error)),
    }
}
