//! Decides about roles, the rules of rooms, and who is asked into a private one. Each leaves a record in the audit log.

use chat_proto::{AuditKind, Event, Privacy, Role, RoomName, Timestamp, User, UserId, UserName};

use super::super::directory::Directory;
use super::super::policy::Action;
use super::super::proposal::Proposal;
use super::super::request::RulesPatch;
use super::super::{HookError, HubError};
use super::{Grant, GrantResult};
use crate::config::{ASKED_PER_USER_MAX, AUDIT_KEPT};
use crate::journal::{AuditRecord, Change, MemberRole, RoomId, UserRole};

impl Directory {
    /// Gives a user another role on the server.
    pub(super) fn set_role(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        user: &UserName,
        role: Role,
    ) -> GrantResult {
        let target = registered(proposal, user)?;
        let to = UserRole::from_wire(role).ok_or(HubError::NoSuchRole)?;
        let from = proposal.role(target.id);
        let action = Action::SetRole { from, to, is_self: by == Some(target.id) };
        proposal.permit_on_server(by, action)?;
        if from == to {
            let by = author(proposal, by);
            let event = Event::Role { room: None, user: target, role, by };
            return Ok((Vec::new(), Grant::Event(Some(Box::new(event)))));
        }
        if from == UserRole::Owner && proposal.owners() == 1 {
            return Err(HubError::LastOwner(target.name));
        }
        proposal.set_role(target.id, to);
        let about = format!("{}: {} → {role}", target.name, from.to_wire());
        let record = self.record(by, AuditKind::Role, &about);
        let record = AuditRecord { user: Some(target.id), ..record };
        // All clients receive it, that of the author as well; the operator does not.
        let event = by
            .is_none()
            .then(|| Box::new(Event::Role { room: None, user: target.clone(), role, by: None }));
        let set = Change::UserRole { user: target.id, role: to, by: author(proposal, by) };
        Ok((vec![set, self.audit(record)], Grant::Event(event)))
    }

    /// Gives a user another role in a room that it is in, or has been in.
    pub(super) fn set_role_in_room(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        (user, name): (&UserName, &RoomName),
        role: Role,
    ) -> GrantResult {
        let target = registered(proposal, user)?;
        let to = MemberRole::from_wire(role).ok_or(HubError::NoSuchRole)?;
        let (room, key) = proposal.named(name)?;
        let known = proposal.membership(target.id, room);
        let from = known.map_or(MemberRole::Member, |known| known.role);
        let (standing, is_self) = (proposal.standing_of(by, &key), by == Some(target.id));
        let action = Action::SetRoleInRoom { standing, from, to, is_self };
        proposal.permit_order(by, (name, &key), action)?;
        if known.is_none() {
            return Err(HubError::NeverInRoom(target.name));
        }
        proposal.set_member_role(target.id, room, to);
        let answer = |proposal: &Proposal<'_>| Event::Role {
            room: Some(name.clone()),
            user: target.clone(),
            role: proposal.standing(target.id, &key).rank(proposal.subject(target.id)).to_wire(),
            by: author(proposal, by),
        };
        let is_told = from != to && by.is_some_and(|by| proposal.is_in(by, room));
        let grant = Grant::Event((!is_told).then(|| Box::new(answer(proposal))));
        if from == to {
            return Ok((Vec::new(), grant));
        }
        let about = format!("{} in {name}: {} → {role}", target.name, from.to_wire());
        let record = self.record(by, AuditKind::Role, &about);
        let record = AuditRecord { user: Some(target.id), room: Some(room), ..record };
        let by = author(proposal, by);
        let set = Change::MemberRole { user: target.id, room, role: to, by };
        Ok((vec![set, self.audit(record)], grant))
    }

    /// Gives a room other rules.
    pub(super) fn set_rules(
        &self,
        proposal: &mut Proposal<'_>,
        by: Option<UserId>,
        name: &RoomName,
        patch: RulesPatch,
    ) -> GrantResult {
        let (room, key) = proposal.named(name)?;
        let action = Action::SetRules(proposal.standing_of(by, &key));
        proposal.permit_order(by, (name, &key), action)?;
        let was = proposal.rooms.rules(room);
        let rules = patch.apply(was);
        if room == RoomId::LOBBY && rules.privacy == Privacy::Private {
            return Err(HubError::LobbyIsOpen);
        }
        let is_told = rules != was && by.is_some_and(|by| proposal.is_in(by, room));
        let event = || Event::Rules { room: name.clone(), rules, by: author(proposal, by) };
        let grant = Grant::Event((!is_told).then(|| Box::new(event())));
        if rules == was {
            return Ok((Vec::new(), grant));
        }
        proposal.rooms.set_rules(room, rules);
        let about = format!(
            "{name}: {}, slow {} s, topics by {} → {}, slow {} s, topics by {}",
            was.privacy, was.slow_s, was.topic_by, rules.privacy, rules.slow_s, rules.topic_by
        );
        let record = self.record(by, AuditKind::Rules, &about);
        let record = AuditRecord { room: Some(room), ..record };
        let set = Change::Rules { room, rules, by: author(proposal, by) };
        Ok((vec![set, self.audit(record)], grant))
    }

    /// Asks a user into a private room.
    pub(super) fn ask_in(
        &self,
        proposal: &mut Proposal<'_>,
        by: UserId,
        name: &RoomName,
        user: &UserName,
    ) -> GrantResult {
        let (room, key) = proposal.named(name)?;
        proposal.permit_key(by, name, &key, Action::AskIn)?;
        let target = registered(proposal, user)?;
        let facts = proposal.facts(target.id, room);
        if facts.is_in {
            return Err(HubError::IsInRoom(target.name));
        }
        let author = proposal.author(by)?.clone();
        let event = Event::AskedIn { room: name.clone(), user: target.clone(), by: author.clone() };
        let grant = Grant::Event(Some(Box::new(event)));
        if facts.is_asked {
            return Ok((Vec::new(), grant));
        }
        if proposal.asked(target.id) >= ASKED_PER_USER_MAX {
            return Err(HubError::AskedTooOften(target.name));
        }
        let read_seq = proposal.rooms.last_seq(room);
        proposal.ask_in(target.id, room, read_seq);
        let record =
            self.record(Some(by), AuditKind::AskIn, &format!("{} into {name}", target.name));
        let record = AuditRecord { user: Some(target.id), room: Some(room), ..record };
        let asked = Change::AskedIn { user: target.id, room, read_seq, by: author };
        Ok((vec![asked, self.audit(record)], grant))
    }

    /// A record of the audit log of this moment.
    pub(super) fn record(&self, by: Option<UserId>, what: AuditKind, about: &str) -> AuditRecord {
        AuditRecord::new(self.clock.now(), by.unwrap_or(UserId::SERVER), what, about)
    }

    /// Older records of the audit log may be removed; `None` if the clock is not steady.
    pub(super) fn audit_kept_since(&self) -> Option<Timestamp> {
        self.clock.before(AUDIT_KEPT)
    }

    /// The change that stores a record.
    pub(super) fn audit(&self, record: AuditRecord) -> Change {
        Change::Audit { record, kept_since: self.audit_kept_since() }
    }
}

/// The user with that name.
pub(super) fn holder(proposal: &Proposal<'_>, name: &UserName) -> Result<User, HubError> {
    let user = proposal.names.holder(name).and_then(|id| proposal.user(id));
    user.cloned().ok_or_else(|| HubError::NoSuchUser(name.clone()))
}

/// The user with that name, if it is stored.
fn registered(proposal: &Proposal<'_>, name: &UserName) -> Result<User, HubError> {
    let user = holder(proposal, name)?;
    if proposal.is_bot(user.id) {
        return Err(HubError::Hook(HookError::IsBot(user.name)));
    }
    if proposal.has_record(user.id) { Ok(user) } else { Err(HubError::NotForGuests(user.name)) }
}

/// The user who does something; `None` for the operator.
pub(super) fn author(proposal: &Proposal<'_>, by: Option<UserId>) -> Option<User> {
    proposal.user(by?).cloned()
}
