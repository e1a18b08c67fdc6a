//! Who is connected, and on the lists of which rooms.

use std::sync::Arc;

use chat_proto::event::RoleHolder;
use chat_proto::{Event, LeaveReason, Timestamp, User, UserId};

use super::State;
use crate::hub::account::Account;
use crate::journal::UserKind;
use crate::room::Room;

impl State {
    /// Counts a new session of `user`. If it is the first, puts the user on the lists of its rooms.
    pub(in crate::hub) fn admit(&mut self, user: UserId) {
        let account = self.existing_mut(user);
        account.sessions += 1;
        if account.sessions == 1 {
            self.users_connected += 1;
            for (user, room) in self.rooms_of(user) {
                self.enter(&room, &user);
            }
        }
    }

    /// Counts an ended session of `user`. If it was the last, takes the user off the lists of its rooms.
    pub(in crate::hub) fn dismiss(&mut self, user: UserId, reason: LeaveReason, at: Timestamp) {
        if self.existing(user).sessions == 1 {
            self.end_away(user);
        }
        let account = self.existing_mut(user);
        account.sessions -= 1;
        if account.sessions == 0 {
            account.left_at = Some(at);
            self.users_connected -= 1;
            for (user, room) in self.rooms_of(user) {
                self.leave(&room, &user, reason);
            }
        }
    }

    /// Puts `user` on the list of a room.
    pub(in crate::hub) fn enter(&mut self, room: &Arc<Room>, user: &User) {
        if room.enter(user) {
            return self.rooms.presence_is_due(room);
        }
        if let [RoleHolder { role, .. }] = self.roles_among(room, std::slice::from_ref(user))[..] {
            let (room_name, user) = (Some(room.name().clone()), user.clone());
            room.publish_change(Event::Role { room: room_name, user, role, by: None });
        }
    }

    /// Takes `user` off the list of a room.
    pub(in crate::hub) fn leave(&mut self, room: &Arc<Room>, user: &User, reason: LeaveReason) {
        if room.leave(user, reason) {
            self.rooms.presence_is_due(room);
        }
    }

    fn rooms_of(&self, user: UserId) -> Vec<(User, Arc<Room>)> {
        let account = self.existing(user);
        let room = |(id, _)| (account.user.clone(), Arc::clone(self.rooms.existing(id)));
        account.rooms.current().map(room).collect()
    }

    /// Updates `seen_at` to `now` for up to `limit` connected users after the user `after`, if it is `known` or
    /// older. Returns the last user that was looked at, `None` if there are no more, and the users whose time has
    /// changed.
    pub(in crate::hub) fn see(
        &mut self,
        after: UserId,
        limit: usize,
        known: Timestamp,
        now: Timestamp,
    ) -> (Option<UserId>, Vec<UserId>) {
        let (mut last, mut due) = (None, Vec::new());
        for user in self.sessions.users_after(after).take(limit) {
            last = Some(user);
            if let Some(account) = self.accounts.get_mut(&user)
                && account.kind.is_stored()
                && account.seen_at <= known
            {
                account.seen_at = now;
                due.push(user);
            }
        }
        (last, due)
    }

    /// Number of users with a session.
    pub(in crate::hub) const fn users_connected(&self) -> usize {
        self.users_connected
    }

    /// The users with a session.
    pub(in crate::hub) fn connected(&self) -> impl Iterator<Item = &Account> {
        self.sessions.users_after(UserId::NONE).filter_map(|user| self.account(user))
    }

    /// Removes a guest whose session has ended.
    pub(in crate::hub) fn remove_guest(&mut self, user: UserId) {
        let Some(account) = self.accounts.get(&user) else { return };
        if account.kind == UserKind::Guest && account.sessions == 0 {
            self.names.release(&account.user.name, user);
            self.accounts.remove(&user);
        }
    }
}
