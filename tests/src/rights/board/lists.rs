//! The lists that an owner is sent: the records of the audit log, and the sanctions.

use serde_json::Value;

use super::{Board, LABELS};
use crate::rights::order::{Room, label_of};
use crate::rights::state::State;

impl Board {
    /// The records of the audit log after those that were compared, or all of them if a backup was restored; and the
    /// number of the newest.
    pub(in crate::rights) fn records(&mut self, new: &[Value], newest: u64, is_restored: bool) {
        if is_restored != self.is_restored {
            return; // a backup was restored meanwhile
        }
        if is_restored {
            self.worlds = std::mem::take(&mut self.saved);
            self.is_restored = false;
        }
        let (verified, group) = (self.verified.clone(), self.settings.group);
        let agrees = |state: &State| {
            let known = if is_restored { &verified[..state.verified] } else { &[] };
            let count = known.len() + state.records.len();
            let mut expected = known.iter().chain(&state.records).zip(new);
            count == new.len() && expected.all(|(record, sent)| record.is_like(group, sent))
        };
        let left = self.worlds.that(agrees);
        if let Some(state) = left.iter().next() {
            self.verified.truncate(state.verified);
            self.verified.extend(state.records.iter().cloned());
            self.last_record = newest;
            self.findings.records += new.len() as u64;
        }
        let before = self.worlds.clone();
        self.narrow(
            left.with_new_records(),
            |findings| &mut findings.wrong_audit,
            || format!("{new:?} instead of {:?}", before.iter().next()),
        );
    }

    /// The sanctions of a room, or of the server, that an owner is sent.
    pub(in crate::rights) fn sanctions(&mut self, room: Option<Room>, sent: &Value) {
        if self.is_restored {
            return;
        }
        let list = sent["sanctions"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut listed: Vec<u64> = list
            .iter()
            .filter_map(|one| label_of(&one["reason"]))
            .filter(|label| label / LABELS == u64::from(self.settings.group))
            .collect();
        listed.sort_unstable();
        let left = self.worlds.that(|state| {
            let here = state.sanctions.iter().filter(|((_, _, at), _)| *at == room);
            let barred = state.barred.values().filter(|_| room.is_none());
            let labels = here.map(|(_, made)| made).chain(barred).map(|(_, label)| *label);
            let mut labels: Vec<u64> = labels.collect();
            labels.sort_unstable();
            labels == listed
        });
        let before = self.worlds.clone();
        self.narrow(
            left,
            |findings| &mut findings.wrong_orders,
            || format!("sanctions of {room:?}: {sent} after {:?}", before.iter().next()),
        );
    }
}
