//! The rights of the user and of others.

use chat_proto::{Privacy, Role, RoomName, Rules, TopicBy, UserId};

use super::State;
use crate::rooms::Room;
use crate::standing::Hindrance;

impl State {
    /// The user's role on the server; that of a member if the server has not said.
    #[must_use]
    pub fn role(&self) -> Role {
        self.standing.role.unwrap_or(Role::Member)
    }

    /// The user's role in a room.
    #[must_use]
    pub fn role_in(&self, room: &Room) -> Role {
        self.me.map_or(Role::Member, |me| room.role(me))
    }

    /// Whether the user may delete messages of others in a room, as far as it is known.
    #[must_use]
    pub fn may_delete_others(&self, room: &Room) -> bool {
        !room.is_private() && matches!(self.role_in(room), Role::Moderator | Role::Owner)
    }

    /// The rooms that the user was asked into and has not joined.
    #[must_use]
    pub fn asked_into(&self) -> &[RoomName] {
        self.standing.asked_into()
    }

    /// Why the user cannot write in a room; `None` if it can, as far as it is known.
    #[must_use]
    pub fn hindrance<'a>(&'a self, room: &Room) -> Option<Hindrance<'a>> {
        self.session()?;
        if let Some(mute) = self.standing.mute_in(&room.name) {
            return Some(Hindrance::Muted(mute));
        }
        let is_announce = room.rules().is_some_and(|rules| rules.privacy == Privacy::Announce);
        let is_member = self.role_in(room) == Role::Member;
        (is_announce && is_member).then_some(Hindrance::Announce)
    }
}

impl Room {
    /// Its rules; `None` for a direct message, and if the server has not said.
    #[must_use]
    pub const fn rules(&self) -> Option<Rules> {
        self.rules
    }

    /// The role of a user in the room, as far as it is known.
    #[must_use]
    pub fn role(&self, user: UserId) -> Role {
        self.roles.of(user)
    }

    /// Whether only moderators and owners set the topic and pin messages.
    #[must_use]
    pub fn has_topic_by_moderators(&self) -> bool {
        let rules = self.rules.as_ref();
        rules.is_some_and(|rules| {
            rules.topic_by == TopicBy::Moderators || rules.privacy == Privacy::Announce
        })
    }
}
