//! Sanctions as they are sent: to the users whom they are about, to the rooms, and to moderators.

use chat_proto::event::SanctionInfo;
use chat_proto::{Network, Reason, RoomName, SanctionKind, Timestamp, User, UserId, UserName};

use super::account::Account;
use super::error::SanctionDetails;
use super::member::Member;
use super::policy::{Action, Denial, may};
use super::proposal::Proposal;
use super::request::Admission;
use super::sanctions::{EffectiveSanction, SanctionSubject};
use super::state::State;
use super::{Hub, HubError};
use crate::journal::{MemberRole, RoomId, SanctionRecord, UserKind, UserRole};

impl SanctionSubject {
    /// The user `id`, with its account if there is one. Users whose account was made after `newcomers_after` are
    /// newcomers.
    pub(super) fn of(
        (id, kind, role): (UserId, UserKind, UserRole),
        account: Option<&Account>,
        newcomers_after: Timestamp,
    ) -> Self {
        let is_new = |account: &&Account| !kind.is_stored() || account.is_newcomer(newcomers_after);
        Self {
            user: Some(id),
            network: account.filter(is_new).and_then(|account| account.network),
            is_stored: kind.is_stored(),
            invite: account.filter(|_| role == UserRole::Member).and_then(|account| account.invite),
        }
    }
}

impl Account {
    /// The user, as far as sanctions depend on it.
    pub(super) fn sanction_subject(&self, newcomers_after: Timestamp) -> SanctionSubject {
        SanctionSubject::of((self.user.id, self.kind, self.role), Some(self), newcomers_after)
    }
}

impl State {
    /// A sanction as the reason of a refusal.
    pub(super) fn sanctioned(
        &self,
        applied: EffectiveSanction<'_>,
        now: Timestamp,
    ) -> SanctionDetails {
        let EffectiveSanction { record, until, is_of_other } = applied;
        let left = |until: Timestamp| (until.as_millis() - now.as_millis()).max(0).unsigned_abs();
        let reason = if is_of_other { Reason::default() } else { record.reason.clone() };
        let (room, left_ms) = (self.room_name(record.room), until.map(left));
        SanctionDetails { room, left_ms, reason, is_of_other }
    }

    fn room_name(&self, room: Option<RoomId>) -> Option<RoomName> {
        Some(self.rooms.get(room?)?.name().clone())
    }

    /// A mute or a ban as it is sent to its users; without the network.
    pub(super) fn info(&self, record: &SanctionRecord) -> SanctionInfo {
        let user = |user: UserId| self.account(user).map(|account| account.user.clone());
        SanctionInfo {
            id: Some(record.id),
            kind: record.kind.to_wire(),
            room: self.room_name(record.room),
            user: record.user.and_then(user),
            network: None,
            invite: record.invite,
            by: user(record.by),
            until: record.until,
            reason: record.reason.clone(),
        }
    }

    /// A mute or a ban as it is sent to moderators: to those of the server with its network.
    pub(super) fn info_for_moderators(&self, record: &SanctionRecord) -> SanctionInfo {
        let network = record.network.filter(|_| record.room.is_none());
        SanctionInfo { network, ..self.info(record) }
    }

    /// A kick as it is sent.
    pub(super) fn kick_info(
        &self,
        user: Option<User>,
        room: Option<RoomId>,
        by: Option<User>,
        reason: Reason,
    ) -> SanctionInfo {
        SanctionInfo {
            id: None,
            kind: SanctionKind::Kick,
            room: self.room_name(room),
            user,
            network: None,
            invite: None,
            by,
            until: None,
            reason,
        }
    }
}

/// A sanction in words, for the audit log.
pub(super) fn describe(
    kind: SanctionKind,
    user: Option<&UserName>,
    (network, invite): (Option<Network>, Option<u64>),
    room: Option<&RoomName>,
) -> String {
    let target = match (user, network, invite) {
        (Some(user), ..) => user.to_string(),
        (None, Some(network), _) => format!("network {network}"),
        (None, None, Some(invite)) => format!("invite {invite}"),
        (None, None, None) => "a guest who has left".to_owned(),
    };
    format!("{kind} {target}, {}", room.map_or("the server", RoomName::as_str))
}

impl Member {
    /// The mutes and bans that apply to the user, those that have ended excepted.
    #[must_use]
    pub(crate) fn sanctions(&self) -> Vec<SanctionInfo> {
        let hub = &self.actor().hub;
        let (newcomers_after, now) = (hub.directory.newcomers_after(), hub.time());
        let state = hub.state();
        if state.sanctions.is_empty() {
            return Vec::new();
        }
        let subject = state.existing(self.id()).sanction_subject(newcomers_after);
        let info = |record: &SanctionRecord| {
            let EffectiveSanction { until, is_of_other, .. } =
                record.applied(record.kind, record.room, subject, now)?;
            let info = SanctionInfo { until, ..state.info(record) };
            Some(match is_of_other {
                true => SanctionInfo { user: None, by: None, reason: Reason::default(), ..info },
                false => info,
            })
        };
        state.sanctions.of(subject).filter_map(info).collect()
    }

    /// Up to `limit` mutes and bans of a room, or of the server, after the number `after`, and whether there are more.
    ///
    /// # Errors
    /// Returns an error if the user is not a moderator there.
    pub(crate) fn all_sanctions(
        &self,
        room: Option<&RoomName>,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<SanctionInfo>, bool), HubError> {
        let hub = &self.actor().hub;
        let (state, now) = (hub.state(), hub.time());
        let (proposal, by) = (Proposal::new(&state, hub.directory.newcomers_after()), self.id());
        let room = match room {
            Some(name) => {
                let (room, key) = proposal.named(name)?;
                hub.directory.not_banned(&proposal, by, Some(room))?;
                let (standing, of) = (proposal.standing(by, &key), MemberRole::Member);
                let action = Action::SanctionInRoom { standing, of };
                proposal.permit_order(Some(by), (name, &key), action)?;
                Some(room)
            }
            None => {
                proposal.permit_on_server(Some(by), Action::Sanction { of: UserRole::Member })?;
                None
            }
        };
        Ok(state.list_sanctions(room, after, limit, now))
    }

    /// The user whose records of the audit log the user may read: its own as a moderator of the server; `None` for all.
    ///
    /// # Errors
    /// Returns an error if it may read none.
    pub(crate) fn audited(&self) -> Result<Option<UserId>, HubError> {
        let subject = self.actor().hub.state().existing(self.id()).subject();
        if may(subject, Action::SeeAudit { is_own: false }).is_ok() {
            return Ok(None);
        }
        may(subject, Action::SeeAudit { is_own: true }).map_err(Denial::on_server)?;
        Ok(Some(self.id()))
    }
}

impl Hub {
    /// Whether a user may be on the server now.
    ///
    /// # Errors
    /// Returns an error with the ban if it is banned.
    pub(super) fn not_banned(&self, user: UserId) -> Result<(), HubError> {
        let state = self.state();
        let proposal = Proposal::new(&state, self.directory.newcomers_after());
        self.directory.not_banned(&proposal, user, None)
    }

    /// Whether a new user may come in now. It is decided again when the user is stored.
    ///
    /// # Errors
    /// Returns an error if the user needs an invite, its invite is not valid, or its network is banned.
    pub(crate) fn check_admission(&self, admission: Admission) -> Result<(), HubError> {
        let state = self.state();
        let proposal = Proposal::new(&state, self.directory.newcomers_after());
        self.directory.admit(&proposal, admission).map(drop)
    }

    /// Whether a guest may come in now. It is decided again when its session begins.
    ///
    /// # Errors
    /// Returns an error if the server takes no guests, or the network is banned.
    pub(crate) fn check_guest(&self, admission: Admission) -> Result<(), HubError> {
        let state = self.state();
        let proposal = Proposal::new(&state, self.directory.newcomers_after());
        self.directory.admit_guest(&proposal, admission)
    }
}
