//! What the hub knows. Every method is one step under its lock.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use super::bell::Bell;
use super::places::{InRoom, Places};
use super::{HubError, IfTaken};
use crate::config::{PRIVATE_PER_USER_MAX, ROOMS_MAX, ROOMS_PER_USER_MAX};
use crate::journal::{Called, KeptRoom, KeptUser, Pair, Restored, RoomId};
use crate::ring::Rings;
use crate::room::Room;
use crate::token::TokenHash;
use chat_proto::{At, RoomName, Topic, User, UserName};

/// The name the server itself speaks under to classic clients; nobody else may have it.
const SERVER_NAME: &str = "chat-server";

/// How many numbers are tried behind a taken name before the user's own is: a thousand who all want
/// one name must not cost a million look-ups.
const NUMBERS_TRIED: u64 = 20;

/// What the hub knows.
#[derive(Debug)]
pub(super) struct State {
    accounts: HashMap<u64, Account>,
    /// Who holds which name, those included that are just being kept.
    names: HashMap<UserName, u64>,
    tokens: HashMap<TokenHash, u64>,
    rooms: BTreeMap<RoomId, Arc<Room>>,
    rooms_by_key: BTreeMap<String, RoomId>,
    last_user: u64,
    last_room: u32,
    presence_users: usize,
    rings: Arc<Rings>,
    /// Whether the daemon is going away: then nothing more is taken.
    pub(super) is_closed: bool,
}

/// One user.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) user: User,
    /// `None` for a classic client, whose user is gone with it.
    pub(super) token: Option<TokenHash>,
    pub(super) seen_at: At,
    pub(super) sessions: usize,
    pub(super) rooms: Places,
    /// Tells the user's sessions that `rooms` has changed.
    pub(super) news: Arc<Bell>,
}

impl Account {
    /// A user who is new, and in the lobby, where `read` messages are not new to it.
    pub(super) fn new(user: User, token: Option<TokenHash>, seen_at: At, read: u64) -> Self {
        let (rooms, news) = (Places::in_lobby(read), Arc::default());
        Self { user, token, seen_at, sessions: 0, rooms, news }
    }

    /// The account as it is kept; `None` for a classic client's.
    pub(super) fn to_keep(&self) -> Option<KeptUser> {
        let (user, seen_at) = (self.user.clone(), self.seen_at);
        self.token.map(|token| KeptUser { user, token, seen_at })
    }
}

impl State {
    /// What was kept, with nobody there.
    pub(super) fn restore(restored: Restored, presence_users: usize) -> Self {
        let mut state = Self {
            accounts: HashMap::new(),
            names: HashMap::new(),
            tokens: HashMap::new(),
            rooms: BTreeMap::new(),
            rooms_by_key: BTreeMap::new(),
            last_user: restored.last_user,
            last_room: 0,
            presence_users,
            rings: Arc::default(),
            is_closed: false,
        };
        for KeptUser { user, token, seen_at } in restored.users {
            state.put_account(Account::new(user, Some(token), seen_at, 0));
        }
        for room in restored.rooms {
            state.put_room(room);
        }
        for member in restored.members {
            if let Some(account) = state.accounts.get_mut(&member.user) {
                let place = InRoom { is_in: member.is_in, leaving: 0, read: member.read_seq };
                account.rooms.insert(member.room, place);
            }
        }
        state
    }

    pub(super) fn account(&self, user: u64) -> Option<&Account> {
        self.accounts.get(&user)
    }

    pub(super) fn account_mut(&mut self, user: u64) -> Option<&mut Account> {
        self.accounts.get_mut(&user)
    }

    pub(super) fn by_token(&mut self, token: &TokenHash) -> Option<&mut Account> {
        let account = self.accounts.get_mut(self.tokens.get(token)?)?;
        account.token.is_some_and(|known| known.is(token)).then_some(account)
    }

    pub(super) fn next_user(&mut self) -> u64 {
        self.last_user += 1;
        self.last_user
    }

    /// How many users there are who can come back.
    pub(super) fn users_kept(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn put_account(&mut self, account: Account) {
        let id = account.user.id;
        self.names.insert(account.user.name.clone(), id);
        if let Some(token) = account.token {
            self.tokens.insert(token, id);
        }
        self.accounts.insert(id, account);
    }

    /// Forgets a user who has no token to come back with.
    pub(super) fn remove_account(&mut self, user: u64) {
        if let Some(account) = self.accounts.remove(&user) {
            self.release(&account.user.name, user);
        }
    }

    /// Holds a name for a user who is about to have it.
    pub(super) fn reserve(&mut self, name: &UserName, user: u64) {
        self.names.insert(name.clone(), user);
    }

    /// Lets go of a name that `user` held.
    pub(super) fn release(&mut self, name: &UserName, user: u64) {
        if self.names.get(name) == Some(&user) {
            self.names.remove(name);
        }
    }

    /// Lets go of a name that was reserved for `user` and cannot be had after all.
    pub(super) fn give_back(&mut self, name: &UserName, user: u64) {
        if self.account(user).is_none_or(|account| account.user.name != *name) {
            self.release(name, user);
        }
    }

    /// Counts one session more of `user`. Returns whom to tell which rooms of, where it is the first.
    pub(super) fn admit(&mut self, user: u64) -> Option<(User, Vec<Arc<Room>>)> {
        let account = self.accounts.get_mut(&user)?;
        account.sessions += 1;
        if account.sessions == 1 { self.where_is(user) } else { None }
    }

    /// Counts one session less of `user`. Returns whom to tell which rooms of, where it was the last.
    pub(super) fn dismiss(&mut self, user: u64) -> Option<(User, Vec<Arc<Room>>)> {
        let account = self.accounts.get_mut(&user)?;
        account.sessions = account.sessions.saturating_sub(1);
        if account.sessions == 0 { self.where_is(user) } else { None }
    }

    fn where_is(&self, user: u64) -> Option<(User, Vec<Arc<Room>>)> {
        let account = self.accounts.get(&user)?;
        let rooms =
            account.rooms.is_in().filter_map(|(id, _)| self.rooms.get(&id).cloned()).collect();
        Some((account.user.clone(), rooms))
    }

    /// The name that `user` gets where it `wants` one.
    pub(super) fn free_name(
        &self,
        user: u64,
        wants: &UserName,
        if_taken: IfTaken,
    ) -> Result<UserName, HubError> {
        let is_free = |name: &UserName| {
            name.key() != SERVER_NAME && self.names.get(name).is_none_or(|holder| *holder == user)
        };
        if is_free(wants) {
            return Ok(wants.clone());
        }
        let numbers = (2..NUMBERS_TRIED).chain([user]).chain(NUMBERS_TRIED..);
        let free = numbers
            .map(|number| wants.numbered(number))
            .find(is_free)
            .expect("there are more numbers than users");
        match if_taken {
            IfTaken::Number => Ok(free),
            IfTaken::Refuse => Err(HubError::NameTaken { wanted: wants.clone(), free }),
        }
    }

    /// Who holds `name` and was not seen since `since`.
    pub(super) fn overdue(&self, name: &UserName, since: At) -> Option<&Account> {
        let holder = self.accounts.get(self.names.get(name)?)?;
        let is_overdue =
            holder.sessions == 0 && holder.seen_at < since && holder.user.name == *name;
        is_overdue.then_some(holder)
    }

    /// Takes note that all who are connected are here `now`. Returns those who have a token, and of whom
    /// no more was known than that they were here at `known` or earlier.
    pub(super) fn see_all(&mut self, known: At, now: At) -> Vec<u64> {
        let here = self.accounts.values_mut().filter(|account| account.sessions > 0);
        let due = here.filter(|account| account.token.is_some() && account.seen_at <= known);
        due.map(|account| {
            account.seen_at = now;
            account.user.id
        })
        .collect()
    }

    /// Gives `user` the name that was reserved, and tells who sees it.
    pub(super) fn rename(&mut self, user: u64, name: &UserName) {
        let Some(account) = self.accounts.get_mut(&user) else { return };
        let was = account.user.clone();
        account.user.name = name.clone();
        for room in account.rooms.all().filter_map(|id| self.rooms.get(&id)) {
            room.rename(&was, name);
            // A user who is away is not in the lobby, but the other user's title changes.
            if account.sessions == 0 && matches!(room.called(), Called::Private(_)) {
                room.tell_renamed(&was, name);
            }
        }
        if was.name != *name {
            self.release(&was.name, user);
        }
        self.names.insert(name.clone(), user);
    }

    pub(super) fn rooms(&self) -> impl Iterator<Item = &Arc<Room>> {
        self.rooms.values()
    }

    /// The rooms of many whose key is above `key`, in their order.
    pub(super) fn rooms_after(&self, key: &str) -> impl Iterator<Item = &Arc<Room>> {
        // "#" comes before "@", and every key begins with the one or the other.
        let keys = self.rooms_by_key.range::<str, _>((Excluded(key), Unbounded));
        keys.take_while(|(key, _)| key.starts_with('#')).filter_map(|(_, id)| self.rooms.get(id))
    }

    pub(super) fn room(&self, id: RoomId) -> Option<&Arc<Room>> {
        self.rooms.get(&id)
    }

    pub(super) fn lobby_seq(&self) -> u64 {
        self.rooms.get(&RoomId::LOBBY).map_or(0, |lobby| lobby.last_seq())
    }

    /// What `user` means by the name or address of a room, or by the name of another user.
    pub(super) fn called(&self, user: u64, name: &RoomName) -> Result<Called, HubError> {
        let other = if let Some(pair) = name.pair() {
            if !pair.contains(&user) {
                return Err(HubError::NotYours(name.clone()));
            }
            let other = if pair[0] == user { pair[1] } else { pair[0] };
            self.accounts.get(&other).ok_or(HubError::NoSuchNumber(other))?
        } else if let Some(other) = name.other() {
            let account = self.names.get(&other).and_then(|id| self.accounts.get(id));
            account.ok_or(HubError::NoSuchUser(other))?
        } else {
            return Ok(Called::Named(name.clone()));
        };
        match other {
            Account { user: other, .. } if other.id == user => {
                Err(HubError::IsYourself(other.name.clone()))
            }
            Account { token: None, user: other, .. } => {
                Err(HubError::IsClassic(other.name.clone()))
            }
            Account { user: other, .. } => Ok(Called::Private(Pair::of(user, other.id))),
        }
    }

    /// The room that goes by that name, where `user` is in it.
    pub(super) fn room_of(&self, user: u64, name: &RoomName) -> Result<&Arc<Room>, HubError> {
        let called = self.called(user, name)?;
        self.room_called(&called)
            .filter(|room| self.is_in(user, room.id))
            .ok_or_else(|| HubError::NotInRoom(name.clone()))
    }

    pub(super) fn is_in(&self, user: u64, room: RoomId) -> bool {
        self.place(user, room).is_some_and(|place| place.is_in)
    }

    /// See [`InRoom::stays`].
    pub(super) fn stays_in(&self, user: u64, room: RoomId) -> bool {
        self.place(user, room).is_some_and(|place| place.stays())
    }

    fn place(&self, user: u64, room: RoomId) -> Option<&InRoom> {
        self.accounts.get(&user)?.rooms.get(room)
    }

    /// The room that is called so.
    pub(super) fn room_called(&self, called: &Called) -> Option<&Arc<Room>> {
        self.rooms.get(self.rooms_by_key.get(&called.key())?)
    }

    /// The room that is called so; a new one where there is none.
    pub(super) fn room_or_new(&mut self, called: Called) -> Result<Arc<Room>, HubError> {
        if let Some(room) = self.room_called(&called) {
            return Ok(Arc::clone(room));
        }
        if self.rooms.len() >= ROOMS_MAX {
            return Err(HubError::TooManyRooms);
        }
        let id = RoomId(self.last_room + 1);
        Ok(self.put_room(KeptRoom { id, called, topic: Topic::default(), last_seq: 0 }))
    }

    /// Whether `user` may be in one more room of the kind of `called`.
    pub(super) fn has_room_left(&self, user: u64, called: &Called) -> bool {
        let is_private = |called: &Called| matches!(called, Called::Private(_));
        let most = if is_private(called) { PRIVATE_PER_USER_MAX } else { ROOMS_PER_USER_MAX };
        let Some(account) = self.account(user) else { return false };
        let rooms = account.rooms.is_in().filter_map(|(id, _)| self.rooms.get(&id));
        rooms.filter(|room| is_private(room.called()) == is_private(called)).count() < most
    }

    fn put_room(&mut self, kept: KeptRoom) -> Arc<Room> {
        self.last_room = self.last_room.max(kept.id.0);
        self.rooms_by_key.insert(kept.called.key(), kept.id);
        let room = Room::new(kept, self.presence_users, &self.rings);
        self.rooms.insert(room.id, Arc::clone(&room));
        room
    }
}
