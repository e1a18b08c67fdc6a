//! Merges buffered numbers into the tables, a few rows with each commit.

use std::cmp::Ordering;
use std::ops::Range;

use chat_proto::{Seq, UserId};
use rusqlite::Connection;

use super::super::stored::RoomId;
use super::buffer::NumberBuffer;
use super::runs::Runs;
use super::{BUFFERED_MESSAGES, Device, indexed, table};

/// Numbers that are being merged into the tables. The runs of devices are stored before the rows of rooms, so that the
/// row of a room never covers a number that the table lacks. After a kill, runs are merged again, which changes
/// nothing.
#[derive(Debug, Default)]
pub(super) struct Merge {
    /// In the order of the table, so that consecutive rows are on the same pages.
    devices: Vec<(Device, Runs)>,
    last_seqs: Vec<(RoomId, Seq)>,
    /// Number of entries of both that are stored.
    done: usize,
}

impl Merge {
    pub(super) fn of(buffer: NumberBuffer) -> Self {
        let (devices, last_seqs) = buffer.into_parts();
        let mut devices: Vec<_> = devices.into_iter().collect();
        devices.sort_unstable_by(|(one, _), (other, _)| compare(one, other));
        Self { devices, last_seqs: last_seqs.into_iter().collect(), done: 0 }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.done == self.len()
    }

    const fn len(&self) -> usize {
        self.devices.len() + self.last_seqs.len()
    }

    /// The rows that are not stored.
    pub(super) const fn rest(&self) -> Range<usize> {
        self.done..self.len()
    }

    /// The rows that a commit of `messages` messages stores, if `growing` messages were buffered before: twice its
    /// share, so that all rows are stored after half of [`BUFFERED_MESSAGES`] more messages, and in any case before the
    /// next merge begins.
    pub(super) fn share(&self, messages: u64, growing: u64) -> Range<usize> {
        let rest = self.rest();
        if growing + messages >= BUFFERED_MESSAGES {
            return rest;
        }
        let rows = (2 * self.len() as u64 * messages).div_ceil(BUFFERED_MESSAGES);
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        self.done..rest.end.min(self.done.saturating_add(rows))
    }

    /// Stores these rows.
    pub(super) fn merge(&self, db: &Connection, rows: Range<usize>) -> rusqlite::Result<()> {
        for row in rows {
            if let Some((device, runs)) = self.devices.get(row) {
                table::merge(db, device, runs.clone())?;
            } else if let Some((room, seq)) = self.last_seqs.get(row - self.devices.len()) {
                indexed::put(db, *room, *seq)?;
            }
        }
        Ok(())
    }

    /// Records that the next `rows` are stored.
    pub(super) fn advance(&mut self, rows: usize) {
        self.done += rows;
        if self.is_empty() {
            *self = Self::default();
        }
    }

    pub(super) fn last(&self, device: &Device) -> Option<u64> {
        self.runs(device)?.last()
    }

    pub(super) fn place_of(&self, device: &Device, n: u64) -> Option<i64> {
        self.runs(device)?.place_of(n)
    }

    pub(super) fn last_user(&self) -> UserId {
        self.devices.last().map_or(UserId::NONE, |((user, _), _)| *user)
    }

    fn runs(&self, device: &Device) -> Option<&Runs> {
        let found = self.devices.binary_search_by(|(other, _)| compare(other, device));
        found.ok().map(|index| &self.devices[index].1)
    }
}

fn compare(one: &Device, other: &Device) -> Ordering {
    (one.0, one.1.as_str()).cmp(&(other.0, other.1.as_str()))
}
