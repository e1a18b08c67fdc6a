//! The memberships of one user, former ones included, and its read positions.

use std::collections::BTreeMap;

use chat_proto::Seq;

use crate::journal::RoomId;

/// A current or former membership of a user in a room.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemberState {
    /// The `seq` of the last message that the user has read.
    pub(super) read: Seq,
    /// Whether the room is a direct message.
    pub(super) is_direct: bool,
}

/// The memberships of a user.
#[derive(Debug)]
pub(super) struct Memberships {
    /// Those of the rooms that the user is in, sorted, the lobby first. A list, since most users are in two or
    /// three rooms, and a tree allocates a node of eleven at once. At most `ROOMS_PER_USER_MAX` and
    /// `PRIVATE_PER_USER_MAX` entries.
    current: Vec<(RoomId, MemberState)>,
    /// Number of them that are in direct messages.
    direct: usize,
    /// Those of rooms that the user has left, or has never been in but has a read position of.
    former: BTreeMap<RoomId, MemberState>,
}

impl Memberships {
    /// The memberships of a new user: in the lobby only, with this read position.
    pub(super) fn in_lobby(read: Seq) -> Self {
        let lobby = MemberState { read, ..MemberState::default() };
        Self { current: vec![(RoomId::LOBBY, lobby)], direct: 0, former: BTreeMap::new() }
    }

    /// The membership in a room that the user is in.
    pub(super) fn get(&self, room: RoomId) -> Option<&MemberState> {
        self.find(room).ok().map(|index| &self.current[index].1)
    }

    /// The current or former membership in a room.
    pub(super) fn get_or_former(&self, room: RoomId) -> Option<&MemberState> {
        self.get(room).or_else(|| self.former.get(&room))
    }

    /// The same, to change.
    pub(super) fn get_or_former_mut(&mut self, room: RoomId) -> Option<&mut MemberState> {
        match self.find(room) {
            Ok(index) => Some(&mut self.current[index].1),
            Err(_) => self.former.get_mut(&room),
        }
    }

    /// Adds a membership in a room that the user is not in, unless there is one.
    pub(super) fn add_former(&mut self, room: RoomId, member: MemberState) {
        if self.find(room).is_err() {
            self.former.entry(room).or_insert(member);
        }
    }

    /// Joins a room: with the former membership, or with `member` if there is none. Returns true if the user was
    /// not in the room.
    pub(super) fn join(&mut self, room: RoomId, member: MemberState) -> bool {
        let Err(index) = self.find(room) else { return false };
        let member = self.former.remove(&room).unwrap_or(member);
        self.direct += usize::from(member.is_direct);
        self.current.reserve_exact(1);
        self.current.insert(index, (room, member));
        true
    }

    /// Leaves a room. Returns true if the user was in it.
    pub(super) fn leave(&mut self, room: RoomId) -> bool {
        let Ok(index) = self.find(room) else { return false };
        let (_, member) = self.current.remove(index);
        self.direct -= usize::from(member.is_direct);
        self.former.insert(room, member);
        true
    }

    /// Removes the membership in a room that the user is not in.
    pub(super) fn remove_former(&mut self, room: RoomId) {
        self.former.remove(&room);
    }

    /// The rooms that the user is in, and its read positions.
    pub(super) fn current(&self) -> impl Iterator<Item = (RoomId, Seq)> {
        self.current.iter().map(|(room, member)| (*room, member.read))
    }

    /// Up to `limit` direct messages that the user has left, after the room `after`, in order.
    pub(super) fn left_direct(&self, after: RoomId, limit: usize) -> Vec<RoomId> {
        let rest =
            self.former.range((std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded));
        rest.filter(|(_, member)| member.is_direct).map(|(room, _)| *room).take(limit).collect()
    }

    /// Number of direct messages that the user is in, or of other rooms.
    pub(super) const fn count(&self, is_direct: bool) -> usize {
        if is_direct { self.direct } else { self.current.len() - self.direct }
    }

    fn find(&self, room: RoomId) -> Result<usize, usize> {
        self.current.binary_search_by_key(&room, |(id, _)| *id)
    }
}
