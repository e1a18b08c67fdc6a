//! Applies sanctions and pardons: sends them, and ends the sessions of users who are kicked or banned.

use chat_proto::{EndCode, Event, Reason, Timestamp, User, UserId};

use super::super::HubError;
use super::super::account::Account;
use super::super::changed::{ExpelledSessions, Expulsion};
use super::super::directory::Directory;
use super::super::state::State;
use crate::journal::{MuteOrBan, RoomId, SanctionRecord};

impl Directory {
    pub(super) fn apply_sanction(&self, record: &SanctionRecord) {
        let newcomers_after = self.newcomers_after();
        let mut state = self.state();
        let sessions = ExpelledSessions::UpTo(self.last_session());
        state.sanctions.add(record.clone());
        if record.user.is_some() {
            let info = Box::new(state.info(record));
            state.publish(record.room, Event::Sanction(info));
        }
        for account in state.affected(record, newcomers_after) {
            let subject = account.sanction_subject(newcomers_after);
            if record.kind == MuteOrBan::Ban
                && record.room.is_none()
                && let Some(applied) = record.applied_to(subject)
            {
                let banned = state.sanctioned(applied, self.clock.now());
                let text = HubError::Banned(Box::new(banned)).to_string();
                account.notifier.expel(Expulsion { code: EndCode::Banned, sessions, text });
            }
            state.notify(account);
        }
    }

    /// Sends a sanction, which is stored as that of a network, to the room of the guest.
    pub(super) fn apply_guest_sanction(&self, id: u64, guest: User) {
        let state = self.state();
        let Some(record) = state.sanctions.get(id) else { return };
        let mut info = Box::new(state.info(record));
        info.user = Some(guest);
        state.publish(record.room, Event::Sanction(info));
    }

    pub(super) fn apply_pardon(&self, id: u64, by: Option<User>) {
        let newcomers_after = self.newcomers_after();
        let mut state = self.state();
        let Some(record) = state.sanctions.remove(id) else { return };
        if record.user.is_some() {
            let sanction = Box::new(state.info(&record));
            state.publish(record.room, Event::Pardoned { sanction, by });
        }
        let affected = state.affected(&record, newcomers_after);
        affected.into_iter().for_each(|account| state.notify(account));
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
        let author = by.as_ref().map_or("the operator", |by| by.name.as_str());
        let text = match reason.as_str() {
            "" => format!("{author} has kicked you; connect again if you want"),
            reason => format!("{author} has kicked you: {reason}"),
        };
        let kick = state.kick_info(Some(account.user.clone()), room, by, reason);
        state.publish(room, Event::Sanction(Box::new(kick)));
        if room.is_none() {
            account.notifier.expel(Expulsion { code: EndCode::Kicked, sessions, text });
            state.sessions.wake(user);
        }
    }
}

impl State {
    /// Sends an event to a room, or to everybody.
    fn publish(&self, room: Option<RoomId>, event: Event) {
        if let Some(room) = self.rooms.get(room.unwrap_or(RoomId::LOBBY)) {
            room.publish_change(event);
        }
    }

    /// The users to whom a sanction applies, as far as they are known. Those of a network are connected.
    fn affected(&self, record: &SanctionRecord, newcomers_after: Timestamp) -> Vec<&Account> {
        let invited = record.invite.map_or(&[][..], |invite| self.invited(invite));
        let named = record.user.iter().chain(invited).filter_map(|user| self.account(*user));
        let connected = record.network.map(|_| self.connected());
        let is_affected = |account: &&Account| {
            record.applied_to(account.sanction_subject(newcomers_after)).is_some()
        };
        named.chain(connected.into_iter().flatten()).filter(is_affected).collect()
    }
}
