//! The content of the directory: accounts, names, credentials and rooms.
//!
//! Every method runs under the lock, and none takes longer if there are more users, rooms or sessions.

mod credentials;
mod presence;
mod restore;
mod roles;
mod room_key;

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
use super::pauses::Pauses;
use super::policy::{Action, MembershipFacts, Standing, may};
use super::rooms::Rooms;
use super::sanctions::Sanctions;
use super::sessions::Sessions;
use crate::id_map::IdMap;
use crate::journal::{MembershipRecord, RoomKey, UserRole};
use crate::room::Room;
use chat_proto::{LeaveReason, RoomName, Rules, Timestamp, User, UserId, UserName};

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

    /// Wakes the sessions of a user, since its rooms, its read positions or its rights have changed.
    pub(super) fn notify(&self, account: &Account) {
        account.notifier.notify();
        self.sessions.wake(account.user.id);
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
            None => Standing::new(&key, None, Rules::PUBLIC, MembershipFacts::default()),
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
