//! The memberships of one user, former ones included, and its read positions.

use std::collections::BTreeMap;

use chat_proto::{LeaveReason, Seq, UserId};

use super::policy::MembershipFacts;
use crate::journal::{MemberRole, RoomId};

/// A current or former membership of a user in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemberState {
    /// The `seq` of the last message that the user has read.
    pub(super) read: Seq,
    /// Whether the room is a direct message.
    pub(super) is_direct: bool,
    /// Whether the user has joined it itself, or has written there.
    pub(super) is_own: bool,
    /// Why the user left it last.
    pub(super) left: LeaveReason,
    /// The role of the user in the room, also while it is not in it.
    pub(super) role: MemberRole,
}

/// The kinds of memberships, each with a bound of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum MembershipKind {
    /// A room with a name.
    Room,
    /// A direct message that the user has begun or answered.
    Own,
    /// A direct message of another user that it has not answered.
    Unanswered,
}

impl MembershipKind {
    pub(super) const fn of(is_direct: bool, is_own: bool) -> Self {
        match (is_direct, is_own) {
            (false, _) => Self::Room,
            (true, true) => Self::Own,
            (true, false) => Self::Unanswered,
        }
    }
}

/// The memberships of a user.
#[derive(Debug)]
pub(super) struct Memberships {
    /// Those of the rooms that the user is in, sorted, the lobby first. A list, since most users are in two or
    /// three rooms, and a tree allocates a node of eleven at once. At most `ROOMS_PER_USER_MAX`,
    /// `PRIVATE_PER_USER_MAX` and `UNANSWERED_PER_USER_MAX` entries.
    current: Vec<(RoomId, MemberState)>,
    /// Number of them that are in direct messages of its own, and in those that it has not answered.
    own: u32,
    unanswered: u32,
    /// `None` if there is nothing in it, as with most users.
    others: Option<Box<OtherRooms>>,
}

/// The state of a user in rooms that it is not in.
#[derive(Debug, Default)]
struct OtherRooms {
    /// The memberships in rooms that the user has left, or has never been in but has a read position of.
    former: BTreeMap<RoomId, MemberState>,
    /// Rooms of those that the user was asked into and has not joined since, and who has asked. At most
    /// `ASKED_PER_USER_MAX`.
    asked: BTreeMap<RoomId, UserId>,
}

impl Memberships {
    /// The memberships of a new user: in the lobby only, with this read position.
    pub(super) fn in_lobby(read: Seq) -> Self {
        let lobby = MemberState {
            read,
            is_direct: false,
            is_own: false,
            left: LeaveReason::Bye,
            role: MemberRole::Member,
        };
        Self { current: vec![(RoomId::LOBBY, lobby)], own: 0, unanswered: 0, others: None }
    }

    /// The membership in a room that the user is in.
    pub(super) fn get(&self, room: RoomId) -> Option<&MemberState> {
        self.find(room).ok().map(|index| &self.current[index].1)
    }

    /// The current or former membership in a room.
    pub(super) fn get_or_former(&self, room: RoomId) -> Option<&MemberState> {
        self.get(room).or_else(|| self.former().get(&room))
    }

    /// The same, to change.
    pub(super) fn get_or_former_mut(&mut self, room: RoomId) -> Option<&mut MemberState> {
        match self.find(room) {
            Ok(index) => Some(&mut self.current[index].1),
            Err(_) => self.others.as_mut()?.former.get_mut(&room),
        }
    }

    /// Adds a membership in a room that the user is not in, unless there is one.
    pub(super) fn add_former(&mut self, room: RoomId, member: MemberState) {
        if self.find(room).is_err() {
            self.others_mut().former.entry(room).or_insert(member);
        }
    }

    /// Records who has asked the user into a room that it is not in, or that nobody has.
    pub(super) fn set_asked(&mut self, room: RoomId, by: Option<UserId>) {
        match by.filter(|_| self.find(room).is_err()) {
            Some(by) => drop(self.others_mut().asked.insert(room, by)),
            None => drop(self.others.as_mut().and_then(|others| others.asked.remove(&room))),
        }
    }

    /// Rooms that the user was asked into, and who has asked.
    pub(super) fn asked(&self) -> &BTreeMap<RoomId, UserId> {
        static NONE: BTreeMap<RoomId, UserId> = BTreeMap::new();
        self.others.as_ref().map_or(&NONE, |others| &others.asked)
    }

    fn former(&self) -> &BTreeMap<RoomId, MemberState> {
        static NONE: BTreeMap<RoomId, MemberState> = BTreeMap::new();
        self.others.as_ref().map_or(&NONE, |others| &others.former)
    }

    fn others_mut(&mut self) -> &mut OtherRooms {
        self.others.get_or_insert_default()
    }

    /// The standing of the user in a room, on which its rights depend.
    pub(super) fn facts(&self, room: RoomId) -> MembershipFacts {
        let current = self.get(room);
        let known = current.or_else(|| self.former().get(&room));
        MembershipFacts {
            is_in: current.is_some(),
            role: known.map_or(MemberRole::Member, |known| known.role),
            is_asked: current.is_none() && self.asked().contains_key(&room),
        }
    }

    /// Gives the user another role in a room that it is in, or has been in.
    pub(super) fn set_role(&mut self, room: RoomId, role: MemberRole) {
        if let Some(member) = self.get_or_former_mut(room) {
            member.role = role;
        }
    }

    /// Joins a room: with the former membership, or with `member` if there is none. Returns true if the user was
    /// not in the room. A direct message that is in it becomes the user's own if `member` says so.
    pub(super) fn join(&mut self, room: RoomId, mut member: MemberState) -> bool {
        let index = match self.find(room) {
            Ok(index) => {
                let known = self.current[index].1;
                let is_own = known.is_own || member.is_own;
                self.count_one(known, false);
                self.current[index].1.is_own = is_own;
                self.count_one(MemberState { is_own, ..known }, true);
                return false;
            }
            Err(index) => index,
        };
        if let Some(former) = self.others.as_mut().and_then(|others| others.former.remove(&room)) {
            (member.read, member.role) = (former.read, former.role);
        }
        self.count_one(member, true);
        self.current.reserve_exact(1);
        self.current.insert(index, (room, member));
        true
    }

    /// Leaves a room. Returns true if the user was in it.
    pub(super) fn leave(&mut self, room: RoomId, reason: LeaveReason) -> bool {
        let Ok(index) = self.find(room) else { return false };
        let (_, member) = self.current.remove(index);
        self.count_one(member, false);
        self.others_mut().former.insert(room, MemberState { left: reason, ..member });
        true
    }

    /// Removes the membership in a room that the user is not in.
    pub(super) fn remove_former(&mut self, room: RoomId) {
        if let Some(others) = &mut self.others {
            others.former.remove(&room);
            others.asked.remove(&room);
        }
    }

    /// Why the user left a room that it has been in.
    pub(super) fn leave_reason(&self, room: RoomId) -> LeaveReason {
        self.former().get(&room).map_or(LeaveReason::Bye, |former| former.left)
    }

    /// The rooms that the user is in, and its read positions.
    pub(super) fn current(&self) -> impl Iterator<Item = (RoomId, Seq)> {
        self.current.iter().map(|(room, member)| (*room, member.read))
    }

    /// Up to `limit` direct messages that the user has left, after the room `after`, in order.
    pub(super) fn left_direct(&self, after: RoomId, limit: usize) -> Vec<RoomId> {
        let rest =
            self.former().range((std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded));
        rest.filter(|(_, member)| member.is_direct).map(|(room, _)| *room).take(limit).collect()
    }

    /// Number of rooms or direct messages that the user is in.
    pub(super) const fn count(&self, kind: MembershipKind) -> usize {
        match kind {
            MembershipKind::Room => self.current.len() - (self.own + self.unanswered) as usize,
            MembershipKind::Own => self.own as usize,
            MembershipKind::Unanswered => self.unanswered as usize,
        }
    }

    fn count_one(&mut self, member: MemberState, is_added: bool) {
        let count = match MembershipKind::of(member.is_direct, member.is_own) {
            MembershipKind::Room => return,
            MembershipKind::Own => &mut self.own,
            MembershipKind::Unanswered => &mut self.unanswered,
        };
        if is_added {
            *count += 1;
        } else {
            *count -= 1;
        }
    }

    fn find(&self, room: RoomId) -> Result<usize, usize> {
        self.current.binary_search_by_key(&room, |(id, _)| *id)
    }
}
