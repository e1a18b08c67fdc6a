//! The invites by which new users come in.

use std::collections::{BTreeMap, HashMap};

use chat_proto::event::InviteInfo;
use chat_proto::{Timestamp, UserId};

use super::request::Request;
use super::state::State;
use super::{Hub, HubError, InviteDraft};
use crate::journal::{InviteRecord, UserRole};
use crate::token::TokenHash;

/// Invites at most, 200 bytes each; as many as the journal has room for.
pub(super) const INVITES_MAX: usize = 10_000;

/// Invites in one list: some 30 KB on the wire, and 50 µs under the lock.
pub(super) const INVITES_LISTED: usize = 100;

/// Ended invites that one change removes.
pub(super) const INVITES_SWEPT: usize = 100;

/// The stored invites.
#[derive(Debug, Default)]
pub(super) struct Invites {
    by_id: BTreeMap<u64, InviteRecord>,
    by_hash: HashMap<TokenHash, u64>,
}

impl Invites {
    pub(super) fn put(&mut self, record: InviteRecord) {
        self.by_hash.insert(record.hash, record.id);
        self.by_id.insert(record.id, record);
    }

    pub(super) fn set_used(&mut self, id: u64, used: u32) {
        if let Some(record) = self.by_id.get_mut(&id) {
            record.used = used;
        }
    }

    pub(super) fn remove(&mut self, id: u64) {
        if let Some(record) = self.by_id.remove(&id) {
            self.by_hash.remove(&record.hash);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn get(&self, id: u64) -> Option<&InviteRecord> {
        self.by_id.get(&id)
    }

    /// The invite with that secret.
    pub(super) fn by_hash(&self, hash: &TokenHash) -> Option<&InviteRecord> {
        self.by_hash.get(hash).and_then(|id| self.by_id.get(id))
    }

    /// Some that have ended before `now`, oldest first.
    pub(super) fn ended(&self, now: Timestamp) -> impl Iterator<Item = u64> {
        let ended = self.by_id.values().filter(move |record| record.until <= now);
        ended.map(|record| record.id).take(INVITES_SWEPT)
    }

    /// Those of the operator that let in an owner, and that nobody has used.
    pub(super) fn unused_of_operator(&self) -> impl Iterator<Item = u64> {
        let of_operator = self.by_id.values().filter(|record| {
            record.by == UserId::SERVER && record.role == UserRole::Owner && record.used == 0
        });
        of_operator.map(|record| record.id)
    }
}

impl State {
    /// The newest invites, and whether there are more: those that `by` has made, or all without one.
    pub(super) fn list_invites(&self, by: Option<UserId>) -> (Vec<InviteInfo>, bool) {
        let newest = self.invites.by_id.values().rev();
        let mut listed = newest.filter(|record| by.is_none_or(|by| record.by == by));
        let invites = listed.by_ref().take(INVITES_LISTED).map(|one| self.invite_info(one));
        (invites.collect(), listed.next().is_some())
    }

    /// An invite as it is sent.
    pub(super) fn invite_info(&self, record: &InviteRecord) -> InviteInfo {
        InviteInfo {
            id: record.id,
            by: self.account(record.by).map(|account| account.user.clone()),
            role: record.role.to_wire(),
            uses: record.uses,
            used: record.used,
            until: record.until,
            note: record.note.clone(),
        }
    }
}

impl Hub {
    /// Makes an invite.
    ///
    /// # Errors
    /// Returns an error if its author may not make it, there are too many, it cannot be stored, or the daemon is going
    /// away.
    pub(crate) async fn invite(&self, draft: InviteDraft) -> Result<InviteInfo, HubError> {
        Ok(self.request(Request::Invite(draft)).await?.invite())
    }

    /// Ends an invite; `by` is who wants that, `None` for the operator.
    ///
    /// # Errors
    /// Returns an error if the user may not do that or there is no such invite, it cannot be stored, or the daemon is
    /// going away.
    pub(crate) async fn revoke(&self, by: Option<UserId>, id: u64) -> Result<(), HubError> {
        self.request(Request::Revoke { by, id }).await.map(drop)
    }

    /// The newest invites that `by` may see, and whether there are more; all for the operator, a moderator or an owner.
    pub(crate) fn invites(&self, by: Option<UserId>) -> (Vec<InviteInfo>, bool) {
        let state = self.state();
        let sees_all = |by: &UserId| {
            state.account(*by).is_some_and(|account| account.role >= UserRole::Moderator)
        };
        state.list_invites(by.filter(|by| !sees_all(by)))
    }

    /// Whether nobody owns the server.
    pub(crate) fn has_no_owner(&self) -> bool {
        self.state().owners() == 0
    }
}
