//! The rooms as they will be after the commit: a part of [`super::proposal`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chat_proto::{RoomName, Rules, Seq};

use super::HubError;
use super::looks::Look;
use super::rooms::Rooms;
use crate::config::{DIRECT_PER_USER, ROOMS_MAX};
use crate::id_map::{IdMap, IdSet};
use crate::journal::{RoomId, RoomKey};

/// The rooms, and what one commit is about to change in them.
pub(super) struct ProposedRooms<'r> {
    rooms: &'r Rooms,
    /// Rooms that are not stored yet, by the key of their names.
    new: HashMap<String, NewRoom>,
    /// The looks of their names.
    new_looks: BTreeMap<Look, RoomName>,
    /// Rooms that this commit uses, so that it does not remove them. They are few: a hash would cost more than a
    /// search.
    used: BTreeSet<RoomId>,
    removed: IdSet<RoomId>,
    /// Rules that this commit sets.
    rules: IdMap<RoomId, Rules>,
    named_more: usize,
    direct_more: usize,
    last: u32,
}

struct NewRoom {
    id: RoomId,
    /// Whether it exists in any case. Otherwise it exists only if a message to it is new.
    is_sure: bool,
}

impl<'r> ProposedRooms<'r> {
    pub(super) fn new(rooms: &'r Rooms) -> Self {
        let (used, removed) = (BTreeSet::new(), IdSet::default());
        let (new, new_looks, last) = (HashMap::new(), BTreeMap::new(), rooms.last());
        let rules = IdMap::default();
        Self { rooms, new, new_looks, used, removed, rules, named_more: 0, direct_more: 0, last }
    }

    /// The room with that name or of these users.
    pub(super) fn find(&self, key: &RoomKey) -> Option<RoomId> {
        if let Some(room) = self.stored(key) {
            return Some(room);
        }
        if self.new.is_empty() {
            return None;
        }
        self.new.get(&key.to_stored()).filter(|new| new.is_sure).map(|new| new.id)
    }

    /// The `seq` of the last message of a room, as far as it is applied; 0 before the first.
    pub(super) fn last_seq(&self, id: RoomId) -> Seq {
        self.rooms.get(id).map_or(Seq::NONE, |room| room.last_seq())
    }

    /// The rules of a room; those of a new one if it does not exist yet.
    pub(super) fn rules(&self, id: RoomId) -> Rules {
        // Most commits set none, and a hash costs more than a look.
        if !self.rules.is_empty()
            && let Some(rules) = self.rules.get(&id)
        {
            return *rules;
        }
        self.rooms.get(id).map_or(Rules::PUBLIC, |room| room.rules())
    }

    /// Gives a room other rules.
    pub(super) fn set_rules(&mut self, id: RoomId, rules: Rules) {
        self.rules.insert(id, rules);
    }

    /// The room with that name or of these users, and whether it is new: one that does not exist gets a number. Call
    /// [`ProposedRooms::add`] if it is to exist in any case. `users` is the number of stored users.
    ///
    /// # Errors
    /// Returns an error if there are as many rooms as there can be, or the name of a new one looks like that of
    /// another.
    pub(super) fn find_or_make(
        &mut self,
        key: &RoomKey,
        users: usize,
    ) -> Result<(RoomId, bool), HubError> {
        if let Some(room) = self.stored(key) {
            return Ok((room, false));
        }
        if let Some(new) = self.new.get(&key.to_stored()) {
            return Ok((new.id, !new.is_sure));
        }
        let direct_max = DIRECT_PER_USER.saturating_mul(users);
        match key {
            RoomKey::Named(_) if self.rooms.count(false) + self.named_more >= ROOMS_MAX => {
                return Err(HubError::TooManyRooms);
            }
            RoomKey::Direct(_) if self.rooms.count(true) + self.direct_more >= direct_max => {
                return Err(HubError::TooManyConversations(direct_max));
            }
            RoomKey::Named(name) => {
                if let Some(existing) = self.find_look_alike(name) {
                    let (wanted, existing) = (name.clone(), Some(existing));
                    return Err(HubError::RoomLooksTaken { wanted, existing });
                }
                self.named_more += 1;
                self.new_looks.extend(self.rooms.looks_of(name).map(|look| (look, name.clone())));
            }
            RoomKey::Direct(_) => self.direct_more += 1,
        }
        if self.last >= RoomId::MAX.0 {
            return Err(HubError::OutOfRoomNumbers);
        }
        self.last += 1;
        let id = RoomId(self.last);
        self.new.insert(key.to_stored(), NewRoom { id, is_sure: false });
        Ok((id, true))
    }

    /// Makes sure that a room of [`ProposedRooms::find_or_make`] exists.
    pub(super) fn add(&mut self, key: &RoomKey) {
        if let Some(new) = self.new.get_mut(&key.to_stored()) {
            new.is_sure = true;
        }
    }

    /// Records that this commit gives the room a message, a topic or a member, so that it is not removed.
    pub(super) fn note_used(&mut self, id: RoomId) {
        self.used.insert(id);
    }

    pub(super) fn is_used(&self, id: RoomId) -> bool {
        self.used.contains(&id)
    }

    pub(super) fn remove(&mut self, id: RoomId) {
        self.removed.insert(id);
    }

    /// The name of a room that looks like `name`.
    fn find_look_alike(&self, name: &RoomName) -> Option<RoomName> {
        let looks = self.rooms.looks_of(name);
        let mut stored = looks.into_iter().flat_map(|look| self.rooms.with_look(look));
        let stored = stored.find(|id| !self.removed.contains(id));
        let stored = stored.map(|id| self.rooms.existing(id).name().clone());
        stored.or_else(|| looks.iter().find_map(|look| self.new_looks.get(look)).cloned())
    }

    fn stored(&self, key: &RoomKey) -> Option<RoomId> {
        let room = self.rooms.by_key(key)?.id;
        (!self.removed.contains(&room)).then_some(room)
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::{RoomName, UserId};

    use super::*;
    use crate::journal::{DirectKey, RoomRecord};

    fn rooms() -> Rooms {
        let key = RoomKey::Named(RoomName::lobby());
        Rooms::restore(vec![record(RoomId::LOBBY, key)], 1, 500)
    }

    fn record(id: RoomId, key: RoomKey) -> RoomRecord {
        RoomRecord::new(id, key)
    }

    fn named(nth: usize) -> RoomKey {
        RoomKey::Named(RoomName::new(&format!("#room{nth}")).unwrap())
    }

    fn make(rooms: &mut Rooms, key: &RoomKey, users: usize) -> Result<RoomId, HubError> {
        let (id, is_new) = ProposedRooms::new(rooms).find_or_make(key, users)?;
        if is_new {
            rooms.add(record(id, key.clone()));
        }
        Ok(id)
    }

    #[test]
    fn direct_messages_have_a_bound_of_their_own_that_grows_with_the_users() {
        let mut rooms = rooms();
        let users = 2 * DIRECT_PER_USER;
        let direct =
            |nth: u64| RoomKey::Direct(DirectKey::of(UserId::new(1_000_000), UserId::new(nth)));
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
    fn the_rooms_of_one_commit_count_before_they_are_stored() {
        let rooms = rooms();
        let mut proposed = ProposedRooms::new(&rooms);
        for nth in 1..ROOMS_MAX {
            proposed.find_or_make(&named(nth), 1).unwrap();
        }
        assert_eq!(proposed.find_or_make(&named(0), 1), Err(HubError::TooManyRooms));
        let (seventh, is_new) = proposed.find_or_make(&named(7), 1).unwrap();
        assert!(is_new && proposed.find(&named(7)).is_none(), "it comes with a message");
        proposed.add(&named(7));
        assert_eq!(proposed.find_or_make(&named(7), 1), Ok((seventh, false)));
        assert_eq!(proposed.find(&named(7)), Some(seventh));
        assert!(
            ProposedRooms::new(&rooms).find(&named(7)).is_none(),
            "a commit that failed leaves none"
        );
    }

    #[test]
    fn the_last_number_of_a_room_is_not_passed() {
        let key = RoomKey::Named(RoomName::lobby());
        let lobby = vec![record(RoomId::LOBBY, key)];
        let mut rooms = Rooms::restore(lobby, RoomId::MAX.0 - 1, 500);
        assert_eq!(make(&mut rooms, &named(1), 1), Ok(RoomId::MAX));
        assert_eq!(make(&mut rooms, &named(2), 1), Err(HubError::OutOfRoomNumbers));
        assert!(make(&mut rooms, &named(1), 1).is_ok());
    }
}
