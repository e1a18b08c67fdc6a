//! Message numbers in memory, that are not in the table yet.

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, HashMap};

use chat_proto::{Seq, UserId};
use rusqlite::Connection;

use super::super::rows;
use super::super::stored::{RoomId, StoredMessage};
use super::run::Run;
use super::runs::Runs;
use super::{Device, indexed, table};

/// The numbers of consecutive messages of some rooms.
#[derive(Debug, Default)]
pub(super) struct NumberBuffer {
    devices: HashMap<Device, Runs>,
    /// The last message of each room.
    last_seqs: BTreeMap<RoomId, Seq>,
    messages: u64,
}

impl NumberBuffer {
    /// Number of messages, with and without a number.
    pub(super) const fn messages(&self) -> u64 {
        self.messages
    }

    pub(super) fn last(&self, device: &Device) -> Option<u64> {
        self.devices.get(device)?.last()
    }

    pub(super) fn place_of(&self, device: &Device, n: u64) -> Option<i64> {
        self.devices.get(device)?.place_of(n)
    }

    pub(super) fn last_user(&self) -> UserId {
        self.devices.keys().map(|(user, _)| *user).max().unwrap_or(UserId::NONE)
    }

    /// Adds runs of a device.
    pub(super) fn add(&mut self, device: Device, runs: Runs) {
        if runs.is_empty() {
            return;
        }
        match self.devices.entry(device) {
            Occupied(mut all) => runs.iter().for_each(|run| all.get_mut().put(run)),
            Vacant(vacant) => {
                vacant.insert(runs);
            }
        }
    }

    /// Counts messages, of which `last_seqs` are the last of each room.
    pub(super) fn count(&mut self, messages: u64, last_seqs: &BTreeMap<RoomId, Seq>) {
        self.messages += messages;
        self.last_seqs.extend(last_seqs);
    }

    /// Adds a stored message.
    pub(super) fn add_message(&mut self, room: RoomId, message: &StoredMessage) {
        self.messages += 1;
        self.last_seqs.insert(room, message.seq);
        if let Some(n) = message.n {
            let runs = self.devices.entry((message.from.id, message.device.clone())).or_default();
            runs.put(Run::one(n, rows::place(room, message.seq)));
        }
    }

    /// Merges all into the tables.
    pub(super) fn merge(&self, db: &Connection) -> rusqlite::Result<()> {
        for (device, runs) in &self.devices {
            table::merge(db, device, runs.clone())?;
        }
        self.last_seqs.iter().try_for_each(|(room, seq)| indexed::put(db, *room, *seq))
    }

    /// The devices with their runs, and the rooms with their last messages.
    pub(super) fn into_parts(self) -> (HashMap<Device, Runs>, BTreeMap<RoomId, Seq>) {
        (self.devices, self.last_seqs)
    }
}
