//! What becomes so once it is kept. Called by the journal's writer, in the order of what is kept.

use std::sync::Arc;

use chat_proto::LeaveReason;

use super::Hub;
use super::places::InRoom;
use crate::journal::{JournalError, KeptMember, RoomId};
use crate::room::Room;

impl Hub {
    /// Users have come into a room, or into a conversation with one who has. Nobody leaves by it: what
    /// was not so when it was asked for may be so by now.
    pub(super) fn settle_members(&self, room: &Arc<Room>, members: &[KeptMember]) {
        let mut state = self.state();
        for member in members {
            let Some(account) = state.account_mut(member.user) else { continue };
            let new = InRoom { is_in: false, leaving: 0, read: member.read_seq };
            let known = account.rooms.get(room.id).copied().unwrap_or(new);
            let place = InRoom { is_in: known.is_in || member.is_in, ..known };
            account.rooms.insert(room.id, place);
            if place.is_in && account.sessions > 0 {
                room.enter(&account.user);
            }
            account.news.ring();
        }
    }

    /// A user has left a room, or could not.
    pub(super) fn settle_left(
        &self,
        room: &Room,
        user: u64,
        kept: Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let mut state = self.state();
        let Some(account) = state.account_mut(user) else { return kept };
        if let Some(place) = account.rooms.get_mut(room.id) {
            place.leaving -= 1;
            place.is_in &= kept.is_err();
        }
        kept?;
        room.leave(&account.user, LeaveReason::Bye);
        account.news.ring();
        Ok(())
    }

    /// A user has read a room up to `seq`. Returns how far it has.
    pub(super) fn settle_read(&self, user: u64, room: RoomId, seq: u64) -> u64 {
        let mut state = self.state();
        let Some(account) = state.account_mut(user) else { return seq };
        let Some(place) = account.rooms.get_mut(room) else { return seq };
        place.read = place.read.max(seq);
        let read = place.read;
        account.news.ring();
        read
    }
}
