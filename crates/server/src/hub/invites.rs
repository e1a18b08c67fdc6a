//! The invites by which new users come in.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chat_proto::event::InviteInfo;
use chat_proto::{Timestamp, UserId};

use super::account::Account;
use super::policy::{Action, may};
use super::request::Request;
use super::state::State;
use super::{Hub, HubError, InviteDraft};
use crate::journal::{InviteRecord, UserRole};
use crate::room::Room;
use crate::token::TokenHash;

/// Invites at most, 200 bytes each; as many as the journal has room for.
pub(super) const INVITES_MAX: usize = 10_000;

/// Invites of one member that have not ended: for the friends of a person. 500 members fill the table.
const OF_MEMBER_MAX: usize = 20;

/// Those of a moderator, who invites for others.
const OF_MODERATOR_MAX: usize = 200;

/// Those of an owner, and of the operator: for scripts.
const OF_OWNER_MAX: usize = 1_000;

/// Invites in one list: 15 KB on the wire, and 25 µs under the lock.
pub(crate) const INVITES_LISTED: usize = 50;

/// Ended invites that one change removes.
pub(super) const INVITES_SWEPT: usize = 100;

/// The stored invites.
#[derive(Debug, Default)]
pub(super) struct Invites {
    by_id: BTreeMap<u64, InviteRecord>,
    by_hash: HashMap<TokenHash, u64>,
    by_author: HashMap<UserId, BTreeSet<u64>>,
    by_end: BTreeSet<(Timestamp, u64)>,
}

/// Invites of an author with this role that have not ended, at most.
pub(super) const fn invites_max(role: UserRole) -> usize {
    match role {
        UserRole::Member => OF_MEMBER_MAX,
        UserRole::Moderator => OF_MODERATOR_MAX,
        UserRole::Owner => OF_OWNER_MAX,
    }
}

impl Invites {
    pub(super) fn put(&mut self, record: InviteRecord) {
        self.by_hash.insert(record.hash, record.id);
        self.by_author.entry(record.by).or_default().insert(record.id);
        self.by_end.insert((record.until, record.id));
        self.by_id.insert(record.id, record);
    }

    pub(super) fn set_used(&mut self, id: u64, used: u32) {
        if let Some(record) = self.by_id.get_mut(&id) {
            record.used = used;
        }
    }

    pub(super) fn remove(&mut self, id: u64) {
        let Some(record) = self.by_id.remove(&id) else { return };
        self.by_hash.remove(&record.hash);
        self.by_end.remove(&(record.until, id));
        if let Entry::Occupied(mut of_author) = self.by_author.entry(record.by) {
            of_author.get_mut().remove(&id);
            if of_author.get().is_empty() {
                of_author.remove();
            }
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

    /// Some that have ended before `now`, first those that ended first.
    pub(super) fn ended(&self, now: Timestamp) -> impl Iterator<Item = u64> {
        let ended = self.by_end.iter().take_while(move |(until, _)| *until <= now);
        ended.map(|(_, id)| *id).take(INVITES_SWEPT)
    }

    /// Those that `author` has made, the oldest first.
    pub(super) fn of(&self, author: UserId) -> impl DoubleEndedIterator<Item = &InviteRecord> {
        let ids = self.by_author.get(&author).into_iter().flatten();
        ids.filter_map(|id| self.by_id.get(id))
    }

    /// Those of the operator that let in an owner, and that nobody has used.
    pub(super) fn unused_of_operator(&self) -> impl Iterator<Item = u64> {
        let lines = self
            .of(UserId::SERVER)
            .filter(|record| record.role == UserRole::Owner && record.used == 0);
        lines.map(|record| record.id)
    }

    /// Those before the number `before`, the newest first: all, or those that `author` has made.
    fn newest(
        &self,
        author: Option<UserId>,
        before: Option<u64>,
    ) -> Box<dyn Iterator<Item = &InviteRecord> + '_> {
        let before = ..before.unwrap_or(u64::MAX);
        match author {
            None => Box::new(self.by_id.range(before).rev().map(|(_, record)| record)),
            Some(author) => {
                let ids = self.by_author.get(&author).into_iter();
                let ids = ids.flat_map(move |ids| ids.range(before).rev());
                Box::new(ids.filter_map(|id| self.by_id.get(id)))
            }
        }
    }
}

impl State {
    /// The newest invites before the number `before`, and whether there are more: those that `by` has made, or all for
    /// a moderator, an owner, and the operator, `None`.
    pub(super) fn list_invites(
        &self,
        by: Option<UserId>,
        before: Option<u64>,
    ) -> (Vec<InviteInfo>, bool) {
        let sees_all = |by: &UserId| {
            self.account(*by).is_some_and(|account| account.role >= UserRole::Moderator)
        };
        let mut listed = self.invites.newest(by.filter(|by| !sees_all(by)), before);
        let invites = listed.by_ref().take(INVITES_LISTED).map(|one| self.invite_info(one, by));
        (invites.collect(), listed.next().is_some())
    }

    /// An invite as it is sent to `to`, the operator if it is `None`.
    pub(super) fn invite_info(&self, record: &InviteRecord, to: Option<UserId>) -> InviteInfo {
        // Moderators see all invites, and not all rooms.
        let finds = |user: UserId, room: &Room| {
            let find = |account: &Account| Action::Find(account.standing(room));
            self.account(user).is_some_and(|account| may(account.subject(), find(account)).is_ok())
        };
        let is_told = |room: &&Arc<Room>| to.is_none_or(|to| to == record.by || finds(to, room));
        let room = record.room.and_then(|room| self.rooms.get(room)).filter(is_told);
        InviteInfo {
            id: record.id,
            by: self.account(record.by).map(|account| account.user.clone()),
            role: record.role.to_wire(),
            room: room.map(|room| room.name().clone()),
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

    /// The newest invites before the number `before` that `by` may see, and whether there are more; all for the
    /// operator, a moderator or an owner.
    pub(crate) fn invites(
        &self,
        by: Option<UserId>,
        before: Option<u64>,
    ) -> (Vec<InviteInfo>, bool) {
        self.state().list_invites(by, before)
    }

    /// Whether nobody owns the server.
    pub(crate) fn has_no_owner(&self) -> bool {
        self.state().owners() == 0
    }
}
