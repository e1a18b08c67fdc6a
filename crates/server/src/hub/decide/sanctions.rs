//! Decides about mutes, kicks, bans and pardons, and whether one keeps a user from what it does. Each leaves a record in
//! the audit log.

use std::net::IpAddr;

use chat_proto::{
    AuditKind, Event, LeaveReason, Network, RoomName, SanctionKind, Timestamp, UserId,
};

use super::super::HubError;
use super::super::directory::Directory;
use super::super::error::Sanctioned;
use super::super::policy::{Action, may};
use super::super::proposal::Proposal;
use super::super::request::{SanctionOrder, SanctionTarget};
use super::super::sanctions::Suspect;
use super::roles::{author, named};
use super::{Grant, GrantResult, is_direct};
use crate::config::{FOR_EVER_S, SANCTION_SWEPT, SANCTIONS_MAX, SANCTIONS_SWEPT_AT_ONCE};
use crate::journal::{Change, MemberRole, Penalty, RoomId, RoomKey, SanctionRecord, UserRole};
use crate::plain::is_loopback;

/// A room that is named in an order.
type Place = (RoomId, RoomKey, RoomName);

impl Directory {
    /// Mutes, kicks or bans.
    pub(super) fn sanction(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        order: &SanctionOrder,
    ) -> GrantResult {
        let place = match &order.room {
            Some(name) => {
                let (room, key) = named(proposal, name)?;
                Some((room, key, name.clone()))
            }
            None => None,
        };
        let user = match &order.target {
            SanctionTarget::User(name) => {
                let holder = proposal.names.holder(name);
                Some(holder.ok_or_else(|| HubError::NoSuchUser(name.clone()))?)
            }
            SanctionTarget::Network(network) if is_loopback(network.address()) => {
                return Err(HubError::IsThisMachine(*network));
            }
            _ if place.is_some() => return Err(HubError::OnServerOnly),
            _ if order.kind == SanctionKind::Kick => return Err(HubError::KicksUsersOnly),
            SanctionTarget::Network(_) | SanctionTarget::Invite(_) => None,
        };
        permit(proposal, by, place.as_ref(), user)?;
        // The lobby is the place of everybody who is on the server.
        if let Some((RoomId::LOBBY, _, name)) = &place
            && order.kind != SanctionKind::Mute
        {
            return Err(HubError::CannotLeave(name.clone()));
        }
        let mut changes = match (order.kind, user) {
            (SanctionKind::Kick, Some(user)) => self.kick(proposal, by, (user, &place), order)?,
            _ => self.penalty(proposal, by, (user, &place), order)?,
        };
        let is_in = |by| place.as_ref().is_none_or(|(room, ..)| proposal.is_in(by, *room));
        let is_told = user.is_some() && by.is_some_and(is_in);
        let event = proposal.told(&changes, by);
        let grant = Grant::Event(event.filter(|_| !is_told));
        changes.push(self.audit(self.deed(proposal, by, (user, &place), order)));
        Ok((changes, grant))
    }

    /// Sends a user out of a room, or ends its sessions.
    fn kick(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        (user, place): (UserId, &Option<Place>),
        order: &SanctionOrder,
    ) -> Result<Vec<Change>, HubError> {
        let (room, by) = (place.as_ref().map(|(room, ..)| *room), author(proposal, by));
        let mut changes = vec![Change::Kicked { user, room, by, reason: order.reason.clone() }];
        if let Some((room, key, _)) = place {
            if !proposal.is_in(user, *room) {
                return Err(HubError::IsNotInRoom(proposal.author(user)?.name.clone()));
            }
            proposal.leave(user, *room, is_direct(key));
            changes.push(Change::Left { user, room: *room, reason: LeaveReason::Kicked });
        }
        Ok(changes)
    }

    /// Mutes or bans.
    fn penalty(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        (user, place): (Option<UserId>, &Option<Place>),
        order: &SanctionOrder,
    ) -> Result<Vec<Change>, HubError> {
        let penalty = match order.kind {
            SanctionKind::Mute => Penalty::Mute,
            SanctionKind::Ban | SanctionKind::Kick | SanctionKind::Unknown => Penalty::Ban,
        };
        let now = self.clock.now();
        let for_s = order.for_s.filter(|seconds| *seconds < FOR_EVER_S);
        let until = for_s.map(|seconds| {
            let millis = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
            Timestamp::from_millis(now.as_millis().saturating_add(millis))
        });
        let mut record = SanctionRecord {
            id: 0,
            penalty,
            room: place.as_ref().map(|(room, ..)| *room),
            user,
            network: match &order.target {
                SanctionTarget::Network(network) => Some(*network),
                _ => None,
            },
            invite: match &order.target {
                SanctionTarget::Invite(invite) => Some(*invite),
                _ => None,
            },
            by: by.unwrap_or(UserId::SERVER),
            reason: order.reason.clone(),
            at: now,
            until,
        };
        if let Some(user) = user {
            let is_guest = !proposal.has_record(user);
            if is_guest || (penalty == Penalty::Ban && place.is_none()) {
                record.network =
                    proposal.state.account(user).and_then(|account| whole(account.network?));
            }
        }
        let mut changes = self.swept(proposal);
        if let Some(id) = proposal.sanctions.like(&record) {
            proposal.sanctions.end(id);
            changes.push(Change::SanctionEnded { id });
        }
        if proposal.sanctions.len() >= SANCTIONS_MAX {
            return Err(HubError::TooManySanctions);
        }
        record.id = proposal.next_record();
        proposal.sanctions.add(record.clone());
        changes.push(Change::Sanction(record));
        if let (Penalty::Ban, Some(user), Some((room, key, _))) = (penalty, user, place)
            && proposal.is_in(user, *room)
        {
            proposal.leave(user, *room, is_direct(key));
            changes.push(Change::Left { user, room: *room, reason: LeaveReason::Banned });
        }
        Ok(changes)
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
        let room = record.room.and_then(|room| Some(proposal.state.rooms.get(room)?.clone()));
        if let Some(by) = by {
            if record.user == Some(by) {
                return Err(HubError::NotToYourself);
            }
            // What an owner has done, no moderator undoes.
            match &room {
                Some(room) => {
                    let (name, key) = (room.name(), room.key());
                    let rank = |user| proposal.standing(user, key).rank(proposal.subject(user));
                    let is_high =
                        record.by == UserId::SERVER || rank(record.by) == MemberRole::Owner;
                    let of = if is_high { MemberRole::Moderator } else { MemberRole::Member };
                    let action =
                        Action::SanctionInRoom { standing: proposal.standing(by, key), of };
                    may(proposal.subject(by), action).map_err(|denied| denied.in_room(name))?;
                }
                None => {
                    let is_high =
                        record.by == UserId::SERVER || proposal.role(record.by) == UserRole::Owner;
                    let of = if is_high { UserRole::Moderator } else { UserRole::Member };
                    may(proposal.subject(by), Action::Sanction { of })
                        .map_err(|denied| denied.in_room(&RoomName::lobby()))?;
                }
            }
        }
        let event = Event::Pardoned {
            sanction: Box::new(proposal.state.info(&record, true)),
            by: author(proposal, by),
        };
        let is_in = |by| room.as_ref().is_none_or(|room| proposal.is_in(by, room.id));
        let is_told = record.user.is_some() && by.is_some_and(is_in);
        proposal.sanctions.end(id);
        let about = format!("number {id}, {}", proposal.state.describe(&record));
        let deed = self.record(by, AuditKind::Pardon, &about);
        let changes = vec![Change::Pardoned { id, by: author(proposal, by) }, self.audit(deed)];
        Ok((changes, Grant::Event((!is_told).then(|| Box::new(event)))))
    }

    /// The removal of some sanctions that have ended.
    pub(super) fn swept(&self, proposal: &mut Proposal<'_>) -> Vec<Change> {
        let Some(since) = self.clock.before(SANCTION_SWEPT) else { return Vec::new() };
        let is_gone = |room| proposal.state.rooms.get(room).is_none();
        let ids = proposal.sanctions.ended(since, is_gone, SANCTIONS_SWEPT_AT_ONCE);
        ids.iter().for_each(|id| proposal.sanctions.end(*id));
        ids.into_iter().map(|id| Change::SanctionEnded { id }).collect()
    }

    /// The record of the audit log.
    fn deed(
        &self,
        proposal: &Proposal<'_>,
        by: Option<UserId>,
        (user, place): (Option<UserId>, &Option<Place>),
        order: &SanctionOrder,
    ) -> crate::journal::AuditRecord {
        let target = match &order.target {
            SanctionTarget::User(name) => user
                .and_then(|user| proposal.user(user))
                .map_or_else(|| name.to_string(), |user| user.name.to_string()),
            SanctionTarget::Network(network) => format!("network {network}"),
            SanctionTarget::Invite(invite) => format!("invite {invite}"),
        };
        let room = place.as_ref().map_or("the server", |(_, _, name)| name.as_str());
        let end = match (order.kind, order.for_s) {
            (SanctionKind::Kick, _) => String::new(),
            (_, Some(seconds)) if seconds < FOR_EVER_S => format!(", {seconds} s"),
            _ => ", no end".to_owned(),
        };
        let about = format!("{} {target}, {room}{end}", order.kind);
        let record = self.record(by, AuditKind::Sanction, &about).because(order.reason.as_str());
        crate::journal::AuditRecord { user, room: place.as_ref().map(|(room, ..)| *room), ..record }
    }

    /// Whether a user may write in a room, or does something on the server that others see.
    pub(super) fn not_muted(
        &self,
        proposal: &Proposal<'_>,
        user: UserId,
        room: Option<RoomId>,
    ) -> Result<(), HubError> {
        match self.penalty_of(proposal, Penalty::Mute, proposal.suspect(user), room) {
            Some(muted) => Err(HubError::Muted(Box::new(muted))),
            None => self.not_banned(proposal, user, None),
        }
    }

    /// Whether a user may join a room, or be on the server.
    pub(super) fn not_banned(
        &self,
        proposal: &Proposal<'_>,
        user: UserId,
        room: Option<RoomId>,
    ) -> Result<(), HubError> {
        match self.penalty_of(proposal, Penalty::Ban, proposal.suspect(user), room) {
            Some(banned) => Err(HubError::Banned(Box::new(banned))),
            None => Ok(()),
        }
    }

    fn penalty_of(
        &self,
        proposal: &Proposal<'_>,
        penalty: Penalty,
        suspect: Suspect,
        room: Option<RoomId>,
    ) -> Option<Sanctioned> {
        if proposal.sanctions.len() == 0 {
            return None;
        }
        let now = self.clock.now();
        let record = proposal.sanctions.find(penalty, room, suspect, now)?;
        Some(proposal.state.sanctioned(record, now))
    }
}

/// Whether a user may sanction another one, or nobody that has a role.
fn permit(
    proposal: &Proposal<'_>,
    by: Option<UserId>,
    place: Option<&Place>,
    user: Option<UserId>,
) -> Result<(), HubError> {
    let Some(by) = by else { return Ok(()) };
    if user == Some(by) {
        return Err(HubError::NotToYourself);
    }
    let Some((_, key, name)) = place else {
        let of = user.map_or(UserRole::Member, |user| proposal.role(user));
        return may(proposal.subject(by), Action::Sanction { of })
            .map_err(|denied| denied.in_room(&RoomName::lobby()));
    };
    let rank = |user| proposal.standing(user, key).rank(proposal.subject(user));
    let of = user.map_or(MemberRole::Member, rank);
    let action = Action::SanctionInRoom { standing: proposal.standing(by, key), of };
    may(proposal.subject(by), action).map_err(|denied| denied.in_room(name))
}

/// The network of one address.
fn whole(address: IpAddr) -> Option<Network> {
    let bits = if address.is_ipv4() { 32 } else { 64 };
    Network::new(address, bits).ok()
}
