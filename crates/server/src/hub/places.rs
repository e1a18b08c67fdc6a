//! The rooms of one user.

use crate::journal::RoomId;

/// What is known of a user in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InRoom {
    /// Whether the user is in it, or only was.
    pub(super) is_in: bool,
    /// How often it is about to leave: what is asked for meanwhile comes behind that.
    pub(super) leaving: u32,
    /// The last message the user has read.
    pub(super) read: u64,
}

impl InRoom {
    /// Whether the user is in the room, and will be once all is kept that was asked for so far.
    pub(super) const fn stays(self) -> bool {
        self.is_in && self.leaving == 0
    }
}

/// What is known of a user in each room it is in or was in, the lobby first. A list in order: most
/// are in two or three, and a tree takes a node of eleven at once.
#[derive(Debug)]
pub(super) struct Places(Vec<(RoomId, InRoom)>);

impl Places {
    /// In the lobby, where `read` messages are not new.
    pub(super) fn in_lobby(read: u64) -> Self {
        Self(vec![(RoomId::LOBBY, InRoom { is_in: true, leaving: 0, read })])
    }

    pub(super) fn get(&self, room: RoomId) -> Option<&InRoom> {
        self.find(room).ok().map(|index| &self.0[index].1)
    }

    pub(super) fn get_mut(&mut self, room: RoomId) -> Option<&mut InRoom> {
        self.find(room).ok().map(|index| &mut self.0[index].1)
    }

    pub(super) fn insert(&mut self, room: RoomId, place: InRoom) {
        match self.find(room) {
            Ok(index) => self.0[index].1 = place,
            Err(index) => {
                self.0.reserve_exact(1);
                self.0.insert(index, (room, place));
            }
        }
    }

    /// The rooms the user is in or was in.
    pub(super) fn all(&self) -> impl Iterator<Item = RoomId> {
        self.0.iter().map(|(room, _)| *room)
    }

    /// The rooms the user is in, and how far it has read them.
    pub(super) fn is_in(&self) -> impl Iterator<Item = (RoomId, u64)> {
        self.0.iter().filter(|(_, place)| place.is_in).map(|(room, place)| (*room, place.read))
    }

    fn find(&self, room: RoomId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&room, |(id, _)| *id)
    }
}
