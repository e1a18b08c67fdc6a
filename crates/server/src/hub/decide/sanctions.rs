//! Decides about mutes, kicks, bans and pardons. Each leaves a record in the audit log.

use chat_proto::event::SanctionInfo;
use chat_proto::{
    AuditKind, Event, LeaveReason, Network, RoomName, SanctionKind, Timestamp, User, UserId,
};

use super::super::HubError;
use super::super::directory::Directory;
use super::super::policy::{Action, may};
use super::super::proposal::Proposal;
use super::super::request::{SanctionOrder, SanctionTarget};
use super::super::sanctioned::describe;
use super::roles::{author, holder};
use super::{Grant, GrantResult, is_direct};
use crate::config::{
    NO_END_S, SANCTION_SWEPT, SANCTIONS_IN_ROOMS_MAX, SANCTIONS_IN_ROOMS_PER_USER_MAX,
    SANCTIONS_MAX, SANCTIONS_SWEPT_AT_ONCE,
};
use crate::journal::{
    AuditRecord, Change, MemberRole, MuteOrBan, RoomId, RoomKey, SanctionRecord, UserRole,
};
use crate::network::{at_least_host, of_host};
use crate::plain::is_loopback;

/// A room that is named in an order.
struct NamedRoom {
    id: RoomId,
    key: RoomKey,
    name: RoomName,
}

/// The target of an order: one of the three.
struct Target {
    user: Option<User>,
    network: Option<Network>,
    invite: Option<u64>,
}

impl Directory {
    /// Mutes, kicks or bans.
    pub(super) fn sanction(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        order: &SanctionOrder,
    ) -> GrantResult {
        // Before the room: its refusal does not say whether there is such a room.
        let target = target(proposal, by, order)?;
        let find = |name: &RoomName| -> Result<NamedRoom, HubError> {
            let (id, key) = proposal.named(name)?;
            Ok(NamedRoom { id, key, name: name.clone() })
        };
        let room = order.room.as_ref().map(find).transpose()?;
        permit(proposal, by, room.as_ref(), target.user.as_ref())?;
        // Everybody is in the lobby.
        if let Some(NamedRoom { id: RoomId::LOBBY, name, .. }) = &room
            && order.kind != SanctionKind::Mute
        {
            return Err(HubError::StaysInLobby(name.clone()));
        }
        let (mut changes, info) = match (order.kind, &target.user) {
            (SanctionKind::Kick, Some(user)) => kick(proposal, by, (user, room.as_ref()), order)?,
            _ => self.mute_or_ban(proposal, by, (&target, room.as_ref()), order)?,
        };
        let is_in = |by| room.as_ref().is_none_or(|room| proposal.is_in(by, room.id));
        let is_told = target.user.is_some() && by.is_some_and(is_in);
        let event = (!is_told).then(|| Box::new(Event::Sanction(Box::new(info))));
        changes.push(self.audit_sanction(by, &target, room.as_ref(), order));
        Ok((changes, Grant::Event(event)))
    }

    /// The changes of a mute or a ban, and the answer to its author.
    fn mute_or_ban(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        (target, room): (&Target, Option<&NamedRoom>),
        order: &SanctionOrder,
    ) -> Result<(Vec<Change>, SanctionInfo), HubError> {
        let mut record = self.record_of(proposal, by, (target, room), order);
        let mut changes = self.sweep_sanctions(proposal);
        let replaced = proposal.sanctions.like(&record).cloned();
        if let Some(replaced) = &replaced {
            may_end(proposal, by, replaced)?;
        }
        check_bounds(proposal, &record, replaced.as_ref())?;
        if let Some(replaced) = replaced {
            proposal.sanctions.end(replaced.id);
            changes.push(Change::SanctionEnded { id: replaced.id });
        }
        record.id = proposal.next_record();
        proposal.sanctions.add(record.clone());
        let info = SanctionInfo {
            user: target.user.clone(),
            by: author(proposal, by),
            ..proposal.state.info_for_moderators(&record)
        };
        changes.push(Change::Sanction(record.clone()));
        if let (None, Some(guest)) = (record.user, &target.user) {
            changes.push(Change::GuestSanctioned { id: record.id, guest: guest.clone() });
        }
        if let (MuteOrBan::Ban, Some(user)) = (record.kind, &target.user) {
            match room {
                Some(room) if proposal.is_in(user.id, room.id) => {
                    changes.push(leave(proposal, user.id, room, LeaveReason::Banned));
                }
                Some(_) => {}
                None => changes.extend(self.revoke_invite_of(proposal, by, user.id)),
            }
        }
        Ok((changes, info))
    }

    /// The record of a mute or a ban, without a number.
    fn record_of(
        &self,
        proposal: &Proposal<'_>,
        by: Option<UserId>,
        (target, room): (&Target, Option<&NamedRoom>),
        order: &SanctionOrder,
    ) -> SanctionRecord {
        let kind = match order.kind {
            SanctionKind::Mute => MuteOrBan::Mute,
            SanctionKind::Ban | SanctionKind::Kick | SanctionKind::Unknown => MuteOrBan::Ban,
        };
        let now = self.clock.now();
        let for_s = order.for_s.filter(|seconds| *seconds < NO_END_S);
        let until = for_s.map(|seconds| {
            let millis = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
            Timestamp::from_millis(now.as_millis().saturating_add(millis))
        });
        let user = target.user.as_ref().map(|user| user.id);
        let is_guest = user.is_some_and(|user| !proposal.has_record(user));
        let has_network = is_guest || kind == MuteOrBan::Ban && room.is_none();
        let came_from = user
            .filter(|_| has_network)
            .and_then(|user| proposal.state.account(user)?.network.map(of_host));
        let network = target.network.or(came_from);
        SanctionRecord {
            id: 0,
            kind,
            room: room.map(|room| room.id),
            // A guest who comes again is another user, whose number may be used again after a restart.
            user: user.filter(|_| !is_guest || network.is_none()),
            network,
            invite: target.invite,
            by: by.unwrap_or(UserId::SERVER),
            reason: order.reason.clone(),
            at: now,
            until,
        }
    }

    /// Ends a mute or a ban before its time.
    pub(super) fn pardon(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        id: u64,
    ) -> GrantResult {
        let record = proposal.sanctions.get(id).filter(|record| !record.is_over(self.clock.now()));
        let record = record.cloned().ok_or(HubError::NoSuchSanction(id))?;
        if let (Some(by), Some(room)) = (by, record.room) {
            let find = Action::Find(proposal.standing_in(by, room));
            // Only a user who can find the room is told that there is a sanction in it.
            may(proposal.subject(by), find).map_err(|_| HubError::NoSuchSanction(id))?;
            self.not_banned(proposal, by, Some(room))?;
        }
        may_end(proposal, by, &record)?;
        let info = proposal.state.info_for_moderators(&record);
        let is_in = |by| record.room.is_none_or(|room| proposal.is_in(by, room));
        let is_told = record.user.is_some() && by.is_some_and(is_in);
        let user = info.user.as_ref().map(|user| &user.name);
        let about = (record.network, record.invite);
        let about =
            format!("number {id}, {}", describe(info.kind, user, about, info.room.as_ref()));
        let audit = AuditRecord {
            user: record.user,
            room: record.room,
            ..self.record(by, AuditKind::Pardon, &about)
        };
        let event = Event::Pardoned { sanction: Box::new(info), by: author(proposal, by) };
        proposal.sanctions.end(id);
        let changes = vec![Change::Pardoned { id, by: author(proposal, by) }, self.audit(audit)];
        Ok((changes, Grant::Event((!is_told).then(|| Box::new(event)))))
    }

    /// The removal of some sanctions that have ended.
    pub(super) fn sweep_sanctions(&self, proposal: &mut Proposal<'_>) -> Vec<Change> {
        let Some(since) = self.clock.before(SANCTION_SWEPT) else { return Vec::new() };
        let is_gone = |room| proposal.state.rooms.get(room).is_none();
        let ids = proposal.sanctions.ended(since, is_gone, SANCTIONS_SWEPT_AT_ONCE);
        ids.iter().for_each(|id| proposal.sanctions.end(*id));
        ids.into_iter().map(|id| Change::SanctionEnded { id }).collect()
    }

    /// The change that stores the record of the audit log.
    fn audit_sanction(
        &self,
        by: Option<UserId>,
        target: &Target,
        room: Option<&NamedRoom>,
        order: &SanctionOrder,
    ) -> Change {
        let Target { user, network, invite } = target;
        let end = match (order.kind, order.for_s) {
            (SanctionKind::Kick, _) => String::new(),
            (_, Some(seconds)) if seconds < NO_END_S => format!(", {seconds} s"),
            _ => ", no end".to_owned(),
        };
        let name = user.as_ref().map(|user| &user.name);
        let room_name = room.map(|room| &room.name);
        let about = describe(order.kind, name, (*network, *invite), room_name) + &end;
        let record = self.record(by, AuditKind::Sanction, &about).because(order.reason.as_str());
        self.audit(AuditRecord {
            user: user.as_ref().map(|user| user.id),
            room: room.map(|room| room.id),
            ..record
        })
    }
}

/// The target of an order of `by`.
fn target(
    proposal: &Proposal<'_>,
    by: Option<UserId>,
    order: &SanctionOrder,
) -> Result<Target, HubError> {
    let target = Target { user: None, network: None, invite: None };
    match &order.target {
        SanctionTarget::User(name) => {
            let user = holder(proposal, name)?;
            if by == Some(user.id) {
                return Err(HubError::NotToYourself);
            }
            Ok(Target { user: Some(user), ..target })
        }
        SanctionTarget::Network(network) if is_loopback(network.address()) => {
            Err(HubError::IsThisMachine(*network))
        }
        _ if order.room.is_some() => Err(HubError::OnServerOnly),
        _ if order.kind == SanctionKind::Kick => Err(HubError::KicksUsersOnly),
        SanctionTarget::Network(network) => {
            Ok(Target { network: Some(at_least_host(*network)), ..target })
        }
        SanctionTarget::Invite(invite) => Ok(Target { invite: Some(*invite), ..target }),
    }
}

/// Removes a user from a room, or ends its sessions. Returns also the answer to the author.
fn kick(
    proposal: &mut Proposal<'_>,
    by: Option<UserId>,
    (user, room): (&User, Option<&NamedRoom>),
    order: &SanctionOrder,
) -> Result<(Vec<Change>, SanctionInfo), HubError> {
    let (id, by) = (room.map(|room| room.id), author(proposal, by));
    let reason = &order.reason;
    let info = proposal.state.kick_info(Some(user.clone()), id, by.clone(), reason.clone());
    let mut changes = vec![Change::Kicked { user: user.id, room: id, by, reason: reason.clone() }];
    if let Some(room) = room {
        if !proposal.is_in(user.id, room.id) {
            return Err(HubError::IsNotInRoom(user.name.clone()));
        }
        changes.push(leave(proposal, user.id, room, LeaveReason::Kicked));
    }
    Ok((changes, info))
}

fn leave(
    proposal: &mut Proposal<'_>,
    user: UserId,
    room: &NamedRoom,
    reason: LeaveReason,
) -> Change {
    proposal.leave(user, room.id, is_direct(&room.key));
    Change::Left { user, room: room.id, reason }
}

/// Whether there can be one more mute or ban, in place of the `replaced` one if there is one.
fn check_bounds(
    proposal: &Proposal<'_>,
    new: &SanctionRecord,
    replaced: Option<&SanctionRecord>,
) -> Result<(), HubError> {
    let sanctions = &proposal.sanctions;
    let less = usize::from(replaced.is_some());
    if sanctions.len() - less >= SANCTIONS_MAX {
        return Err(HubError::TooManySanctions);
    }
    // The replaced one is in the same room.
    if new.room.is_some() {
        let own_less = usize::from(replaced.is_some_and(|replaced| replaced.by == new.by));
        if sanctions.in_rooms(Some(new.by)) - own_less >= SANCTIONS_IN_ROOMS_PER_USER_MAX {
            return Err(HubError::TooManyOwnSanctions);
        }
        if sanctions.in_rooms(None) - less >= SANCTIONS_IN_ROOMS_MAX {
            return Err(HubError::TooManySanctionsInRooms);
        }
    }
    Ok(())
}

/// Whether a user may sanction another one; or, without one, a network or an invite.
fn permit(
    proposal: &Proposal<'_>,
    by: Option<UserId>,
    room: Option<&NamedRoom>,
    user: Option<&User>,
) -> Result<(), HubError> {
    let user = user.map(|user| user.id);
    let Some(room) = room else {
        let of = user.map_or(UserRole::Member, |user| proposal.role(user));
        return proposal.permit_on_server(by, Action::Sanction { of });
    };
    let rank = |user| proposal.standing(user, &room.key).rank(proposal.subject(user));
    let of = user.map_or(MemberRole::Member, rank);
    let action = Action::SanctionInRoom { standing: proposal.standing_of(by, &room.key), of };
    proposal.permit_order(by, (&room.name, &room.key), action)
}

/// Whether a user may end a mute or a ban before its time: by a pardon, or by another one in its place. What an owner
/// or the operator has done, only owners end.
fn may_end(
    proposal: &Proposal<'_>,
    by: Option<UserId>,
    record: &SanctionRecord,
) -> Result<(), HubError> {
    if by.is_some() && record.user == by {
        return Err(HubError::NotToYourself);
    }
    let Some(room) = record.room.and_then(|room| proposal.state.rooms.get(room)) else {
        let is_of_owner =
            record.by == UserId::SERVER || proposal.role(record.by) == UserRole::Owner;
        let of = if is_of_owner { UserRole::Moderator } else { UserRole::Member };
        return proposal.permit_on_server(by, Action::Sanction { of });
    };
    let rank = |user| proposal.standing_in(user, room.id).rank(proposal.subject(user));
    let is_of_owner = record.by == UserId::SERVER || rank(record.by) == MemberRole::Owner;
    let of = if is_of_owner { MemberRole::Moderator } else { MemberRole::Member };
    let action = Action::SanctionInRoom { standing: proposal.standing_in(by, room.id), of };
    may(proposal.subject_of(by), action).map_err(|denied| denied.in_room(room.name()))
}
