//! The memberships as they will be after the commit.

use chat_proto::{Seq, UserId};

use super::super::memberships::MembershipKind;
use super::{Proposal, ProposedMembership};
use crate::config::{
    PRIVATE_PER_USER_MAX, ROOMS_PER_USER_MAX, UNANSWERED_OF_NEWCOMERS_MAX, UNANSWERED_PER_USER_MAX,
};
use crate::journal::{MembershipRecord, RoomId};

impl Proposal<'_> {
    pub(in crate::hub) fn is_in(&self, user: UserId, room: RoomId) -> bool {
        self.membership(user, room).is_some_and(|membership| membership.is_in)
    }

    /// The current or former membership of `user` in a room.
    pub(in crate::hub) fn membership(
        &self,
        user: UserId,
        room: RoomId,
    ) -> Option<ProposedMembership> {
        if let Some(membership) = self.members.get(&(user, room)) {
            return Some(*membership);
        }
        let rooms = &self.state.account(user)?.rooms;
        let known = rooms.get_or_former(room)?;
        let current = rooms.get(room);
        let is_own = current.is_some_and(|current| current.is_own);
        let (is_in, read, role) = (current.is_some(), known.read, known.role);
        let is_asked = !is_in && rooms.asked().contains_key(&room);
        Some(ProposedMembership { is_in, is_own, read, role, is_asked })
    }

    /// Adds a membership; the user joins the room if the record says so.
    pub(in crate::hub) fn put_member(&mut self, member: MembershipRecord, is_direct: bool) {
        let before = self.membership(member.user, member.room);
        let was_in = before.is_some_and(|before| before.is_in);
        let membership = ProposedMembership {
            is_in: was_in || member.is_in,
            is_own: member.is_own || before.is_some_and(|before| was_in && before.is_own),
            read: before.map_or(member.read_seq, |before| before.read),
            role: before.map_or(member.role, |before| before.role),
            is_asked: member.asked_by.is_some(),
        };
        self.put_membership(member.user, member.room, membership, is_direct);
    }

    /// Counts a membership that is stored only if the message with it is new.
    pub(in crate::hub) fn put_with_message(&mut self, member: MembershipRecord, is_direct: bool) {
        let MembershipRecord { user, room, is_own, .. } = member;
        let before = self.membership(user, room).filter(|before| before.is_in);
        let is_more = before.is_none_or(|before| is_own && !before.is_own);
        if member.is_in && is_more && self.with_messages.insert((user, room)) {
            self.count(user, before, Some(is_own), is_direct);
        }
    }

    /// Ends a membership.
    pub(in crate::hub) fn leave(&mut self, user: UserId, room: RoomId, is_direct: bool) {
        if let Some(before) = self.membership(user, room) {
            let membership = ProposedMembership { is_in: false, ..before };
            self.put_membership(user, room, membership, is_direct);
        }
    }

    /// Moves a read position forward to `seq`.
    pub(in crate::hub) fn read(&mut self, user: UserId, room: RoomId, seq: Seq) {
        if let Some(before) = self.membership(user, room) {
            self.members
                .insert((user, room), ProposedMembership { read: seq.max(before.read), ..before });
        }
    }

    fn put_membership(
        &mut self,
        user: UserId,
        room: RoomId,
        now: ProposedMembership,
        is_direct: bool,
    ) {
        let before = self.membership(user, room).filter(|before| before.is_in);
        self.members.insert((user, room), now);
        self.count(user, before, now.is_in.then_some(now.is_own), is_direct);
    }

    /// Counts a membership instead of another one, each if there is one.
    fn count(
        &mut self,
        user: UserId,
        before: Option<ProposedMembership>,
        is_own: Option<bool>,
        is_direct: bool,
    ) {
        let before = before.map(|before| MembershipKind::of(is_direct, before.is_own));
        let now = is_own.map(|is_own| MembershipKind::of(is_direct, is_own));
        if before == now {
            return;
        }
        for (kind, change) in [(before, -1), (now, 1)] {
            if let Some(kind) = kind {
                *self.counts.entry((user, kind)).or_default() += change;
            }
        }
    }

    /// Whether `user` may have one more of those, which `author` begins.
    pub(in crate::hub) fn may_join_more(
        &self,
        user: UserId,
        kind: MembershipKind,
        author: UserId,
    ) -> bool {
        let now = self.state.account(user).map_or(0, |account| account.rooms.count(kind));
        let more = self.counts.get(&(user, kind)).copied().unwrap_or(0);
        let max = match kind {
            MembershipKind::Room => ROOMS_PER_USER_MAX,
            MembershipKind::Own => PRIVATE_PER_USER_MAX,
            MembershipKind::Unanswered if self.is_newcomer(author) => UNANSWERED_OF_NEWCOMERS_MAX,
            MembershipKind::Unanswered => UNANSWERED_PER_USER_MAX,
        };
        now.saturating_add_signed(more) < max
    }

    fn is_newcomer(&self, user: UserId) -> bool {
        self.state.account(user).is_none_or(|account| account.is_newcomer(self.newcomers_after))
    }
}
