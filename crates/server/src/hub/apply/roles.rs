//! Applies roles and the rules of rooms, and sends them to the sessions of the rooms.

use std::sync::Arc;

use chat_proto::event::RoleHolder;
use chat_proto::{Event, Role, Rules, User, UserId};

use super::super::directory::Directory;
use super::super::state::State;
use crate::journal::{MemberRole, RoomId, RoomKey, UserRole};
use crate::room::Room;

impl Directory {
    /// Everybody receives the new role, and what it makes of the user in each of its rooms.
    pub(super) fn apply_user_role(&self, user: UserId, role: UserRole, by: Option<&User>) {
        let mut state = self.state();
        let ranks_before = state.ranks(user);
        state.set_role(user, role);
        let Some(account) = state.account(user) else { return };
        let (user, by) = (account.user.clone(), by.cloned());
        let of_server =
            Event::Role { room: None, user: user.clone(), role: role.to_wire(), by: by.clone() };
        state.rooms.lobby().publish_change(of_server);
        for ((room, before), (_, now)) in ranks_before.into_iter().zip(state.ranks(user.id)) {
            if before != now {
                let (room_name, role) = (Some(room.name().clone()), now.to_wire());
                let event =
                    Event::Role { room: room_name, user: user.clone(), role, by: by.clone() };
                room.publish_change(event);
            }
        }
    }

    pub(super) fn apply_member_role(
        &self,
        user: UserId,
        room: RoomId,
        role: MemberRole,
        by: Option<User>,
    ) {
        let mut state = self.state();
        let Some(account) = state.account_mut(user) else { return };
        account.rooms.set_role(room, role);
        // The room may have been removed after its users left it.
        let Some(room) = state.rooms.get(room).cloned() else { return };
        state.note_role(user, &room);
        let account = state.existing(user);
        let role = account.standing(&room).rank(account.subject()).to_wire();
        let (name, user) = (Some(room.name().clone()), account.user.clone());
        room.publish_change(Event::Role { room: name, user, role, by });
    }

    pub(super) fn apply_rules(&self, room: RoomId, rules: Rules, by: Option<User>) {
        let room = self.state().rooms.set_rules(room, rules);
        let name = room.name().clone();
        room.publish_change(Event::Rules { room: name, rules, by });
    }
}

impl State {
    /// The rooms that a user is in, direct messages excepted, with the role that counts there.
    fn ranks(&self, user: UserId) -> Vec<(Arc<Room>, MemberRole)> {
        let Some(account) = self.account(user) else { return Vec::new() };
        let rooms = account.rooms.current().map(|(id, _)| self.rooms.existing(id));
        let named = rooms.filter(|room| matches!(room.key(), RoomKey::Named(_)));
        let rank =
            |room: &Arc<Room>| (Arc::clone(room), account.standing(room).rank(account.subject()));
        named.map(rank).collect()
    }

    /// Records whether a user has a role in a room.
    pub(in crate::hub) fn note_role(&mut self, user: UserId, room: &Room) {
        let Some(account) = self.account(user) else { return };
        let has_role = account.rooms.facts(room.id).role > MemberRole::Member;
        self.rooms.note_role(room.id, user, has_role);
    }

    /// Those of `users` who have a role in the room, by themselves or by their role on the server.
    pub(in crate::hub) fn roles_among(&self, room: &Room, users: &[User]) -> Vec<RoleHolder> {
        if matches!(room.key(), RoomKey::Direct(_)) {
            return Vec::new();
        }
        // Most users have none, and a list has many.
        let may_have =
            |user: &&User| self.is_staff(user.id) || self.rooms.has_role(room.id, user.id);
        let holder = |user: &User| {
            let account = self.account(user.id)?;
            let role = account.standing(room).rank(account.subject()).to_wire();
            (role != Role::Member).then_some(RoleHolder { id: user.id, role })
        };
        users.iter().filter(may_have).filter_map(holder).collect()
    }
}
