//! The rights of the user, as far as the server has said so: roles, rules of rooms, mutes and bans.

use std::collections::BTreeMap;

use chat_proto::event::SanctionInfo;
use chat_proto::{Role, RoomName, SanctionKind, Timestamp, UserId};

/// Most mutes and bans of the user that are stored here: more than a screen shows.
const SANCTIONS_MAX: usize = 100;

/// Most rooms that the user was asked into: as many as the server allows.
const ASKED_MAX: usize = 100;

/// The user's role on the server, what it was sanctioned with, and where it was asked in.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// The role on the server.
    pub(crate) role: Option<Role>,
    /// Mutes and bans that have not ended, as far as the server has said so.
    sanctions: Vec<SanctionInfo>,
    /// The last role on the server that a user was given: it is told for each room of the user, too.
    pub(crate) given: Option<(UserId, Role)>,
    /// The rooms that the user was asked into.
    asked: Vec<RoomName>,
}

impl Standing {
    /// The user was muted or banned. Returns whether that is new.
    pub(crate) fn sanction(&mut self, sanction: &SanctionInfo) -> bool {
        let is_new = !self.sanctions.iter().any(|known| known.id == sanction.id);
        self.sanctions.retain(|known| known.id != sanction.id);
        if self.sanctions.len() < SANCTIONS_MAX {
            self.sanctions.push(sanction.clone());
        }
        is_new
    }

    /// A sanction has ended. Returns whether it was one of the user.
    pub(crate) fn pardon(&mut self, id: Option<u64>) -> bool {
        let before = self.sanctions.len();
        self.sanctions.retain(|known| known.id != id);
        self.sanctions.len() < before
    }

    /// Removes sanctions that have ended. Returns the milliseconds until the next one ends.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Option<u64> {
        let ends = |sanction: &SanctionInfo| sanction.until.map(Timestamp::as_millis);
        self.sanctions.retain(|sanction| ends(sanction).is_none_or(|end| end > now.as_millis()));
        let next = self.sanctions.iter().filter_map(ends).min()?;
        u64::try_from(next.saturating_sub(now.as_millis())).ok()
    }

    /// The mute that forbids the user to write in a room, if there is one.
    pub(crate) fn mute_in(&self, room: &RoomName) -> Option<&SanctionInfo> {
        let is_there = |sanction: &&SanctionInfo| {
            sanction.kind == SanctionKind::Mute
                && sanction.room.as_ref().is_none_or(|there| there == room)
        };
        self.sanctions.iter().find(is_there)
    }

    /// The user was asked into a room. Returns whether that is new.
    pub(crate) fn add_asked(&mut self, room: &RoomName) -> bool {
        let is_new = !self.asked.contains(room);
        if is_new && self.asked.len() < ASKED_MAX {
            self.asked.push(room.clone());
        }
        is_new
    }

    /// The user has joined a room.
    pub(crate) fn remove_asked(&mut self, room: &RoomName) {
        self.asked.retain(|asked| asked != room);
    }

    /// The rooms that the user was asked into, and has not joined.
    pub(crate) fn asked_into(&self) -> &[RoomName] {
        &self.asked
    }
}

/// The roles of the users of a room: of all who are more than members.
#[derive(Debug, Default)]
pub(crate) struct Roles(BTreeMap<UserId, Role>);

impl Roles {
    /// The role of a user.
    pub(crate) fn of(&self, user: UserId) -> Role {
        self.0.get(&user).copied().unwrap_or(Role::Member)
    }

    /// A user has a role from now on.
    pub(crate) fn set(&mut self, user: UserId, role: Role) {
        if matches!(role, Role::Voice | Role::Moderator | Role::Owner) {
            self.0.insert(user, role);
        } else {
            self.0.remove(&user);
        }
    }

    /// Forgets all roles.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Why the user cannot write in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance<'a> {
    /// The user is muted.
    Muted(&'a SanctionInfo),
    /// The room is for announcements, and the user is a member.
    Announce,
}

#[cfg(test)]
mod tests {
    use chat_proto::Reason;

    use super::*;
    use crate::testing::room;

    fn mute(id: u64, place: Option<&str>, until: Option<i64>) -> SanctionInfo {
        SanctionInfo {
            id: Some(id),
            kind: SanctionKind::Mute,
            room: place.map(room),
            user: None,
            network: None,
            invite: None,
            by: None,
            until: until.map(Timestamp::from_millis),
            reason: Reason::default(),
        }
    }

    #[test]
    fn a_mute_counts_in_its_room_or_everywhere_until_it_ends() {
        let (rust, tea) = (room("#rust"), room("#tea"));
        let mut standing = Standing::default();
        assert!(standing.sanction(&mute(1, Some("#rust"), Some(1_000))));
        assert!(!standing.sanction(&mute(1, Some("#rust"), Some(2_000))), "it is known");
        assert!(standing.mute_in(&rust).is_some() && standing.mute_in(&tea).is_none());
        assert_eq!(standing.expire(Timestamp::from_millis(1_500)), Some(500));
        assert_eq!(standing.expire(Timestamp::from_millis(2_000)), None);
        assert!(standing.mute_in(&rust).is_none());
        standing.sanction(&mute(2, None, None));
        assert!(standing.mute_in(&tea).is_some());
        assert!(standing.pardon(Some(2)) && !standing.pardon(Some(2)));
        assert!(standing.mute_in(&tea).is_none());
    }

    #[test]
    fn a_room_that_was_asked_into_is_new_once() {
        let mut standing = Standing::default();
        assert!(standing.add_asked(&room("#ops")) && !standing.add_asked(&room("#ops")));
        standing.remove_asked(&room("#ops"));
        assert!(standing.asked_into().is_empty() && standing.add_asked(&room("#ops")));
    }

    #[test]
    fn only_roles_above_that_of_a_member_are_kept() {
        let mut roles = Roles::default();
        roles.set(UserId::new(3), Role::Owner);
        assert_eq!(roles.of(UserId::new(3)), Role::Owner);
        roles.set(UserId::new(3), Role::Member);
        assert_eq!((roles.of(UserId::new(3)), roles.0.len()), (Role::Member, 0));
    }
}
