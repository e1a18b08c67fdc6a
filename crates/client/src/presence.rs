//! The users who joined and left a room between two messages, as data.

use chat_proto::{LeaveReason, User, UserName};

/// Most users in one entry: more begin another one, so that each change is found quickly.
const USERS_MAX: usize = 1_000;

/// Which users who join and leave are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum JoinPolicy {
    /// Neighbours as one entry; in a room with many users only those who wrote something lately.
    #[default]
    Fold,
    /// Each as an entry of its own.
    All,
    /// None.
    None,
}

/// A change of the users of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Joined the room.
    Joined,
    /// Left it, for this reason.
    Left(LeaveReason),
}

/// The users who joined and left since the last message: the net effect, in the order in which they did.
#[derive(Debug, Clone, Default)]
pub struct Presence {
    changes: Vec<(User, Change)>,
}

impl Presence {
    /// Those who are here now, and were not.
    pub fn joined(&self) -> impl Iterator<Item = &UserName> {
        let joined = self.changes.iter().filter(|(_, change)| *change == Change::Joined);
        joined.map(|(user, _)| &user.name)
    }

    /// Those who were here, and are not now.
    pub fn left(&self) -> impl Iterator<Item = (&UserName, LeaveReason)> {
        self.changes.iter().filter_map(|(user, change)| match change {
            Change::Joined => None,
            Change::Left(reason) => Some((&user.name, *reason)),
        })
    }

    /// A user joined or left. A user who is back is as if nothing had happened.
    pub(crate) fn record(&mut self, user: User, change: Change) {
        match self.changes.iter().position(|(known, _)| known.id == user.id) {
            None => self.changes.push((user, change)),
            Some(index) => {
                let is_undone =
                    (self.changes[index].1 == Change::Joined) != (change == Change::Joined);
                if is_undone {
                    self.changes.remove(index);
                }
            }
        }
    }

    /// Whether nothing has changed.
    pub(crate) const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether it has room for another user.
    pub(crate) const fn has_room(&self) -> bool {
        self.changes.len() < USERS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::user;

    #[test]
    fn the_net_effect_is_counted() {
        let mut presence = Presence::default();
        let lost = Change::Left(LeaveReason::Lost);
        for (id, name, change) in [
            (1, "ana", Change::Joined),
            (2, "bob", lost),
            (3, "carl", Change::Joined),
            (3, "carl", Change::Left(LeaveReason::Bye)),
            (4, "dora", lost),
            (4, "dora", Change::Joined),
            (1, "ana", Change::Joined),
        ] {
            presence.record(user(id, name), change);
        }
        let joined: Vec<_> = presence.joined().map(UserName::as_str).collect();
        let left: Vec<_> = presence.left().map(|(name, why)| (name.as_str(), why)).collect();
        assert_eq!(joined, ["ana"]);
        assert_eq!(left, [("bob", LeaveReason::Lost)]);
    }
}
