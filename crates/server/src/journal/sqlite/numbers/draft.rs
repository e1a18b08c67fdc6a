//! The message numbers of the draft of a commit.

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, HashMap};

use chat_proto::Seq;
use rusqlite::Connection;

use super::super::stored::RoomId;
use super::run::Run;
use super::runs::Runs;
use super::{Device, Numbers, indexed, table};

/// The numbers of the draft of a commit, and those of earlier commits.
pub(in crate::journal::sqlite) struct NumbersDraft<'a> {
    before: &'a Numbers,
    devices: Vec<(Device, DeviceNumbers)>,
    /// The index of each device in `devices`.
    indices: HashMap<Device, usize>,
    /// The index of the device of the last message.
    last: usize,
    /// Number of messages whose numbers are not in the tables.
    messages: u64,
    /// Whether all of `before` is merged into the tables.
    merged_all: bool,
}

/// The numbers of a device in a commit.
pub(super) struct DeviceNumbers {
    /// Its last number, of this commit or an earlier one.
    pub(super) last: Option<u64>,
    pub(super) runs: Runs,
}

/// The update of [`Numbers`] after a commit.
pub(in crate::journal::sqlite) struct NumbersUpdate {
    pub(super) devices: Vec<(Device, DeviceNumbers)>,
    pub(super) messages: u64,
    pub(super) merged_all: bool,
    /// Number of rows of [`Merge`](super::Merge) that it has merged, unless it has merged all.
    pub(super) rows: usize,
}

impl<'a> NumbersDraft<'a> {
    pub(in crate::journal::sqlite) fn new(before: &'a Numbers) -> Self {
        Self {
            before,
            devices: Vec::new(),
            indices: HashMap::new(),
            last: 0,
            messages: 0,
            merged_all: false,
        }
    }

    /// Returns true if a message of the device may have the number.
    pub(in crate::journal::sqlite) fn may_have(
        &mut self,
        db: &Connection,
        device: &Device,
        n: u64,
    ) -> rusqlite::Result<bool> {
        Ok(self.device(db, device)?.last.is_some_and(|last| n <= last))
    }

    /// The place of the message to which a device gave the number `n`; retention may have removed the message.
    pub(in crate::journal::sqlite) fn place_of(
        &self,
        db: &Connection,
        device: &Device,
        n: u64,
    ) -> rusqlite::Result<Option<i64>> {
        match self.known(device).and_then(|numbers| numbers.runs.place_of(n)) {
            None if self.merged_all => table::place_of(db, device, n),
            None => self.before.place_of(db, device, n),
            place => Ok(place),
        }
    }

    /// The greatest number of a device; 0 if it has none.
    pub(in crate::journal::sqlite) fn last(
        &self,
        db: &Connection,
        device: &Device,
    ) -> rusqlite::Result<u64> {
        let new = self.known(device).and_then(|numbers| numbers.runs.last());
        let before = if self.merged_all {
            table::last(db, device)?
        } else {
            self.before.last(db, device)?
        };
        Ok(new.max(before).unwrap_or(0))
    }

    /// Adds a message of the commit, and its number `n`, which must be free, if it has one.
    pub(in crate::journal::sqlite) fn add(
        &mut self,
        db: &Connection,
        device: &Device,
        (n, place): (Option<u64>, i64),
    ) -> rusqlite::Result<()> {
        self.messages += 1;
        if let Some(n) = n {
            let numbers = self.device(db, device)?;
            numbers.last = numbers.last.max(Some(n));
            numbers.runs.put(Run::one(n, place));
        }
        Ok(())
    }

    /// Merges all numbers into the tables, those of this commit included, for a task that reads or changes the
    /// tables. `last_seqs` are the last messages of the rooms of this commit.
    pub(in crate::journal::sqlite) fn merge_all(
        &mut self,
        db: &Connection,
        last_seqs: &BTreeMap<RoomId, Seq>,
    ) -> rusqlite::Result<()> {
        self.before.assert_readable()?;
        if !self.merged_all {
            self.before.merge_all(db)?;
        }
        for (device, numbers) in &mut self.devices {
            table::merge(db, device, std::mem::take(&mut numbers.runs))?;
        }
        last_seqs.iter().try_for_each(|(room, seq)| indexed::put(db, *room, *seq))?;
        (self.merged_all, self.messages) = (true, 0);
        Ok(())
    }

    /// Merges the share of this commit, see [`Merge::share`](super::Merge::share).
    pub(in crate::journal::sqlite) fn finish(
        self,
        db: &Connection,
    ) -> rusqlite::Result<NumbersUpdate> {
        let Self { before, devices, messages, merged_all, .. } = self;
        let mut rows = 0;
        if messages > 0 && !merged_all {
            let share = before.merging.share(messages, before.growing.messages());
            rows = share.len();
            before.merging.merge(db, share)?;
        }
        Ok(NumbersUpdate { devices, messages, merged_all, rows })
    }

    /// The numbers of a device with a message in the commit.
    fn known(&self, device: &Device) -> Option<&DeviceNumbers> {
        self.indices.get(device).map(|index| &self.devices[*index].1)
    }

    /// The numbers of a device. Messages of a device mostly come together, and then need one hash look-up.
    fn device(&mut self, db: &Connection, device: &Device) -> rusqlite::Result<&mut DeviceNumbers> {
        if self.devices.get(self.last).is_none_or(|(last, _)| last != device) {
            self.last = self.index(db, device)?;
        }
        Ok(&mut self.devices[self.last].1)
    }

    fn index(&mut self, db: &Connection, device: &Device) -> rusqlite::Result<usize> {
        let vacant = match self.indices.entry(device.clone()) {
            Occupied(index) => return Ok(*index.get()),
            Vacant(vacant) => vacant,
        };
        let last = match self.before.last_numbers.get(device) {
            Some(last) => *last,
            None if self.merged_all => table::last(db, device)?,
            None => self.before.last(db, device)?,
        };
        self.devices.push((device.clone(), DeviceNumbers { last, runs: Runs::default() }));
        Ok(*vacant.insert(self.devices.len() - 1))
    }
}
