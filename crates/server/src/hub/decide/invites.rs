//! Decides about invites: who makes and revokes them, and who comes in by one.
//!
//! An invite is used in the commit that stores its user, so that none is used too often, and none without a user.

use std::time::Duration;

use chat_proto::limits::INVITE_USES_MAX;
use chat_proto::{AuditKind, RoomName, Timestamp, UserId};

use super::super::HubError;
use super::super::directory::Directory;
use super::super::invites::{INVITES_MAX, invites_max};
use super::super::policy::{Action, may};
use super::super::proposal::Proposal;
use super::super::request::{Admission, InviteDraft};
use super::{Grant, GrantResult};
use crate::config::Join;
use crate::journal::{AuditRecord, Change, InviteRecord, MembershipRecord, RoomId, UserRole};
use crate::token::TokenHash;

impl Directory {
    /// Makes an invite, and removes some that have ended.
    pub(super) fn invite(&self, proposal: &mut Proposal<'_>, draft: &InviteDraft) -> GrantResult {
        let action = Action::Invite { role: draft.role };
        proposal.permit_on_server(draft.by, action)?;
        if draft.uses > uses_max(draft.role) {
            return Err(HubError::OneUseOnly);
        }
        let room = draft.room.as_ref().map(|name| into(proposal, draft.by, name)).transpose()?;
        let now = self.clock.now();
        let mut changes: Vec<_> = proposal.state.invites.ended(now).collect();
        if draft.replaces {
            changes.extend(proposal.state.invites.unused_of_operator());
        }
        changes.retain(|id| proposal.remove_invite(*id));
        let removed = changes.len();
        let mut changes: Vec<_> =
            changes.into_iter().map(|id| Change::InviteRemoved { id }).collect();
        if proposal.invites_stored().saturating_sub(removed) >= INVITES_MAX {
            return Err(HubError::TooManyInvites);
        }
        let author = draft.by.unwrap_or(UserId::SERVER);
        let max = invites_max(draft.by.map_or(UserRole::Owner, |by| proposal.role(by)));
        if proposal.invites_of(author, now) >= max {
            return Err(HubError::TooManyInvitesOfUser(max));
        }
        let id = proposal.next_record();
        let invite = InviteRecord {
            id,
            hash: draft.hash,
            by: author,
            role: draft.role,
            // Everybody is in the lobby anyway.
            room: room.filter(|room| *room != RoomId::LOBBY),
            uses: draft.uses,
            used: 0,
            created_at: now,
            until: after(now, draft.valid),
            note: draft.note.clone(),
        };
        proposal.add_invite(author);
        let into = draft.room.as_ref().map(|room| format!(", into {room}")).unwrap_or_default();
        let about = format!("invite {id}: {} for {}{into}", draft.uses, draft.role.to_wire());
        changes.push(Change::Invite(invite));
        changes.push(self.audit_invite(draft.by, AuditKind::Invite, &about, None));
        Ok((changes, Grant::Invite(id)))
    }

    /// Ends an invite.
    pub(super) fn revoke(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        id: u64,
    ) -> GrantResult {
        let invite = proposal.invite(id).ok_or(HubError::NoSuchInvite(id))?;
        let action = Action::Revoke { role: invite.role, is_own: by == Some(invite.by) };
        // Only those who may end it learn that it is there.
        may(proposal.subject_of(by), action).map_err(|_| HubError::NoSuchInvite(id))?;
        Ok((self.end_invite(proposal, by, &invite).into(), Grant::Changed))
    }

    /// The changes that end the invite by which `user` came, if more could come by it: a banned user has its line.
    pub(super) fn revoke_invite_of(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        user: UserId,
    ) -> Vec<Change> {
        let invite = proposal.record(user).and_then(|record| proposal.invite(record.invite?));
        let is_valid =
            |invite: &InviteRecord| invite.used < invite.uses && invite.until > self.clock.now();
        let invite = invite.filter(is_valid);
        invite.map_or_else(Vec::new, |invite| self.end_invite(proposal, by, &invite).into())
    }

    /// The changes that end an invite.
    fn end_invite(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        invite: &InviteRecord,
    ) -> [Change; 2] {
        let InviteRecord { id, used, uses, .. } = *invite;
        proposal.remove_invite(id);
        let about = format!("invite {id}: {used} of {uses} used");
        let audit = self.audit_invite(by, AuditKind::Revoke, &about, None);
        [Change::InviteRemoved { id }, audit]
    }

    /// Decides whether a new user may come in; returns the invite that it uses, if it has one.
    pub(in crate::hub) fn admit(
        &self,
        proposal: &Proposal<'_>,
        admission: Admission,
    ) -> Result<Option<InviteRecord>, HubError> {
        let invite = match (admission.invite, admission.join) {
            (Some(secret), join) => {
                let invite = self.valid_invite(proposal, &secret)?;
                let is_of_operator = invite.by == UserId::SERVER;
                if join == Join::Closed && !is_of_operator {
                    return Err(HubError::Closed);
                }
                Some(invite)
            }
            (None, Join::Open) => None,
            (None, Join::Invite) => return Err(HubError::InviteNeeded),
            (None, Join::Closed) => return Err(HubError::Closed),
        };
        if admission.lacks_password {
            return Err(HubError::PasswordNeeded);
        }
        self.not_banned_from(proposal, admission.network)?;
        Ok(invite)
    }

    /// Decides whether a guest may come in.
    pub(in crate::hub) fn admit_guest(
        &self,
        proposal: &Proposal<'_>,
        admission: Admission,
    ) -> Result<(), HubError> {
        match admission.join {
            Join::Open if admission.lacks_password => Err(HubError::NoPasswordOfGuests),
            Join::Open => self.not_banned_from(proposal, admission.network),
            Join::Invite | Join::Closed => Err(HubError::NoGuests),
        }
    }

    /// The changes for a session of a known user that brings an invite: another role, if the invite gives a higher one.
    /// Anything else about the invite is ignored, since the user is known.
    pub(super) fn promote(
        &self,
        proposal: &mut Proposal<'_>,
        user: UserId,
        admission: Admission,
    ) -> Vec<Change> {
        let invite = admission.invite.and_then(|secret| self.valid_invite(proposal, &secret).ok());
        let Some(invite) = invite.filter(|invite| invite.role > proposal.role(user)) else {
            return Vec::new();
        };
        proposal.set_role(user, invite.role);
        let by = proposal.user(invite.by).cloned();
        let mut changes = vec![Change::UserRole { user, role: invite.role, by }];
        changes.extend(self.use_invite(proposal, &invite, user));
        changes
    }

    /// The change by which a new user joins the room of its invite; `None` if there is no such room, or its author may
    /// not invite into it any more.
    pub(super) fn join_invited(
        &self,
        proposal: &mut Proposal<'_>,
        invite: &InviteRecord,
        user: UserId,
    ) -> Option<Change> {
        let name = proposal.state.rooms.get(invite.room?)?.name().clone();
        let by = Some(invite.by).filter(|by| *by != UserId::SERVER);
        let room = into(proposal, by, &name).ok()?;
        if let Some(by) = by {
            self.not_banned(proposal, by, Some(room)).ok()?;
        }
        let member = MembershipRecord::joined(user, room, proposal.rooms.last_seq(room));
        proposal.put_member(member, false);
        proposal.rooms.note_used(room);
        Some(Change::Member(member))
    }

    /// The changes by which `user` uses an invite.
    pub(super) fn use_invite(
        &self,
        proposal: &mut Proposal<'_>,
        invite: &InviteRecord,
        user: UserId,
    ) -> [Change; 2] {
        let (id, used) = (invite.id, invite.used + 1);
        proposal.set_invite_used(id, used);
        let name = proposal.user(user).map(|user| user.name.to_string()).unwrap_or_default();
        let about = format!("invite {id}: {name} as {}", invite.role.to_wire());
        let by = Some(invite.by).filter(|by| *by != UserId::SERVER);
        let audit = self.audit_invite(by, AuditKind::Admit, &about, Some(user));
        [Change::InviteUsed { id, used }, audit]
    }

    /// The invite with that secret.
    ///
    /// # Errors
    /// Returns an error if there is none, it was used as often as it may be, it has ended or is banned, or its author
    /// may not make it any more.
    fn valid_invite(
        &self,
        proposal: &Proposal<'_>,
        secret: &TokenHash,
    ) -> Result<InviteRecord, HubError> {
        let invite = proposal.invite_by_hash(secret).ok_or(HubError::NoInvite)?;
        let by = || proposal.user(invite.by).map(|user| user.name.clone());
        if invite.used >= invite.uses.min(uses_max(invite.role)) {
            return Err(HubError::InviteUsed(by()));
        }
        if invite.until <= self.clock.now() {
            return Err(HubError::InviteEnded(by()));
        }
        self.invite_not_banned(proposal, invite.id)?;
        if invite.by != UserId::SERVER {
            let action = Action::Invite { role: invite.role };
            let may_invite = may(proposal.subject(invite.by), action).is_ok();
            if !may_invite || self.not_banned(proposal, invite.by, None).is_err() {
                return Err(HubError::NoInvite);
            }
        }
        Ok(invite)
    }

    fn audit_invite(
        &self,
        by: Option<UserId>,
        what: AuditKind,
        about: &str,
        user: Option<UserId>,
    ) -> Change {
        let record = self.record(by, what, about);
        self.audit(AuditRecord { user, ..record })
    }
}

/// The room into which `by` invites, the operator if it is `None`.
///
/// # Errors
/// Returns an error if there is no such room, or who invites may not invite into it.
fn into(proposal: &Proposal<'_>, by: Option<UserId>, name: &RoomName) -> Result<RoomId, HubError> {
    let (room, key) = proposal.named(name)?;
    let action = Action::InviteInto(proposal.standing_of(by, &key));
    proposal.permit_order(by, (name, &key), action)?;
    Ok(room)
}

/// How often an invite for that role is used at most.
const fn uses_max(role: UserRole) -> u32 {
    match role {
        UserRole::Member => INVITE_USES_MAX,
        // If it is passed on, it lets in one moderator, whom the audit log names.
        UserRole::Moderator | UserRole::Owner => 1,
    }
}

/// The time `span` after `now`.
fn after(now: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(span))
}
