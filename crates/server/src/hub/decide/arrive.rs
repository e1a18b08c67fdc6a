//! Decides about new users and guests: whether they come in, and under which name.

use chat_proto::{User, UserId, UserName};

use super::{Grant, GrantResult};
use crate::hub::directory::Directory;
use crate::hub::proposal::Proposal;
use crate::hub::request::Admission;
use crate::hub::{HubError, NameConflict};
use crate::journal::{
    Change, Credential, CredentialRecord, MembershipRecord, RoomId, UserKind, UserRecord, UserRole,
};
use crate::token::TokenHash;

impl Directory {
    /// A new user; or a session of the user who has the token already.
    ///
    /// If the holder of the name was last connected longer ago than names are held, and the clock is steady, the new
    /// user gets the name. The holder keeps everything else, under a similar name that is free.
    pub(super) fn register(
        &self,
        proposal: &mut Proposal<'_>,
        id: Option<UserId>,
        wants: &UserName,
        token: TokenHash,
        admission: Admission,
    ) -> GrantResult {
        if let Some(user) = proposal.by_token(&token) {
            self.not_banned(proposal, user, None)?;
            let session = Grant::Session(user, admission.network);
            return Ok((self.promote(proposal, user, admission), session));
        }
        let invite = self.admit(proposal, admission)?;
        if proposal.users_stored() >= self.users_max {
            return Err(HubError::TooManyUsers(self.users_max));
        }
        let mut changes = Vec::new();
        let overdue = self.overdue(proposal, wants);
        let holder = overdue.as_ref().map(|record| record.user.id);
        let name = proposal.names.choose(holder.or(id), wants, NameConflict::Refuse)?;
        let id = id.unwrap_or_else(|| proposal.next_user());
        if let Some(moved) = overdue {
            let name = proposal.names.numbered(None, wants);
            let user = User { id: moved.user.id, name };
            proposal.rename(&user);
            changes.push(self.renamed(id, &moved.user, &user));
            changes.push(Change::User(UserRecord { user, ..moved }));
        }
        // Otherwise, if the clock is years late, a new user would seem to have been away for years.
        let seen_at = self.clock.now().max(self.newest);
        let user = User { id, name };
        proposal.add_user(&user, UserKind::Registered);
        let now = self.clock.now();
        let registered = UserRecord::registered(user, now);
        let role = invite.as_ref().map_or(UserRole::Member, |invite| invite.role);
        let invite_id = invite.as_ref().map(|invite| invite.id);
        if role != UserRole::Member {
            proposal.set_role(id, role);
        }
        changes.push(Change::User(UserRecord { seen_at, role, invite: invite_id, ..registered }));
        if let Some(invite) = &invite {
            changes.extend(self.use_invite(proposal, invite, id));
        }
        let credential = Credential::Token(token);
        let record = CredentialRecord::new(proposal.next_record(), id, credential, now);
        proposal.add_credential(&record);
        changes.push(Change::Credential(record));
        let read_seq = proposal.rooms.last_seq(RoomId::LOBBY);
        changes.push(Change::Member(MembershipRecord::joined(id, RoomId::LOBBY, read_seq)));
        changes.extend(invite.and_then(|invite| self.join_invited(proposal, &invite, id)));
        Ok((changes, Grant::Session(id, admission.network)))
    }

    /// A guest, for one session.
    pub(super) fn guest(
        &self,
        proposal: &mut Proposal<'_>,
        id: UserId,
        wants: &UserName,
        admission: Admission,
    ) -> GrantResult {
        self.admit_guest(proposal, admission)?;
        let name = proposal.names.choose(Some(id), wants, NameConflict::Number)?;
        let user = User { id, name };
        proposal.add_user(&user, UserKind::Guest);
        Ok((vec![Change::Guest(user)], Grant::Session(id, admission.network)))
    }

    /// The holder of `name`, if it was last connected longer ago than names are held. Others trust the name of an owner
    /// or a moderator, so nobody else gets it.
    fn overdue(&self, proposal: &Proposal<'_>, name: &UserName) -> Option<UserRecord> {
        // A clock that is not steady gives no name away.
        let since = self.clock.before(self.name_hold)?;
        let holder = proposal.state.overdue(name, since)?.user.id;
        if proposal.names.holder(name) != Some(holder) {
            return None; // given away by this commit
        }
        proposal.record(holder).filter(|record| record.role == UserRole::Member)
    }
}
