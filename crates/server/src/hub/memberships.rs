//! The rooms of one user, those it has left included, and how far it has read them.

use std::collections::BTreeMap;

use chat_proto::Seq;

use crate::journal::RoomId;

/// How a user is or was in a room.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemberState {
    /// The last message the user has read.
    pub(super) read: Seq,
    /// Whether the room is a direct message.
    pub(super) is_direct: bool,
}

/// A user's places in rooms.
#[derive(Debug)]
pub(super) struct Memberships {
    /// In the rooms the user is in, the lobby first. A list in order: most users are in two or three
    /// rooms, and a tree allocates a node of eleven at once. At most `ROOMS_PER_USER_MAX` and
    /// `PRIVATE_PER_USER_MAX` places.
    now: Vec<(RoomId, MemberState)>,
    /// How many of them are in direct messages.
    direct: usize,
    /// In rooms that the user has left, or is yet to come into.
    other: BTreeMap<RoomId, MemberState>,
}

impl Memberships {
    /// In the lobby, where `read` messages are not new.
    pub(super) fn in_lobby(read: Seq) -> Self {
        let lobby = MemberState { read, ..MemberState::default() };
        Self { now: vec![(RoomId::LOBBY, lobby)], direct: 0, other: BTreeMap::new() }
    }

    /// The membership in a room the user is in.
    pub(super) fn get(&self, room: RoomId) -> Option<&MemberState> {
        self.find(room).ok().map(|index| &self.now[index].1)
    }

    /// The membership in a room the user is in or has left.
    pub(super) fn known(&self, room: RoomId) -> Option<&MemberState> {
        self.get(room).or_else(|| self.other.get(&room))
    }

    /// The same, to change.
    pub(super) fn known_mut(&mut self, room: RoomId) -> Option<&mut MemberState> {
        match self.find(room) {
            Ok(index) => Some(&mut self.now[index].1),
            Err(_) => self.other.get_mut(&room),
        }
    }

    /// Stores a membership in a room the user is not in, unless there is one.
    pub(super) fn note(&mut self, room: RoomId, member: MemberState) {
        if self.find(room).is_err() {
            self.other.entry(room).or_insert(member);
        }
    }

    /// The user is in the room: as it was there before, or as `member` if it never was. Returns
    /// whether it was not in it before.
    pub(super) fn come(&mut self, room: RoomId, member: MemberState) -> bool {
        let Err(index) = self.find(room) else { return false };
        let member = self.other.remove(&room).unwrap_or(member);
        self.direct += usize::from(member.is_direct);
        self.now.reserve_exact(1);
        self.now.insert(index, (room, member));
        true
    }

    /// The user is not in the room any more. Returns whether it was in it before.
    pub(super) fn go(&mut self, room: RoomId) -> bool {
        let Ok(index) = self.find(room) else { return false };
        let (_, member) = self.now.remove(index);
        self.direct -= usize::from(member.is_direct);
        self.other.insert(room, member);
        true
    }

    /// Removes the membership in a room the user is not in.
    pub(super) fn forget(&mut self, room: RoomId) {
        self.other.remove(&room);
    }

    /// The rooms the user is in, and how far it has read them.
    pub(super) fn now(&self) -> impl Iterator<Item = (RoomId, Seq)> {
        self.now.iter().map(|(room, member)| (*room, member.read))
    }

    /// Up to `limit` direct messages that the user has left, after the room `after`, in order.
    pub(super) fn left_direct(&self, after: RoomId, limit: usize) -> Vec<RoomId> {
        let rest = self.other.range((std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded));
        rest.filter(|(_, member)| member.is_direct).map(|(room, _)| *room).take(limit).collect()
    }

    /// How many direct messages the user is in, or how many other rooms.
    pub(super) const fn count(&self, is_direct: bool) -> usize {
        if is_direct { self.direct } else { self.now.len() - self.direct }
    }

    fn find(&self, room: RoomId) -> Result<usize, usize> {
        self.now.binary_search_by_key(&room, |(id, _)| *id)
    }
}
