//! What becomes so once it is stored. Called by the journal's writer, in the order of the journal.

use std::sync::Arc;

use chat_proto::{LeaveReason, UserName};

use super::Hub;
use super::state::place_in;
use crate::config::ROOMS_AT_ONCE;
use crate::journal::{JournalError, KeptMember, RoomId};
use crate::room::Room;

impl Hub {
    /// Users have come into a room, or into a direct message with one who has; or could not. Nobody leaves
    /// by it: what was not so when it was asked for may be so by now.
    pub(super) fn settle_members(
        &self,
        room: &Arc<Room>,
        members: &[KeptMember],
        kept: Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let mut state = self.state();
        state.rooms.entered(room.id, kept.is_ok());
        kept?;
        for member in members {
            let account = state.existing_mut(member.user);
            let place = place_in(room, member.read_seq);
            let is_new = member.is_in && account.rooms.come(room.id, place);
            account.rooms.note(room.id, place);
            account.news.ring();
            let (user, is_here) = (account.user.clone(), account.sessions > 0);
            state.rooms.came(room.id, user.id, is_new);
            if is_new && is_here {
                state.enter(room, &user);
            }
        }
        Ok(())
    }

    /// A user has left a room, or could not.
    pub(super) fn settle_left(
        self: &Arc<Self>,
        room: &Arc<Room>,
        user: u64,
        kept: Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        let mut state = self.state();
        let account = state.existing_mut(user);
        let place = account.rooms.known_mut(room.id).expect("who leaves a room has a place there");
        place.leaving -= 1;
        kept?;
        account.news.ring();
        if account.rooms.go(room.id) {
            let user = account.user.clone();
            state.leave(room, &user, LeaveReason::Bye);
            state.rooms.left(room.id);
            self.expire_now(&mut state);
        }
        Ok(())
    }

    /// A user has read a room up to `seq`. Returns how far it has.
    pub(super) fn settle_read(&self, user: u64, room: RoomId, seq: u64) -> u64 {
        let mut state = self.state();
        let account = state.existing_mut(user);
        // The user may have left the room meanwhile, and the room may be gone.
        let Some(place) = account.rooms.known_mut(room) else { return seq };
        place.read = place.read.max(seq);
        let read = place.read;
        account.news.ring();
        read
    }

    /// A user has the name that was reserved.
    pub(super) fn settle_renamed(&self, user: u64, name: &UserName) {
        let mut state = self.state();
        let was = state.existing(user).user.clone();
        state.rename(user, name);
        if state.existing(user).sessions > 0 {
            return; // the lobby has sent it to everybody
        }
        let here = state.existing(user).rooms.now().map(|(id, _)| id);
        let here: Vec<RoomId> = here.filter(|id| *id != RoomId::LOBBY).collect();
        for id in here {
            let room = state.rooms.existing(id);
            if room.other(user).is_some() {
                room.tell_renamed(&was, name);
            }
        }
        drop(state);
        // The partner may still be in direct messages that the user has left: there may be many.
        let mut after = RoomId::LOBBY;
        loop {
            let state = self.state();
            let left = state.existing(user).rooms.left_direct(after, ROOMS_AT_ONCE);
            let Some(last) = left.last() else { return };
            after = *last;
            for id in left {
                if let Some(room) = state.rooms.get(id) {
                    room.tell_renamed(&was, name);
                }
            }
        }
    }
}
