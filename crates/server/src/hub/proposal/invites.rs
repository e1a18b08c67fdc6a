//! The invites as they will be after the commit.

use chat_proto::{Timestamp, UserId};

use super::Proposal;
use crate::journal::InviteRecord;
use crate::token::TokenHash;

impl Proposal<'_> {
    /// The invite with that secret, as it will be.
    pub(in crate::hub) fn invite_by_hash(&self, hash: &TokenHash) -> Option<InviteRecord> {
        self.proposed_invite(self.state.invites.by_hash(hash)?)
    }

    /// The invite with that number, as it will be.
    pub(in crate::hub) fn invite(&self, id: u64) -> Option<InviteRecord> {
        self.proposed_invite(self.state.invites.get(id)?)
    }

    fn proposed_invite(&self, stored: &InviteRecord) -> Option<InviteRecord> {
        match self.invites.get(&stored.id) {
            Some(used) => used.map(|used| InviteRecord { used, ..stored.clone() }),
            None => Some(stored.clone()),
        }
    }

    /// Number of invites that will be stored, at most.
    pub(in crate::hub) fn invites_stored(&self) -> usize {
        self.state.invites.len() + self.invites_more.values().sum::<usize>()
    }

    /// Number of invites of `author` that will be stored and have not ended at `now`.
    pub(in crate::hub) fn invites_of(&self, author: UserId, now: Timestamp) -> usize {
        let stored = self.state.invites.of(author).filter(|record| {
            record.until > now && !matches!(self.invites.get(&record.id), Some(None))
        });
        stored.count() + self.invites_more.get(&author).copied().unwrap_or_default()
    }

    pub(in crate::hub) fn add_invite(&mut self, author: UserId) {
        *self.invites_more.entry(author).or_default() += 1;
    }

    pub(in crate::hub) fn set_invite_used(&mut self, id: u64, used: u32) {
        self.invites.insert(id, Some(used));
    }

    /// Removes an invite. Returns false if it is removed already.
    pub(in crate::hub) fn remove_invite(&mut self, id: u64) -> bool {
        !matches!(self.invites.insert(id, None), Some(None))
    }
}
