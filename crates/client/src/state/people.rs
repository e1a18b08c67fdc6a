//! The user, and the others: who is who, who is online, and who is away.

use chat_proto::{AwayText, RoomName, UserId};

use super::State;
use crate::live::Partner;
use crate::rooms::Room;

impl State {
    /// The user's number; `None` before the first session.
    #[must_use]
    pub const fn me(&self) -> Option<UserId> {
        self.me
    }

    /// Whether it is the user's number.
    #[must_use]
    pub fn is_me(&self, user: UserId) -> bool {
        self.me == Some(user)
    }

    /// The user's own away text, if it is away.
    #[must_use]
    pub fn own_away(&self) -> Option<&AwayText> {
        self.away(self.me?)
    }

    /// The other user of a direct message; `None` for any other room.
    pub(crate) fn other_of(&self, room: &RoomName) -> Option<UserId> {
        room.pair()?.into_iter().find(|id| !self.is_me(*id))
    }

    /// The direct message with a user; `None` before the first session.
    pub(crate) fn direct_with(&self, user: UserId) -> Option<RoomName> {
        Some(RoomName::direct(self.me?, user))
    }

    /// The text of a user who is away; `None` if it is not. A user may be away without a text.
    #[must_use]
    pub fn away(&self, user: UserId) -> Option<&AwayText> {
        self.live.away(user)
    }

    /// Whether the other user of a direct message can be reached; `None` for any other room, and if it is not known.
    #[must_use]
    pub fn partner<'a>(&'a self, room: &'a Room) -> Option<Partner<'a>> {
        if !room.is_private() || self.session().is_none() || room.users.count() == 0 {
            return None;
        }
        let id = self.other_of(&room.name)?;
        // A user who has left the direct message is still in the lobby.
        let lobby = self.rooms.get(&RoomName::lobby());
        let mut rooms = [Some(room), lobby].into_iter().flatten();
        let is_listed = rooms.any(|room| room.users.iter().any(|user| user.id == id));
        Some(match self.away(id) {
            Some(text) => Partner::Away(text),
            None if is_listed => Partner::Online,
            None => Partner::Offline(room.seen_at),
        })
    }

    /// Whether the other user of the current room is online; `None` if it is not known, or if the room is no
    /// direct message.
    #[must_use]
    pub fn other_is_online(&self) -> Option<bool> {
        Some(!matches!(self.partner(self.room())?, Partner::Offline(_)))
    }
}
