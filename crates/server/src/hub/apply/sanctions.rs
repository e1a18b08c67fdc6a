//! Applies sanctions and pardons: sends them, and ends the sessions of whom they bar.

use chat_proto::event::SanctionInfo;
use chat_proto::{EndCode, Event, Reason, SanctionKind, User, UserId};

use super::super::HubError;
use super::super::account::Account;
use super::super::changed::{ExpelledSessions, Expulsion};
use super::super::directory::Directory;
use super::super::state::State;
use crate::journal::{Penalty, RoomId, SanctionRecord, UserRole};

impl Directory {
    pub(super) fn apply_sanction(&self, record: &SanctionRecord) {
        let mut state = self.state();
        let sessions = ExpelledSessions::UpTo(self.last_session());
        state.sanctions.add(record.clone());
        // Where somebody comes from is for those who keep order.
        if record.user.is_some() {
            let info = Box::new(state.info(record, false));
            state.tell(record.room, Event::Sanction(info));
        }
        for user in state.hit(record) {
            if record.penalty == Penalty::Ban && record.room.is_none() {
                let text = state.sanctioned(record, self.clock.now());
                let text = HubError::Banned(Box::new(text)).to_string();
                state.expel(user, Expulsion { code: EndCode::Banned, sessions, text });
            }
            state.wake(user);
        }
    }

    pub(super) fn apply_pardon(&self, id: u64, by: Option<User>) {
        let mut state = self.state();
        let Some(record) = state.sanctions.remove(id) else { return };
        if record.user.is_some() {
            let sanction = Box::new(state.info(&record, false));
            state.tell(record.room, Event::Pardoned { sanction, by });
        }
        state.hit(&record).into_iter().for_each(|user| state.wake(user));
    }

    pub(super) fn apply_kick(
        &self,
        user: UserId,
        room: Option<RoomId>,
        by: Option<User>,
        reason: Reason,
    ) {
        let state = self.state();
        let sessions = ExpelledSessions::UpTo(self.last_session());
        let Some(account) = state.account(user) else { return };
        let text = match (&by, reason.is_empty()) {
            (Some(by), true) => format!("{} has sent you out; connect again if you want", by.name),
            (Some(by), false) => format!("{} has sent you out: {}", by.name, reason.as_str()),
            (None, true) => "the operator has sent you out; connect again if you want".to_owned(),
            (None, false) => format!("the operator has sent you out: {}", reason.as_str()),
        };
        let kick = SanctionInfo {
            id: None,
            kind: SanctionKind::Kick,
            room: room.and_then(|room| Some(state.rooms.get(room)?.name().clone())),
            user: Some(account.user.clone()),
            network: None,
            invite: None,
            by,
            until: None,
            reason,
        };
        state.tell(room, Event::Sanction(Box::new(kick)));
        if room.is_none() {
            state.expel(user, Expulsion { code: EndCode::Kicked, sessions, text });
            state.wake(user);
        }
    }
}

impl State {
    /// Sends an event to a room, or to everybody.
    fn tell(&self, room: Option<RoomId>, event: Event) {
        if let Some(room) = self.rooms.get(room.unwrap_or(RoomId::LOBBY)) {
            room.publish_change(event);
        }
    }

    /// The users whom a sanction hits, as far as they are known.
    fn hit(&self, record: &SanctionRecord) -> Vec<UserId> {
        let is_member = |user: &UserId| {
            self.account(*user).is_some_and(|account| account.role == UserRole::Member)
        };
        let invited = record.invite.map_or(&[][..], |invite| self.invited(invite));
        let invited = invited.iter().copied().filter(is_member);
        let mut hit: Vec<UserId> = record.user.into_iter().chain(invited).collect();
        if let Some(network) = record.network {
            let is_hit = |account: &&Account| {
                !account.kind.is_stored()
                    && account.network.is_some_and(|address| network.contains(address))
            };
            hit.extend(self.connected().filter(is_hit).map(|account| account.user.id));
        }
        hit
    }

    /// Has the sessions of a user look at what has changed.
    fn wake(&self, user: UserId) {
        if let Some(account) = self.account(user) {
            account.notifier.notify();
        }
    }

    /// Ends the sessions of a user that there are now.
    fn expel(&self, user: UserId, expulsion: Expulsion) {
        if let Some(account) = self.account(user) {
            account.notifier.expel(expulsion);
        }
    }
}
