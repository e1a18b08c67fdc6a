//! The rooms of the user, and the current one.

mod loading;
mod retry;
mod room;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chat_proto::{RoomName, UserName};

pub(crate) use self::loading::{NewerPage, PAGE_MESSAGES, PageRequest, QueuedPages};
pub(crate) use self::retry::Retry;
pub use self::room::{JoinState, Room, UnreadReplies};
pub(crate) use self::room::{MISSED_MAX, READ_FETCHED, ServerCount, TypedInThread};
use crate::log::Bounds;
use crate::natural;

/// Most rooms: more than a server lets one user join, and than a person reads.
pub const ROOMS_MAX: usize = 200;

/// The number of the lobby.
const LOBBY_NUMBER: usize = 1;

/// All rooms: the lobby, then the others, then direct messages, each group sorted by label; numbers in labels
/// are compared by their value.
#[derive(Debug)]
pub struct Rooms {
    list: Vec<Room>,
    current: usize,
    /// The numbers of rooms that were here in the last run, until they come or are known to be left.
    reserved: BTreeMap<RoomName, usize>,
    /// Whether a room has come or gone since the numbers were taken.
    is_renumbered: bool,
}

impl Default for Rooms {
    /// The lobby alone.
    fn default() -> Self {
        let mut lobby = Room::new(RoomName::lobby(), LOBBY_NUMBER);
        lobby.log.set_bounds(Bounds::CURRENT);
        Self { list: vec![lobby], current: 0, reserved: BTreeMap::new(), is_renumbered: false }
    }
}

impl Rooms {
    /// The current room.
    #[must_use]
    pub fn current(&self) -> &Room {
        &self.list[self.current]
    }

    pub(crate) fn current_mut(&mut self) -> &mut Room {
        &mut self.list[self.current]
    }

    /// The index of the current room.
    #[must_use]
    pub const fn current_index(&self) -> usize {
        self.current
    }

    /// Makes the room `index` the current one, if there is one.
    pub(crate) fn open(&mut self, index: usize) {
        if index >= self.list.len() || index == self.current {
            return;
        }
        self.current_mut().leave();
        self.current = index;
        self.current_mut().open();
    }

    /// All rooms, in order.
    #[must_use]
    pub fn list(&self) -> &[Room] {
        &self.list
    }

    /// All rooms, in order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Room> {
        self.list.iter_mut()
    }

    /// The index of a room.
    #[must_use]
    pub fn index(&self, name: &RoomName) -> Option<usize> {
        self.list.iter().position(|room| room.name == *name)
    }

    /// The index of the room with that number.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Option<usize> {
        self.list.iter().position(|room| room.number == number)
    }

    /// Gives the rooms the numbers that they had in the last run, now or when they come. A number that two have, or
    /// that is too large, counts for none.
    pub(crate) fn reserve(&mut self, numbers: &BTreeMap<RoomName, usize>) {
        let mut taken = BTreeSet::from([LOBBY_NUMBER]);
        let valid = numbers.iter().filter(|(name, number)| {
            **name != RoomName::lobby()
                && (1..=ROOMS_MAX).contains(*number)
                && taken.insert(**number)
        });
        self.reserved = valid.map(|(name, number)| (name.clone(), *number)).collect();
        for room in self.list.iter_mut().filter(|room| room.name != RoomName::lobby()) {
            room.number = self.reserved.remove(&room.name).unwrap_or_else(|| free_number(&taken));
            taken.insert(room.number);
        }
    }

    /// The numbers of the rooms but the lobby, if a room has come or gone since the last call. The rooms that have not
    /// come are left, and their numbers free.
    pub(crate) fn take_numbers(&mut self) -> Option<BTreeMap<RoomName, usize>> {
        let reserved = std::mem::take(&mut self.reserved);
        if !std::mem::take(&mut self.is_renumbered) && reserved.is_empty() {
            return None;
        }
        let others = self.list.iter().filter(|room| room.name != RoomName::lobby());
        Some(others.map(|room| (room.name.clone(), room.number)).collect())
    }

    /// The number that is reserved for a room, or else the smallest that no room has.
    fn take_number(&mut self, name: &RoomName) -> usize {
        if let Some(number) = self.reserved.remove(name) {
            return number;
        }
        let numbers = self.list.iter().map(|room| room.number);
        free_number(&numbers.chain(self.reserved.values().copied()).collect())
    }

    /// The room of that name.
    #[must_use]
    pub fn get(&self, name: &RoomName) -> Option<&Room> {
        self.list.iter().find(|room| room.name == *name)
    }

    pub(crate) fn get_mut(&mut self, name: &RoomName) -> Option<&mut Room> {
        self.list.iter_mut().find(|room| room.name == *name)
    }

    /// The room of that name, which is added if there is none; `None` if there are [`ROOMS_MAX`].
    pub(crate) fn get_or_make(&mut self, name: &RoomName) -> Option<&mut Room> {
        if let Some(index) = self.index(name) {
            return self.list.get_mut(index);
        }
        if self.list.len() >= ROOMS_MAX {
            return None;
        }
        let new = Room::new(name.clone(), self.take_number(name));
        self.is_renumbered = true;
        let index = self.list.partition_point(|room| order(room, &new).is_lt());
        self.list.insert(index, new);
        if index <= self.current {
            self.current += 1;
        }
        self.list.get_mut(index)
    }

    /// Closes a room, but never the lobby, and returns it. If it was the current one, the room before it is.
    pub(crate) fn close(&mut self, name: &RoomName) -> Option<Room> {
        let index = self.index(name).filter(|index| *index > 0)?;
        if index == self.current {
            self.open(index - 1);
        }
        let room = self.list.remove(index);
        self.is_renumbered = true;
        if index < self.current {
            self.current -= 1;
        }
        Some(room)
    }

    /// Sets the name of the other user of a direct message. Returns whether it had another one.
    pub(crate) fn set_title(&mut self, name: &RoomName, title: &UserName) -> bool {
        let Some(room) = self.get_mut(name).filter(|room| room.is_private()) else {
            return false;
        };
        let before = room.title.replace(title.clone());
        let current = self.current().name.clone();
        self.list.sort_by(order);
        self.current = self.index(&current).expect("sorting removes no room");
        before.is_some_and(|before| before.as_str() != title.as_str())
    }

    /// The direct message with the user of that name.
    #[must_use]
    pub fn titled(&self, title: &UserName) -> Option<&Room> {
        self.list.iter().find(|room| room.title.as_ref() == Some(title))
    }

    /// The name to show for a room.
    #[must_use]
    pub fn label(&self, name: &RoomName) -> RoomName {
        let room = self.list.iter().find(|room| room.name == *name);
        room.map_or_else(|| name.clone(), Room::label)
    }

    /// The next room with unread messages of those that are `wanted`; those that name the user come first.
    pub(crate) fn next_unread(&self, wanted: impl Fn(&Room) -> bool) -> Option<usize> {
        let count = self.list.len();
        let others = (1..count).map(|step| (self.current + step) % count);
        let mut unread: Vec<usize> = others
            .filter(|index| self.list[*index].unread() > 0 && wanted(&self.list[*index]))
            .collect();
        unread.sort_by_key(|index| self.list[*index].mentions() == 0);
        unread.first().copied()
    }
}

/// The smallest number that is not taken.
fn free_number(taken: &BTreeSet<usize>) -> usize {
    (LOBBY_NUMBER..).find(|number| !taken.contains(number)).expect("a set has an end")
}

/// The order of two rooms in the list.
fn order(one: &Room, other: &Room) -> Ordering {
    let group = |room: &Room| (room.name != RoomName::lobby(), room.is_private());
    let by_label = || natural::compare(one.label().key(), other.label().key());
    group(one).cmp(&group(other)).then_with(by_label)
}

#[cfg(test)]
mod tests;
