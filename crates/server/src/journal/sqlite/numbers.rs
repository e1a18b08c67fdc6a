//! Finds a message by the number that its device has given it.
//!
//! The table `sent` maps numbers to messages. It may lag, since each message contains its device and number: a commit
//! does not store the numbers of its messages there. The writer gathers them in memory, and later commits merge them
//! into the table, a few rows each, so that no commit takes long.
//!
//! ```text
//! commit ─→ growing ─ BUFFERED_MESSAGES ─→ merging ─ some rows with each commit ─→ tables `sent`, `indexed`
//! start  ─→ growing, from the messages after those in `indexed`
//! ```
//!
//! A row of `sent` may cover messages that retention has removed; those numbers are free again. If a row is
//! damaged, both tables are rebuilt from the messages ([`super::rebuild`]).

mod buffer;
mod draft;
mod indexed;
mod merge;
mod run;
mod runs;
mod start;
mod table;

use std::collections::{BTreeMap, HashMap};

use chat_proto::{DeviceId, Seq, UserId};
use rusqlite::{Connection, ErrorCode};

use self::buffer::NumberBuffer;
pub(super) use self::draft::{NumbersDraft, NumbersUpdate};
pub(super) use self::indexed::{IndexedSeqs, last as last_indexed};
use self::merge::Merge;
pub(super) use self::run::Run;
#[cfg(test)]
pub(super) use self::runs::list;
pub(super) use self::start::{fill, open};
pub(super) use self::table::{COLUMNS, forget, last_user, runs_of};
use super::super::error::Part;
use super::error::PartDamage;
use super::stored::RoomId;

/// Messages whose numbers are in memory before they are merged. The more, the fewer rows are written for a device that
/// sends much; but a start after a kill reads up to twice as many messages and those of two commits, which takes some
/// tens of milliseconds. Takes 400 KiB if each message is of another device. Few in a test, so that all tests merge.
const BUFFERED_MESSAGES: u64 = if cfg!(test) { 8 } else { 4096 };

/// Number of devices whose last number is cached, so that it is not read for each message. Each takes about 110 bytes.
const DEVICES_REMEMBERED: usize = 100_000;

/// A device of a user.
pub(super) type Device = (UserId, DeviceId);

/// The damage of the table, if a statement failed because of it.
pub(super) fn damage(error: &rusqlite::Error) -> Option<&PartDamage> {
    PartDamage::of(error).filter(|damage| damage.part() == Part::Numbers)
}

/// Returns true if a statement failed because the table is damaged.
pub(super) fn is_damaged(error: &rusqlite::Error) -> bool {
    damage(error).is_some()
}

/// Makes the error of a damaged row.
pub(super) fn damaged(what: impl Into<String>) -> rusqlite::Error {
    PartDamage::error(Part::Numbers, what)
}

/// Turns an error of a statement on the table into a [`PartDamage`] if the table is damaged. An error of the disk
/// stays: the disk may be able to read the table later.
fn marked(error: rusqlite::Error) -> rusqlite::Error {
    use rusqlite::Error::{IntegralValueOutOfRange, InvalidColumnType};
    let is_corrupt = error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt);
    match error {
        IntegralValueOutOfRange(..) | InvalidColumnType(..) => damaged(error.to_string()),
        _ if is_corrupt => damaged(error.to_string()),
        error => error,
    }
}

/// The message numbers in the writer's memory, beside those in the table.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// A cache of the last number of each device; `None` before the first. A greater number needs no look-up. It may be
    /// too great, if retention has removed the message.
    last_numbers: HashMap<Device, Option<u64>>,
    /// The numbers of the newest messages.
    growing: NumberBuffer,
    /// The numbers of earlier messages that are not in the table yet.
    merging: Merge,
    /// The damage of the table, if it cannot be rebuilt.
    damage: Option<String>,
}

impl Numbers {
    /// The numbers of a journal with a damaged table: each look-up fails until the table is rebuilt.
    fn unreadable(damage: String) -> Self {
        Self { damage: Some(damage), ..Self::default() }
    }

    /// The greatest number of a device; `None` if it has none.
    fn last(&self, db: &Connection, device: &Device) -> rusqlite::Result<Option<u64>> {
        self.assert_readable()?;
        let buffered = self.growing.last(device).max(self.merging.last(device));
        Ok(table::last(db, device)?.max(buffered))
    }

    /// The place of the message to which a device gave the number `n`; retention may have removed the message.
    fn place_of(&self, db: &Connection, device: &Device, n: u64) -> rusqlite::Result<Option<i64>> {
        self.assert_readable()?;
        match self.growing.place_of(device, n).or_else(|| self.merging.place_of(device, n)) {
            None => table::place_of(db, device, n),
            place => Ok(place),
        }
    }

    fn assert_readable(&self) -> rusqlite::Result<()> {
        self.damage.as_ref().map_or(Ok(()), |damage| Err(damaged(damage.clone())))
    }

    /// Merges all that is in memory into the tables.
    pub(super) fn merge_all(&self, db: &Connection) -> rusqlite::Result<()> {
        self.merging.merge(db, self.merging.rest())?;
        self.growing.merge(db)
    }

    /// The greatest number of a user with a message whose number is in memory; 0 if there is none.
    pub(super) fn last_user(&self) -> UserId {
        self.growing.last_user().max(self.merging.last_user())
    }

    /// Applies a commit that is stored. `last_seqs` are the last messages of its rooms.
    pub(super) fn apply(&mut self, update: NumbersUpdate, last_seqs: &BTreeMap<RoomId, Seq>) {
        if self.damage.is_some() {
            // Otherwise a row of `indexed` would claim that the numbers of earlier messages are in the table.
            return;
        }
        if update.merged_all {
            (self.growing, self.merging) = (NumberBuffer::default(), Merge::default());
        } else {
            self.merging.advance(update.rows);
        }
        if self.last_numbers.len() + update.devices.len() > DEVICES_REMEMBERED {
            self.last_numbers.clear();
        }
        for (device, numbers) in update.devices {
            self.last_numbers.insert(device.clone(), numbers.last);
            self.growing.add(device, numbers.runs);
        }
        self.growing.count(update.messages, last_seqs);
        if self.growing.messages() >= BUFFERED_MESSAGES && self.merging.is_empty() {
            self.merging = Merge::of(std::mem::take(&mut self.growing));
        }
    }
}
