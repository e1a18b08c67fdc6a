//! The content of the directory: accounts, names, credentials and rooms.
//!
//! Every method runs under the lock, and none takes longer if there are more users, rooms or sessions.

mod credentials;
mod roles;
mod room_key;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) use self::room_key::room_key;
use super::HubError;
use super::account::Account;
use super::away::AwayUsers;
use super::hooks::Hooks;
use super::invites::Invites;
use super::memberships::MemberState;
use super::names::Names;
use super::names_ahead::NamesAhead;
use super::naming::ReservedNames;
use super::pauses::Pauses;
use super::policy::{Action, Part, Standing, may};
use super::rooms::Rooms;
use super::sanctions::Sanctions;
use super::sessions::Sessions;
use crate::id_map::IdMap;
use crate::journal::{
    Contents, MemberRole, MembershipRecord, RoomId, RoomKey, UserKind, UserRecord, UserRole,
};
use crate::room::Room;
use chat_proto::event::RoleHolder;
use chat_proto::{Event, LeaveReason, RoomName, Rules, Timestamp, User, UserId, UserName};

#[derive(Debug)]
pub(super) struct State {
    /// Boxed: the map has room for up to twice as many as it holds.
    accounts: IdMap<UserId, Box<Account>>,
    pub(super) names: Names,
    /// The users who have tokens, by the prefixes of these: an entry is a quarter of one with the whole hash.
    tokens: BTreeSet<(u64, UserId)>,
    /// Number of accounts that are stored.
    stored: usize,
    /// Number of users with a session.
    users_connected: usize,
    pub(super) rooms: Rooms,
    pub(super) away: AwayUsers,
    pub(super) invites: Invites,
    pub(super) hooks: Hooks,
    pub(super) sanctions: Sanctions,
    pub(super) pauses: Pauses,
    pub(super) sessions: Sessions,
    /// The users who came by each invite.
    invited: IdMap<u64, Vec<UserId>>,
    /// The greatest number that a user has, or had.
    pub(super) last_user: UserId,
    /// The same of a credential, an invite, a hook or a sanction.
    pub(super) last_record: u64,
    /// Number of users who own the server.
    owners: usize,
    /// The users who own or moderate the server.
    staff: BTreeSet<UserId>,
    /// Whether the daemon is going away, so that nothing more is accepted.
    pub(super) is_closed: bool,
}

impl State {
    /// The stored state, with nobody connected; and the users whose name differs from the stored one.
    pub(super) fn restore(
        contents: Contents,
        presence_users: usize,
        reserved: ReservedNames,
    ) -> (Self, Vec<UserRecord>) {
        let Contents { rooms, users, credentials, members, invites, hooks, sanctions, .. } =
            contents;
        // The number of a guest that wrote nothing is stored with its sanctions only. Nobody else gets it.
        let sanctioned = sanctions.iter().filter_map(|record| record.user).max();
        let last_user = contents.last_user.max(sanctioned.unwrap_or(UserId::NONE));
        let mut state = Self {
            accounts: IdMap::default(),
            names: Names::new(reserved),
            tokens: BTreeSet::new(),
            stored: 0,
            users_connected: 0,
            rooms: Rooms::restore(rooms, contents.last_room, presence_users),
            away: AwayUsers::default(),
            invites: Invites::default(),
            hooks: Hooks::default(),
            sanctions: Sanctions::restore(sanctions),
            pauses: Pauses::default(),
            sessions: Sessions::default(),
            invited: IdMap::default(),
            last_user,
            last_record: contents.last_record,
            owners: 0,
            staff: BTreeSet::new(),
            is_closed: false,
        };
        let renamed = state.restore_users(users);
        for credential in credentials {
            state.add_credential(credential);
        }
        for member in members {
            state.restore_member(member);
        }
        invites.into_iter().for_each(|invite| state.invites.put(invite));
        hooks.into_iter().for_each(|hook| state.hooks.put(hook));
        state.rooms.find_unused();
        (state, renamed)
    }

    /// Two users may have one name in a journal of an earlier version, which compared names in another way, such as
    /// `Ana María` and `Ana_María`: the user seen last keeps the name. Returns the others, whose names get a number.
    fn restore_users(&mut self, mut users: Vec<UserRecord>) -> Vec<UserRecord> {
        users.sort_by_key(|record| (Reverse(record.seen_at), record.user.id));
        let mut doubled = Vec::new();
        for record in users {
            match self.names.holder(&record.user.name) {
                None => self.put_account(Account::of(record)),
                Some(_) => doubled.push(record),
            }
        }
        for record in &mut doubled {
            let user = &mut record.user;
            user.name = NamesAhead::new(&self.names).numbered(Some(user.id), &user.name);
            self.put_account(Account::of(record.clone()));
        }
        doubled
    }

    /// Adds a membership, unless its user or its room is missing in the journal.
    fn restore_member(&mut self, member: MembershipRecord) {
        let MembershipRecord { user, room: id, is_in, read_seq, role, asked_by, .. } = member;
        let Some(room) = self.rooms.get(id) else { return };
        let member = member_in(room, &member);
        let Some(account) = self.accounts.get_mut(&user) else { return };
        if id == RoomId::LOBBY {
            let lobby = account.rooms.get_or_former_mut(id).expect("everybody is in the lobby");
            (lobby.read, lobby.role) = (read_seq, role);
            self.rooms.note_role(id, user, role > MemberRole::Member);
            return;
        }
        let is_new = is_in && account.rooms.join(id, member);
        account.rooms.add_former(id, member);
        account.rooms.set_asked(id, asked_by);
        self.rooms.add_member(id, user, is_new);
        self.rooms.note_role(id, user, role > MemberRole::Member);
    }

    pub(super) fn account(&self, user: UserId) -> Option<&Account> {
        self.accounts.get(&user).map(Box::as_ref)
    }

    pub(super) fn account_mut(&mut self, user: UserId) -> Option<&mut Account> {
        self.accounts.get_mut(&user).map(Box::as_mut)
    }

    /// The account of a user who has a session, or whom a commit has changed.
    pub(super) fn existing(&self, user: UserId) -> &Account {
        self.accounts.get(&user).expect("a user with a session or a stored change has an account")
    }

    /// The same, to change.
    pub(super) fn existing_mut(&mut self, user: UserId) -> &mut Account {
        self.accounts
            .get_mut(&user)
            .expect("a user with a session or a stored change has an account")
    }

    pub(super) const fn next_user(&mut self) -> UserId {
        self.last_user = self.last_user.next();
        self.last_user
    }

    /// Number of users that are stored.
    pub(super) const fn users_stored(&self) -> usize {
        self.stored
    }

    /// Adds a user, who holds its name from now on.
    pub(super) fn put_account(&mut self, account: Account) {
        let id = account.user.id;
        self.names.hold(&account.user.name, id);
        self.stored += usize::from(account.kind.is_stored());
        self.owners += usize::from(account.role == UserRole::Owner);
        if account.role > UserRole::Member {
            self.staff.insert(id);
        }
        if let Some(invite) = account.invite {
            self.invited.entry(invite).or_default().push(id);
        }
        if let Some(replaced) = self.accounts.insert(id, Box::new(account)) {
            self.stored -= usize::from(replaced.kind.is_stored());
            self.owners -= usize::from(replaced.role == UserRole::Owner);
        }
    }

    /// Removes a guest whose session has ended.
    pub(super) fn remove_guest(&mut self, user: UserId) {
        let Some(account) = self.accounts.get(&user) else { return };
        if account.kind == UserKind::Guest && account.sessions == 0 {
            self.names.release(&account.user.name, user);
            self.accounts.remove(&user);
        }
    }

    /// Wakes the sessions of a user, since its rooms, its read positions or its rights have changed.
    pub(super) fn notify(&self, account: &Account) {
        account.notifier.notify();
        self.sessions.wake(account.user.id);
    }

    /// Counts a new session of `user`. If it is the first, puts the user on the lists of its rooms.
    pub(super) fn admit(&mut self, user: UserId) {
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
    pub(super) fn dismiss(&mut self, user: UserId, reason: LeaveReason, at: Timestamp) {
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
    pub(super) fn enter(&mut self, room: &Arc<Room>, user: &User) {
        if room.enter(user) {
            return self.rooms.presence_is_due(room);
        }
        if let [RoleHolder { role, .. }] = self.roles_among(room, std::slice::from_ref(user))[..] {
            let (room_name, user) = (Some(room.name().clone()), user.clone());
            room.publish_change(Event::Role { room: room_name, user, role, by: None });
        }
    }

    /// Takes `user` off the list of a room.
    pub(super) fn leave(&mut self, room: &Arc<Room>, user: &User, reason: LeaveReason) {
        if room.leave(user, reason) {
            self.rooms.presence_is_due(room);
        }
    }

    fn rooms_of(&self, user: UserId) -> Vec<(User, Arc<Room>)> {
        let account = self.existing(user);
        let room = |(id, _)| (account.user.clone(), Arc::clone(self.rooms.existing(id)));
        account.rooms.current().map(room).collect()
    }

    /// The user who holds `name`, if it is not connected and was last connected before `since`.
    pub(super) fn overdue(&self, name: &UserName, since: Timestamp) -> Option<&Account> {
        let holder = self.account(self.names.holder(name)?)?;
        let is_overdue =
            holder.sessions == 0 && holder.seen_at < since && holder.user.name == *name;
        // A bot has no sessions, and comes back with each post.
        let is_overdue = is_overdue && !self.hooks.has_bot(holder.user.id);
        is_overdue.then_some(holder)
    }

    /// Updates `seen_at` to `now` for up to `limit` connected users after the user `after`, if it is `known` or
    /// older. Returns the last user that was looked at, `None` if there are no more, and the users whose time has
    /// changed.
    pub(super) fn see(
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

    /// Gives `user` another name, and sends it to the rooms that the user is in. If the user is not connected, the
    /// caller notifies its direct messages.
    pub(super) fn rename(&mut self, user: UserId, name: &UserName) {
        let account = self.existing_mut(user);
        let was = std::mem::replace(&mut account.user, User { id: user, name: name.clone() });
        let account = self.existing(user);
        for (id, _) in account.rooms.current() {
            self.rooms.existing(id).rename(&was, name);
        }
        self.names.release(&was.name, user);
        self.names.hold(name, user);
    }

    /// The users who came by an invite.
    pub(super) fn invited(&self, invite: u64) -> &[UserId] {
        self.invited.get(&invite).map_or(&[], Vec::as_slice)
    }

    /// Number of users with a session.
    pub(super) const fn users_connected(&self) -> usize {
        self.users_connected
    }

    /// The users with a session.
    pub(super) fn connected(&self) -> impl Iterator<Item = &Account> {
        self.sessions.users_after(UserId::NONE).filter_map(|user| self.account(user))
    }

    /// The key of the room that `user` means by a name or an address.
    pub(super) fn room_key(&self, user: UserId, name: &RoomName) -> Result<RoomKey, HubError> {
        room_key(
            user,
            name,
            |name| self.names.holder(name),
            |id| {
                let account = self.accounts.get(&id)?;
                Some((&account.user, account.kind))
            },
        )
    }

    /// The room with that name or address, if `user` may do `action` there.
    pub(super) fn permit(
        &self,
        user: UserId,
        name: &RoomName,
        action: fn(Standing) -> Action,
    ) -> Result<&Arc<Room>, HubError> {
        let key = self.room_key(user, name)?;
        let room = self.rooms.by_key(&key);
        let account = self.existing(user);
        let standing = match room {
            Some(room) => account.standing(room),
            None => Standing::new(&key, None, Rules::PUBLIC, Part::default()),
        };
        may(account.subject(), action(standing)).map_err(|denied| denied.in_room(name))?;
        room.ok_or_else(|| HubError::NotInRoom(name.clone()))
    }

    /// The rooms with a name that `user` may find, sorted by name, after the room `after`: one more than `limit`, if
    /// there are more.
    pub(super) fn named_rooms_after(
        &self,
        user: UserId,
        after: Option<&RoomName>,
        limit: usize,
    ) -> Vec<Arc<Room>> {
        let (after, limit) = (after.map_or("", RoomName::key), limit.saturating_add(1));
        let account = self.existing(user);
        let may_find =
            |room: &Arc<Room>| may(account.subject(), Action::Find(account.standing(room))).is_ok();
        // The others are those that the user is in, which are few.
        let own = account.rooms.current().map(|(id, _)| self.rooms.existing(id));
        let own = own.filter(|room| room.name().key() > after && room.other(user).is_none());
        let listed = self.rooms.listed_after(after, limit);
        let mut rooms: Vec<_> = listed.into_iter().chain(own.cloned()).filter(may_find).collect();
        rooms.sort_by(|one, other| one.name().key().cmp(other.name().key()));
        rooms.dedup_by_key(|room| room.id);
        rooms.truncate(limit);
        rooms
    }
}

/// The membership of a record in `room`.
pub(super) fn member_in(room: &Room, record: &MembershipRecord) -> MemberState {
    let is_direct = matches!(room.key(), RoomKey::Direct(_));
    let MembershipRecord { read_seq: read, is_own, role, .. } = *record;
    MemberState { read, is_direct, is_own, left: LeaveReason::Bye, role }
}
