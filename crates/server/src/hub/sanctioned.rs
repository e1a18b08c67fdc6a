//! Sanctions as they are sent: to whom they hit, to the rooms, and to those who keep order.

use std::net::IpAddr;

use chat_proto::event::SanctionInfo;
use chat_proto::{RoomName, Timestamp, UserId};

use super::error::Sanctioned;
use super::member::Member;
use super::policy::{Action, may};
use super::proposal::Proposal;
use super::request::Admission;
use super::sanctions::{Suspect, longest};
use super::state::State;
use super::{Hub, HubError};
use crate::journal::{MemberRole, Penalty, SanctionRecord, UserKind, UserRole};

impl State {
    /// What sanctions look for in a user.
    pub(super) fn suspect(&self, user: UserId, kind: UserKind, role: UserRole) -> Suspect {
        let account = self.account(user);
        Suspect {
            user: Some(user),
            network: account.filter(|_| !kind.is_stored()).and_then(|account| account.network),
            invite: account.filter(|_| role == UserRole::Member).and_then(|account| account.invite),
        }
    }

    /// The sanction that a refusal is about.
    pub(super) fn sanctioned(&self, record: &SanctionRecord, now: Timestamp) -> Sanctioned {
        let left = |until: Timestamp| (until.as_millis() - now.as_millis()).max(0).unsigned_abs();
        Sanctioned {
            room: record.room.and_then(|room| Some(self.rooms.get(room)?.name().clone())),
            left_ms: record.until.map(left),
            reason: record.reason.clone(),
        }
    }

    /// A sanction as it is sent; with its network only to those who keep order.
    pub(super) fn info(&self, record: &SanctionRecord, shows_network: bool) -> SanctionInfo {
        let user = |user: UserId| self.account(user).map(|account| account.user.clone());
        SanctionInfo {
            id: Some(record.id),
            kind: record.penalty.to_wire(),
            room: record.room.and_then(|room| Some(self.rooms.get(room)?.name().clone())),
            user: record.user.and_then(user),
            network: record.network.filter(|_| shows_network),
            invite: record.invite,
            by: user(record.by),
            until: record.until,
            reason: record.reason.clone(),
        }
    }

    /// A sanction in words, for the audit log.
    pub(super) fn describe(&self, record: &SanctionRecord) -> String {
        let info = self.info(record, true);
        let target = match (&info.user, info.network, info.invite) {
            (Some(user), ..) => user.name.to_string(),
            (None, Some(network), _) => format!("network {network}"),
            (None, None, Some(invite)) => format!("invite {invite}"),
            (None, None, None) => "a guest who has left".to_owned(),
        };
        let room = info.room.as_ref().map_or("the server", RoomName::as_str);
        format!("{} {target}, {room}", info.kind)
    }
}

impl Member {
    /// Records where the session comes from; `None` for a place that is never barred.
    pub(crate) fn note_network(&self, network: Option<IpAddr>) {
        self.actor().hub.state().existing_mut(self.id()).network = network;
    }

    /// The mutes and bans that hit the user, those that have ended excepted.
    #[must_use]
    pub(crate) fn sanctions(&self) -> Vec<SanctionInfo> {
        let hub = &self.actor().hub;
        let state = hub.state();
        if state.sanctions.is_empty() {
            return Vec::new();
        }
        let (account, now) = (state.existing(self.id()), hub.time());
        let suspect = state.suspect(self.id(), account.kind, account.role);
        let hits = |record: &&SanctionRecord| {
            [Penalty::Mute, Penalty::Ban]
                .into_iter()
                .any(|penalty| record.hits(penalty, record.room, suspect, now))
        };
        state.sanctions.of(suspect).filter(hits).map(|record| state.info(record, false)).collect()
    }

    /// Up to `limit` mutes and bans of a room, or of the server, after the number `after`, and whether there are more.
    ///
    /// # Errors
    /// Returns an error if the user does not keep order there.
    pub(crate) fn all_sanctions(
        &self,
        room: Option<&RoomName>,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<SanctionInfo>, bool), HubError> {
        let hub = &self.actor().hub;
        let (state, now) = (hub.state(), hub.time());
        let subject = state.existing(self.id()).subject();
        let room = match room {
            Some(name) => {
                let keeps_order =
                    |standing| Action::SanctionInRoom { standing, of: MemberRole::Member };
                Some(state.permit(self.id(), name, keeps_order)?.id)
            }
            None => {
                may(subject, Action::Sanction { of: UserRole::Member })
                    .map_err(|denied| denied.in_room(&RoomName::lobby()))?;
                None
            }
        };
        Ok(state.list_sanctions(room, after, limit, now))
    }

    /// Whether the user keeps order on the server, and may therefore read the audit log: its own deeds, or all.
    ///
    /// # Errors
    /// Returns an error if it may not.
    pub(crate) fn audited(&self) -> Result<Option<UserId>, HubError> {
        let subject = self.actor().hub.state().existing(self.id()).subject();
        if may(subject, Action::SeeAudit { is_own: false }).is_ok() {
            return Ok(None);
        }
        may(subject, Action::SeeAudit { is_own: true })
            .map_err(|denied| denied.in_room(&RoomName::lobby()))?;
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
        let Some(account) = state.account(user) else { return Ok(()) };
        self.not_barred(&state, state.suspect(user, account.kind, account.role))
    }

    /// Whether a new user or a guest from there may come in now; `None` is a place that is never barred.
    ///
    /// # Errors
    /// Returns an error with the ban if the network is banned.
    pub(crate) fn permit_newcomer(&self, network: Option<IpAddr>) -> Result<(), HubError> {
        self.not_barred(&self.state(), Suspect { network, ..Suspect::default() })
    }

    /// Whether a new user may come in now. It is decided again when the user is stored.
    ///
    /// # Errors
    /// Returns an error if the user needs an invite, or its invite is none that is valid.
    pub(crate) fn check_admission(&self, admission: Admission) -> Result<(), HubError> {
        let state = self.state();
        let proposal = Proposal::new(&state, self.directory.newcomers_after());
        self.directory.admit(&proposal, admission).map(drop)
    }

    fn not_barred(&self, state: &State, suspect: Suspect) -> Result<(), HubError> {
        let now = self.time();
        let bans = state.sanctions.of(suspect);
        match longest(bans.filter(|record| record.hits(Penalty::Ban, None, suspect, now))) {
            Some(record) => Err(HubError::Banned(Box::new(state.sanctioned(record, now)))),
            None => Ok(()),
        }
    }
}
