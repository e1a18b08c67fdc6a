//! The rooms: which exist, which are about to exist, and which nobody uses.
//!
//! A room is in no list until the journal has it. A room that nobody is in, and that has neither a
//! message nor a topic, is unused: the hub has the journal remove it (`expire.rs`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use chat_proto::Topic;

use super::HubError;
use crate::config::{DIRECT_PER_USER, ROOMS_MAX};
use crate::journal::{Called, KeptRoom, Pair, RoomId};
use crate::ring::Rings;
use crate::room::Room;

/// The rooms of the daemon.
#[derive(Debug)]
pub(super) struct Rooms {
    by_id: BTreeMap<RoomId, Known>,
    /// The named rooms by the key of their names.
    named: BTreeMap<String, RoomId>,
    direct: HashMap<Pair, RoomId>,
    /// The greatest number a room ever had.
    last: u32,
    /// Rooms that may be unused: each is looked at again before it is removed.
    maybe_unused: BTreeSet<RoomId>,
    presence_users: usize,
    rings: Arc<Rings>,
    presence_due: BTreeMap<RoomId, Arc<Room>>,
}

/// What is known of a room.
#[derive(Debug)]
struct Known {
    room: Arc<Room>,
    /// Whether the journal has it.
    is_stored: bool,
    /// Whether its removal is in the journal's queue.
    is_expiring: bool,
    /// Joins in the journal's queue.
    entering: u32,
    /// Users who are in it, connected or not.
    members: u32,
    /// Users with a place in it; not kept up once it has a message, as it then never expires.
    visitors: Arc<BTreeSet<u64>>,
}

/// A room that is to be removed, and the users with a place in it.
#[derive(Debug, Clone)]
pub(super) struct Unused {
    pub(super) id: RoomId,
    pub(super) visitors: Arc<BTreeSet<u64>>,
}

impl Rooms {
    /// The rooms that the journal has; `last` is the greatest number that a room ever had.
    pub(super) fn restore(rooms: Vec<KeptRoom>, last: u32, presence_users: usize) -> Self {
        let mut restored = Self {
            by_id: BTreeMap::new(),
            named: BTreeMap::new(),
            direct: HashMap::new(),
            last,
            maybe_unused: BTreeSet::new(),
            presence_users,
            rings: Arc::default(),
            presence_due: BTreeMap::new(),
        };
        for kept in rooms {
            restored.put(kept).is_stored = true;
        }
        restored
    }

    /// Notes the unused rooms, once it is known who is in which.
    pub(super) fn note_unused(&mut self) {
        let unused = self.by_id.iter().filter(|(_, known)| known.is_unused());
        self.maybe_unused = unused.map(|(id, _)| *id).collect();
    }

    pub(super) fn get(&self, id: RoomId) -> Option<&Arc<Room>> {
        self.by_id.get(&id).map(|known| &known.room)
    }

    /// A room that a user is in, or that the journal has changed.
    pub(super) fn existing(&self, id: RoomId) -> &Arc<Room> {
        self.get(id).expect("a room that a user is in exists")
    }

    pub(super) fn lobby(&self) -> &Arc<Room> {
        self.existing(RoomId::LOBBY)
    }

    pub(super) fn called(&self, called: &Called) -> Option<&Arc<Room>> {
        let id = match called {
            Called::Named(name) => self.named.get(name.key()),
            Called::Private(pair) => self.direct.get(pair),
        };
        self.get(*id?)
    }

    /// Up to `limit` rooms after the room `after`, in the order of their numbers.
    pub(super) fn after(&self, after: Option<RoomId>, limit: usize) -> Vec<Arc<Room>> {
        let rest = self.by_id.range((after.map_or(Unbounded, Excluded), Unbounded));
        rest.take(limit).map(|(_, known)| Arc::clone(&known.room)).collect()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Room>> {
        self.by_id.values().map(|known| &known.room)
    }

    /// Up to `limit` named rooms whose key is above `key`, in the order of their names.
    pub(super) fn named_after(&self, key: &str, limit: usize) -> Vec<Arc<Room>> {
        let ids = self.named.range::<str, _>((Excluded(key), Unbounded)).map(|(_, id)| id);
        let known = ids.filter_map(|id| self.by_id.get(id)).filter(|known| known.is_stored);
        known.take(limit).map(|known| Arc::clone(&known.room)).collect()
    }

    /// The room that a user is about to join, made if there is none; to be followed by
    /// [`Rooms::entered`]. There are `users` users.
    pub(super) fn enter(&mut self, called: &Called, users: usize) -> Result<Arc<Room>, HubError> {
        let id = match self.called(called) {
            Some(room) => room.id,
            None => self.make(called, users)?,
        };
        let known = self.known(id);
        known.entering += 1;
        Ok(Arc::clone(&known.room))
    }

    fn make(&mut self, called: &Called, users: usize) -> Result<RoomId, HubError> {
        let direct_max = DIRECT_PER_USER.saturating_mul(users);
        match called {
            Called::Named(_) if self.named.len() >= ROOMS_MAX => {
                return Err(HubError::TooManyRooms);
            }
            Called::Private(_) if self.direct.len() >= direct_max => {
                return Err(HubError::TooManyConversations(direct_max));
            }
            _ => {}
        }
        if self.last >= RoomId::MAX.0 {
            return Err(HubError::OutOfRoomNumbers);
        }
        let id = RoomId(self.last + 1);
        self.put(KeptRoom { id, called: called.clone(), topic: Topic::default(), last_seq: 0 });
        Ok(id)
    }

    /// The end of [`Rooms::enter`]: the journal has the room, or it has not changed.
    pub(super) fn entered(&mut self, id: RoomId, is_stored: bool) {
        let known = self.known(id);
        known.entering -= 1;
        known.is_stored |= is_stored;
        self.look_at(id);
    }

    /// `user` has a place in the room, and `is_in` it as one more.
    pub(super) fn came(&mut self, id: RoomId, user: u64, is_in: bool) {
        let known = self.known(id);
        known.members += u32::from(is_in);
        if known.room.last_seq() == 0 {
            Arc::make_mut(&mut known.visitors).insert(user);
        } else {
            known.visitors = Arc::default();
        }
    }

    /// One user less is in the room.
    pub(super) fn left(&mut self, id: RoomId) {
        self.known(id).members -= 1;
        self.look_at(id);
    }

    /// Takes up to `limit` unused rooms, which are to be removed; to be followed by
    /// [`Rooms::expired`].
    pub(super) fn take_unused(&mut self, limit: usize) -> Vec<Unused> {
        let mut unused = Vec::new();
        while unused.len() < limit
            && let Some(id) = self.maybe_unused.pop_first()
        {
            let Some(known) = self.by_id.get_mut(&id) else { continue };
            if known.is_unused() {
                known.is_expiring = true;
                unused.push(Unused { id, visitors: Arc::clone(&known.visitors) });
            }
        }
        unused
    }

    /// The end of [`Rooms::take_unused`]: whether the journal has removed the room; `None` if it could
    /// not be written. Returns whether the room is gone: it stays if a join was queued behind.
    pub(super) fn expired(&mut self, id: RoomId, removed: Option<bool>) -> bool {
        let known = self.known(id);
        known.is_expiring = false;
        match removed {
            Some(true) => {
                known.is_stored = false;
                self.look_at(id);
            }
            Some(false) => {} // a message or a topic came before
            None => self.look_at(id),
        }
        !self.by_id.contains_key(&id)
    }

    /// The number of users in the room has changed, and is to be sent.
    pub(super) fn presence_is_due(&mut self, room: &Arc<Room>) {
        self.presence_due.insert(room.id, Arc::clone(room));
    }

    /// The rooms whose number of users is to be sent.
    pub(super) fn take_presence_due(&mut self) -> BTreeMap<RoomId, Arc<Room>> {
        std::mem::take(&mut self.presence_due)
    }

    /// Removes a room that was never stored and that nobody is about to join; notes one that may be
    /// unused.
    fn look_at(&mut self, id: RoomId) {
        let known = self.known(id);
        if known.is_unused() {
            self.maybe_unused.insert(id);
        } else if !known.is_stored && known.entering == 0 {
            let room = Arc::clone(&known.room);
            self.by_id.remove(&id);
            match room.called() {
                Called::Named(name) => drop(self.named.remove(name.key())),
                Called::Private(pair) => drop(self.direct.remove(pair)),
            }
        }
    }

    fn known(&mut self, id: RoomId) -> &mut Known {
        self.by_id.get_mut(&id).expect("a room exists as long as a change of it is queued")
    }

    fn put(&mut self, kept: KeptRoom) -> &mut Known {
        let id = kept.id;
        self.last = self.last.max(id.0);
        match &kept.called {
            Called::Named(name) => drop(self.named.insert(name.key().to_owned(), id)),
            Called::Private(pair) => drop(self.direct.insert(*pair, id)),
        }
        let room = Room::new(kept, self.presence_users, &self.rings);
        let (visitors, members, entering) = (Arc::default(), 0, 0);
        let (is_stored, is_expiring) = (false, false);
        let known = Known { room, is_stored, is_expiring, entering, members, visitors };
        self.by_id.entry(id).insert_entry(known).into_mut()
    }
}

impl Known {
    fn is_unused(&self) -> bool {
        self.is_stored
            && !self.is_expiring
            && self.entering == 0
            && self.members == 0
            && self.room.id != RoomId::LOBBY
            && self.room.is_blank()
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::RoomName;

    use super::*;

    fn rooms() -> Rooms {
        let called = Called::Named(RoomName::lobby());
        let lobby = KeptRoom { id: RoomId::LOBBY, called, topic: Topic::default(), last_seq: 0 };
        Rooms::restore(vec![lobby], 1, 500)
    }

    fn named(nth: usize) -> Called {
        Called::Named(RoomName::new(&format!("#room{nth}")).unwrap())
    }

    fn make(rooms: &mut Rooms, called: &Called, users: usize) -> Result<RoomId, HubError> {
        let id = rooms.enter(called, users)?.id;
        rooms.entered(id, true);
        Ok(id)
    }

    #[test]
    fn direct_messages_have_a_bound_of_their_own_that_grows_with_the_users() {
        let mut rooms = rooms();
        let users = 2 * DIRECT_PER_USER;
        let direct = |nth: u64| Called::Private(Pair::of(1_000_000, nth));
        for nth in 0..2 * ROOMS_MAX as u64 {
            make(&mut rooms, &direct(nth), users).unwrap();
        }
        for nth in 1..ROOMS_MAX {
            make(&mut rooms, &named(nth), users).unwrap();
        }
        assert_eq!(make(&mut rooms, &named(0), users), Err(HubError::TooManyRooms));
        assert!(make(&mut rooms, &named(7), users).is_ok(), "it exists");
        let few = 2 * ROOMS_MAX / DIRECT_PER_USER;
        let refused = make(&mut rooms, &direct(999_999), few);
        assert_eq!(refused, Err(HubError::TooManyConversations(2 * ROOMS_MAX)));
        assert!(make(&mut rooms, &direct(999_999), few + 1).is_ok());
    }

    #[test]
    fn a_room_that_is_not_stored_is_in_no_list_and_does_not_count() {
        let mut rooms = rooms();
        for nth in 1..ROOMS_MAX {
            rooms.enter(&named(nth), 1).unwrap();
        }
        assert_eq!(rooms.enter(&named(0), 1).unwrap_err(), HubError::TooManyRooms);
        assert_eq!(rooms.named_after("#lobby", 1).len(), 0);
        let id = rooms.enter(&named(7), 1).unwrap().id;
        rooms.entered(id, false);
        assert!(rooms.enter(&named(0), 1).is_err(), "the other join is still queued");
        rooms.entered(id, false);
        assert!(rooms.get(id).is_none() && rooms.called(&named(7)).is_none());
        assert!(rooms.enter(&named(0), 1).is_ok());
    }

    #[test]
    fn the_last_number_of_a_room_is_not_passed() {
        let mut rooms = rooms();
        rooms.last = RoomId::MAX.0 - 1;
        assert_eq!(make(&mut rooms, &named(1), 1), Ok(RoomId::MAX));
        assert_eq!(make(&mut rooms, &named(2), 1), Err(HubError::OutOfRoomNumbers));
        assert!(make(&mut rooms, &named(1), 1).is_ok());
    }
}
