//! Decides whether a mute or a ban forbids an action of a user.

use std::net::IpAddr;

use chat_proto::UserId;

use super::super::HubError;
use super::super::directory::Directory;
use super::super::error::SanctionDetails;
use super::super::proposal::Proposal;
use super::super::sanctions::SanctionSubject;
use crate::journal::{MuteOrBan, RoomId};

impl Directory {
    /// Whether a user may write in a room, or do something on the server that others see.
    pub(in crate::hub) fn not_muted(
        &self,
        proposal: &Proposal<'_>,
        user: UserId,
        room: Option<RoomId>,
    ) -> Result<(), HubError> {
        // Each message asks, and most servers have none.
        if proposal.sanctions.len() == 0 {
            return Ok(());
        }
        let subject = proposal.sanction_subject(user);
        match self.sanctioned(proposal, MuteOrBan::Mute, subject, room) {
            Some(muted) => Err(HubError::Muted(Box::new(muted))),
            None => self.subject_not_banned(proposal, subject, None),
        }
    }

    /// Whether a user may be in a room, or on the server.
    pub(in crate::hub) fn not_banned(
        &self,
        proposal: &Proposal<'_>,
        user: UserId,
        room: Option<RoomId>,
    ) -> Result<(), HubError> {
        if proposal.sanctions.len() == 0 {
            return Ok(());
        }
        self.subject_not_banned(proposal, proposal.sanction_subject(user), room)
    }

    /// Whether a guest or a new user from that network may come in; `None` for this machine.
    pub(super) fn not_banned_from(
        &self,
        proposal: &Proposal<'_>,
        network: Option<IpAddr>,
    ) -> Result<(), HubError> {
        let subject = SanctionSubject { network, ..SanctionSubject::default() };
        self.subject_not_banned(proposal, subject, None)
    }

    /// Whether anybody may come in by an invite.
    pub(super) fn invite_not_banned(
        &self,
        proposal: &Proposal<'_>,
        invite: u64,
    ) -> Result<(), HubError> {
        let subject = SanctionSubject { invite: Some(invite), ..SanctionSubject::default() };
        self.subject_not_banned(proposal, subject, None)
    }

    fn subject_not_banned(
        &self,
        proposal: &Proposal<'_>,
        subject: SanctionSubject,
        room: Option<RoomId>,
    ) -> Result<(), HubError> {
        match self.sanctioned(proposal, MuteOrBan::Ban, subject, room) {
            Some(banned) => Err(HubError::Banned(Box::new(banned))),
            None => Ok(()),
        }
    }

    fn sanctioned(
        &self,
        proposal: &Proposal<'_>,
        kind: MuteOrBan,
        subject: SanctionSubject,
        room: Option<RoomId>,
    ) -> Option<SanctionDetails> {
        let now = self.clock.now();
        let applied = proposal.sanctions.find(kind, room, subject, now)?;
        Some(proposal.state.sanctioned(applied, now))
    }
}
