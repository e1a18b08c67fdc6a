//! The invites as they will be after the commit.

use super::Proposal;
use crate::journal::InviteRecord;
use crate::token::TokenHash;

impl Proposal<'_> {
    /// The invite with that secret, as it will be.
    pub(in crate::hub) fn invite_by_hash(&self, hash: &TokenHash) -> Option<InviteRecord> {
        self.invite_ahead(self.state.invites.by_hash(hash)?)
    }

    /// The invite with that number, as it will be.
    pub(in crate::hub) fn invite(&self, id: u64) -> Option<InviteRecord> {
        self.invite_ahead(self.state.invites.get(id)?)
    }

    fn invite_ahead(&self, stored: &InviteRecord) -> Option<InviteRecord> {
        match self.invites.get(&stored.id) {
            Some(used) => used.map(|used| InviteRecord { used, ..stored.clone() }),
            None => Some(stored.clone()),
        }
    }

    /// Number of invites that will be stored, at most.
    pub(in crate::hub) fn invites_stored(&self) -> usize {
        self.state.invites.len() + self.invites_more
    }

    pub(in crate::hub) const fn add_invite(&mut self) {
        self.invites_more += 1;
    }

    pub(in crate::hub) fn set_invite_used(&mut self, id: u64, used: u32) {
        self.invites.insert(id, Some(used));
    }

    /// Removes an invite. Returns false if it is removed already.
    pub(in crate::hub) fn remove_invite(&mut self, id: u64) -> bool {
        !matches!(self.invites.insert(id, None), Some(None))
    }
}
