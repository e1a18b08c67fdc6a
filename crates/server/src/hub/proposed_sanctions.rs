//! The mutes and bans as they will be after the commit.

use std::collections::HashSet;

use chat_proto::{Timestamp, UserId};

use super::sanctions::{EffectiveSanction, SanctionSubject, Sanctions, longest};
use crate::journal::{MuteOrBan, RoomId, SanctionRecord};

/// The sanctions, and the changes of the commit that is being decided.
pub(super) struct ProposedSanctions<'s> {
    stored: &'s Sanctions,
    new: Vec<SanctionRecord>,
    ended: HashSet<u64>,
}

impl<'s> ProposedSanctions<'s> {
    pub(super) fn new(stored: &'s Sanctions) -> Self {
        Self { stored, new: Vec::new(), ended: HashSet::new() }
    }

    /// Number of sanctions.
    pub(super) fn len(&self) -> usize {
        self.stored.len() + self.new.len() - self.ended.len()
    }

    /// Number of those in rooms that `by` has made, or all users without one.
    pub(super) fn in_rooms(&self, by: Option<UserId>) -> usize {
        let counts =
            |record: &&SanctionRecord| record.room.is_some() && by.is_none_or(|by| record.by == by);
        let ended = self.ended.iter().filter_map(|id| self.stored.get(*id));
        self.stored.in_rooms(by) + self.new.iter().filter(counts).count()
            - ended.filter(counts).count()
    }

    pub(super) fn add(&mut self, record: SanctionRecord) {
        self.new.push(record);
    }

    pub(super) fn end(&mut self, id: u64) {
        let before = self.new.len();
        self.new.retain(|record| record.id != id);
        if self.new.len() == before {
            self.ended.insert(id);
        }
    }

    pub(super) fn get(&self, id: u64) -> Option<&SanctionRecord> {
        let new = || self.new.iter().find(|record| record.id == id);
        self.stored.get(id).filter(|record| !self.ended.contains(&record.id)).or_else(new)
    }

    /// Up to `limit` of those that ended before the time `since`, or whose room is gone.
    pub(super) fn ended(
        &self,
        since: Timestamp,
        is_gone: impl Fn(RoomId) -> bool,
        limit: usize,
    ) -> Vec<u64> {
        let is_useless =
            |record: &&SanctionRecord| record.is_over(since) || record.room.is_some_and(&is_gone);
        let ids = self.stored.after(0).filter(is_useless).map(|record| record.id);
        ids.filter(|id| !self.ended.contains(id)).take(limit).collect()
    }

    /// The one like `record`: of the same kind, in the same room, of the same target.
    pub(super) fn like(&self, record: &SanctionRecord) -> Option<&SanctionRecord> {
        let is_like = |other: &&SanctionRecord| {
            (other.kind, other.room) == (record.kind, record.room)
                && (other.user, other.invite) == (record.user, record.invite)
                && (record.user.is_some() || other.network == record.network)
        };
        let address = record.network.filter(|_| record.user.is_none());
        let network = address.map(chat_proto::Network::address);
        let (user, invite) = (record.user, record.invite);
        let subject = SanctionSubject { user, network, is_stored: false, invite };
        let stored = self.stored.of(subject).filter(|other| !self.ended.contains(&other.id));
        stored.chain(&self.new).find(is_like)
    }

    /// The longest that applies to a user, see [`SanctionRecord::applied`].
    pub(super) fn find(
        &self,
        kind: MuteOrBan,
        room: Option<RoomId>,
        subject: SanctionSubject,
        now: Timestamp,
    ) -> Option<EffectiveSanction<'_>> {
        if self.stored.is_empty() && self.new.is_empty() {
            return None;
        }
        let stored = self.stored.of(subject).filter(|record| !self.ended.contains(&record.id));
        let all = stored.chain(&self.new);
        longest(all.filter_map(|record| record.applied(kind, room, subject, now)))
    }
}
