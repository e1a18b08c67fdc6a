//! The rooms that exist, and those that are unused.
//!
//! A room exists once it is stored. A room that nobody is in, and that has neither a message nor a topic,
//! is unused and is removed.

use chat_proto::{Privacy, RoomName, Rules, Seq, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use super::looks::{Look, Looks};
use crate::batch::Rings;
use crate::id_map::IdMap;
use crate::journal::{DirectKey, RoomId, RoomKey, RoomRecord};
use crate::room::Room;

#[derive(Debug)]
pub(super) struct Rooms {
    by_id: BTreeMap<RoomId, RoomEntry>,
    /// The named rooms by the key of their names.
    named: BTreeMap<String, RoomId>,
    /// Those of them that are not private.
    listed: BTreeMap<String, RoomId>,
    /// The looks of the names of rooms.
    looks: Looks<RoomId>,
    direct: IdMap<DirectKey, RoomId>,
    /// The greatest number a room ever had.
    last: u32,
    /// Rooms without members, and without a message or a topic at the last check.
    maybe_unused: BTreeSet<RoomId>,
    /// Whether a room has become unused, because its last user left.
    became_unused: bool,
    presence_users: usize,
    rings: Arc<Rings>,
    presence_due: BTreeMap<RoomId, Arc<Room>>,
}

/// A room and its members.
#[derive(Debug)]
struct RoomEntry {
    room: Arc<Room>,
    /// Number of users in it, connected or not.
    members: u32,
    /// Users with a current or former membership; not updated once the room has a message, since it then never
    /// expires.
    visitors: Arc<BTreeSet<UserId>>,
    /// The users with a role in it, whether they are in it or not.
    role_holders: BTreeSet<UserId>,
}

/// A room that is to be removed, and the users with a membership in it.
#[derive(Debug, Clone)]
pub(super) struct UnusedRoom {
    pub(super) id: RoomId,
    pub(super) visitors: Arc<BTreeSet<UserId>>,
}

impl Rooms {
    /// The rooms that the journal has; `last` is the greatest number that a room ever had.
    pub(super) fn restore(rooms: Vec<RoomRecord>, last: u32, presence_users: usize) -> Self {
        let mut restored = Self {
            by_id: BTreeMap::new(),
            named: BTreeMap::new(),
            listed: BTreeMap::new(),
            looks: Looks::default(),
            direct: IdMap::default(),
            last,
            maybe_unused: BTreeSet::new(),
            became_unused: false,
            presence_users,
            rings: Arc::default(),
            presence_due: BTreeMap::new(),
        };
        for record in rooms {
            restored.insert(record);
        }
        restored
    }

    /// Finds the unused rooms, once all memberships are restored.
    pub(super) fn find_unused(&mut self) {
        let unused = self.by_id.iter().filter(|(_, entry)| entry.is_unused());
        self.maybe_unused = unused.map(|(id, _)| *id).collect();
    }

    pub(super) fn get(&self, id: RoomId) -> Option<&Arc<Room>> {
        self.by_id.get(&id).map(|entry| &entry.room)
    }

    /// A room that a user is in, or that a commit has changed.
    pub(super) fn existing(&self, id: RoomId) -> &Arc<Room> {
        self.get(id).expect("a room that a user is in exists")
    }

    pub(super) fn lobby(&self) -> &Arc<Room> {
        self.existing(RoomId::LOBBY)
    }

    pub(super) fn by_key(&self, key: &RoomKey) -> Option<&Arc<Room>> {
        let id = match key {
            RoomKey::Named(name) => self.named.get(name.key()),
            RoomKey::Direct(pair) => self.direct.get(pair),
        };
        self.get(*id?)
    }

    /// The look of the name of a room.
    pub(super) fn looks_of(&self, name: &RoomName) -> [Look; 2] {
        self.looks.of(name.as_str(), name.key())
    }

    /// The named rooms with a name that looks so.
    pub(super) fn with_look(&self, look: Look) -> impl Iterator<Item = RoomId> {
        self.looks.holders(look, RoomId(0))
    }

    /// The rings of all rooms.
    pub(super) fn rings(&self) -> &Rings {
        &self.rings
    }

    /// Number of direct messages, or of rooms with a name.
    pub(super) fn count(&self, is_direct: bool) -> usize {
        if is_direct { self.direct.len() } else { self.named.len() }
    }

    /// The greatest number a room ever had.
    pub(super) const fn last(&self) -> u32 {
        self.last
    }

    /// Up to `limit` rooms after the room `after`, in the order of their numbers.
    pub(super) fn after(&self, after: Option<RoomId>, limit: usize) -> Vec<Arc<Room>> {
        let rest = self.by_id.range((after.map_or(Unbounded, Excluded), Unbounded));
        rest.take(limit).map(|(_, entry)| Arc::clone(&entry.room)).collect()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Room>> {
        self.by_id.values().map(|entry| &entry.room)
    }

    /// Up to `limit` named rooms that are not private and whose key is above `key`, in the order of their names.
    pub(super) fn listed_after(&self, key: &str, limit: usize) -> Vec<Arc<Room>> {
        self.after_in(&self.listed, key, limit)
    }

    /// The same of all named rooms, also the private ones.
    pub(super) fn named_after(&self, key: &str, limit: usize) -> Vec<Arc<Room>> {
        self.after_in(&self.named, key, limit)
    }

    fn after_in(
        &self,
        index: &BTreeMap<String, RoomId>,
        key: &str,
        limit: usize,
    ) -> Vec<Arc<Room>> {
        let ids = index.range::<str, _>((Excluded(key), Unbounded)).map(|(_, id)| id);
        let entries = ids.filter_map(|id| self.by_id.get(id));
        entries.take(limit).map(|entry| Arc::clone(&entry.room)).collect()
    }

    /// Adds a stored room, unless it exists.
    pub(super) fn add(&mut self, record: RoomRecord) {
        if !self.by_id.contains_key(&record.id) {
            self.maybe_unused.insert(record.id);
            self.insert(record);
        }
    }

    /// Adds a membership of `user`, who is in the room if `is_in`.
    pub(super) fn add_member(&mut self, id: RoomId, user: UserId, is_in: bool) {
        let entry = self.entry(id);
        entry.members += u32::from(is_in);
        let is_used = entry.members > 0;
        if entry.room.last_seq() == Seq::NONE {
            Arc::make_mut(&mut entry.visitors).insert(user);
        } else {
            entry.visitors = Arc::default();
        }
        if is_used {
            self.maybe_unused.remove(&id);
        }
    }

    /// Records whether a user has a role in a room.
    pub(super) fn note_role(&mut self, id: RoomId, user: UserId, has_role: bool) {
        let Some(entry) = self.by_id.get_mut(&id) else { return };
        if has_role {
            entry.role_holders.insert(user);
        } else {
            entry.role_holders.remove(&user);
        }
    }

    /// Whether a user has a role in a room.
    pub(super) fn has_role(&self, id: RoomId, user: UserId) -> bool {
        self.by_id.get(&id).is_some_and(|entry| entry.role_holders.contains(&user))
    }

    /// Counts one user less in the room.
    pub(super) fn remove_member(&mut self, id: RoomId) {
        let entry = self.entry(id);
        entry.members -= 1;
        if entry.is_unused() {
            self.maybe_unused.insert(id);
            self.became_unused = true;
        }
    }

    /// Returns true once after a room has become unused.
    pub(super) const fn take_became_unused(&mut self) -> bool {
        std::mem::replace(&mut self.became_unused, false)
    }

    /// Up to `limit` unused rooms. They stay until [`Rooms::remove`].
    pub(super) fn unused(&self, limit: usize) -> Vec<UnusedRoom> {
        let entries = self.maybe_unused.iter().filter_map(|id| Some((id, self.by_id.get(id)?)));
        let unused = entries.filter(|(_, entry)| entry.is_unused()).take(limit);
        unused
            .map(|(id, entry)| UnusedRoom { id: *id, visitors: Arc::clone(&entry.visitors) })
            .collect()
    }

    /// Removes a room that is not stored any more.
    pub(super) fn remove(&mut self, id: RoomId) {
        self.maybe_unused.remove(&id);
        self.presence_due.remove(&id);
        let Some(entry) = self.by_id.remove(&id) else { return };
        match entry.room.key() {
            RoomKey::Named(name) => {
                self.named.remove(name.key());
                self.listed.remove(name.key());
                self.looks.release(self.looks_of(name), id);
            }
            RoomKey::Direct(pair) => drop(self.direct.remove(pair)),
        }
    }

    /// Gives a room other rules, and returns the room.
    pub(super) fn set_rules(&mut self, id: RoomId, rules: Rules) -> Arc<Room> {
        let room = Arc::clone(self.existing(id));
        room.set_rules(rules);
        self.list(&room);
        room
    }

    /// Puts a room on the list, or takes it off.
    fn list(&mut self, room: &Room) {
        let RoomKey::Named(name) = room.key() else { return };
        match room.rules().privacy {
            Privacy::Public | Privacy::Announce => {
                self.listed.insert(name.key().to_owned(), room.id);
            }
            Privacy::Private | Privacy::Unknown => drop(self.listed.remove(name.key())),
        }
    }

    /// Records that the number of users in the room has changed and is to be sent.
    pub(super) fn presence_is_due(&mut self, room: &Arc<Room>) {
        self.presence_due.insert(room.id, Arc::clone(room));
    }

    /// The rooms whose number of users is to be sent.
    pub(super) fn take_presence_due(&mut self) -> BTreeMap<RoomId, Arc<Room>> {
        std::mem::take(&mut self.presence_due)
    }

    fn entry(&mut self, id: RoomId) -> &mut RoomEntry {
        self.by_id.get_mut(&id).expect("a room exists as long as a user is in it")
    }

    fn insert(&mut self, record: RoomRecord) {
        let id = record.id;
        self.last = self.last.max(id.0);
        match &record.key {
            RoomKey::Named(name) => {
                self.named.insert(name.key().to_owned(), id);
                self.looks.hold(self.looks_of(name), id);
            }
            RoomKey::Direct(pair) => drop(self.direct.insert(*pair, id)),
        }
        let room = Room::new(record, self.presence_users, &self.rings);
        self.list(&room);
        self.by_id.insert(
            id,
            RoomEntry { room, members: 0, visitors: Arc::default(), role_holders: BTreeSet::new() },
        );
    }
}

impl RoomEntry {
    fn is_unused(&self) -> bool {
        self.members == 0 && self.room.id != RoomId::LOBBY && self.room.is_blank()
    }
}
