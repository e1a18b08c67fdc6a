//! Stored roles, the audit log's records, and the form of the rules of a room.

use chat_proto::limits::REASON_BYTES_MAX;
use chat_proto::{AuditKind, Privacy, Role, Timestamp, TopicBy, UserId};

use super::RoomId;

/// Longest description of what an audit record is about, in bytes of UTF-8: two names and two roles.
const ABOUT_BYTES_MAX: usize = 300;

/// The role of a user on the server. A greater one may do more.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UserRole {
    /// A user without another role.
    #[default]
    Member,
    /// Moderates the server and all public rooms.
    Moderator,
    /// May do everything.
    Owner,
}

impl UserRole {
    /// Every role, the lowest one first: the index is the stored number.
    pub(crate) const ALL: [Self; 3] = [Self::Member, Self::Moderator, Self::Owner];

    /// The role of a stored number; `None` if there is none.
    pub(in crate::journal) fn of(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    pub(in crate::journal) const fn number(self) -> i64 {
        self as i64
    }

    /// The role that a client names; `None` if no user can have it on the server.
    pub(crate) const fn from_wire(role: Role) -> Option<Self> {
        match role {
            Role::Member => Some(Self::Member),
            Role::Moderator => Some(Self::Moderator),
            Role::Owner => Some(Self::Owner),
            Role::Guest | Role::Voice | Role::Unknown => None,
        }
    }

    /// The role as it is sent.
    #[must_use]
    pub const fn to_wire(self) -> Role {
        match self {
            Self::Member => Role::Member,
            Self::Moderator => Role::Moderator,
            Self::Owner => Role::Owner,
        }
    }
}

/// The role of a user in a room. A greater one may do more.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberRole {
    /// A user without another role.
    #[default]
    Member,
    /// May write where not all may.
    Voice,
    /// Moderates the room.
    Moderator,
    /// May do everything in the room.
    Owner,
}

impl MemberRole {
    /// Every role, the lowest one first: the index is the stored number.
    pub(crate) const ALL: [Self; 4] = [Self::Member, Self::Voice, Self::Moderator, Self::Owner];

    /// The role of a stored number; `None` if there is none.
    pub(in crate::journal) fn of(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    pub(in crate::journal) const fn number(self) -> i64 {
        self as i64
    }

    /// The role that a client names; `None` if no user can have it in a room.
    pub(crate) const fn from_wire(role: Role) -> Option<Self> {
        match role {
            Role::Member => Some(Self::Member),
            Role::Voice => Some(Self::Voice),
            Role::Moderator => Some(Self::Moderator),
            Role::Owner => Some(Self::Owner),
            Role::Guest | Role::Unknown => None,
        }
    }

    /// The role as it is sent.
    #[must_use]
    pub const fn to_wire(self) -> Role {
        match self {
            Self::Member => Role::Member,
            Self::Voice => Role::Voice,
            Self::Moderator => Role::Moderator,
            Self::Owner => Role::Owner,
        }
    }
}

/// The stored number of a privacy. That of an unknown one, which is never stored, is the strictest.
pub(in crate::journal) const fn privacy_number(privacy: Privacy) -> i64 {
    match privacy {
        Privacy::Public => 0,
        Privacy::Private | Privacy::Unknown => 1,
        Privacy::Announce => 2,
    }
}

/// The privacy of a stored number; `None` if there is none.
pub(in crate::journal) const fn privacy_of(number: i64) -> Option<Privacy> {
    match number {
        0 => Some(Privacy::Public),
        1 => Some(Privacy::Private),
        2 => Some(Privacy::Announce),
        _ => None,
    }
}

/// The stored number of who sets the topic.
pub(in crate::journal) const fn topic_by_number(topic_by: TopicBy) -> i64 {
    match topic_by {
        TopicBy::All => 0,
        TopicBy::Moderators | TopicBy::Unknown => 1,
    }
}

/// Who sets the topic by a stored number; `None` if there is none.
pub(in crate::journal) const fn topic_by_of(number: i64) -> Option<TopicBy> {
    match number {
        0 => Some(TopicBy::All),
        1 => Some(TopicBy::Moderators),
        _ => None,
    }
}

/// A record of the audit log: who did what, when, about whom, and why. No text of a message is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who; [`UserId::SERVER`] for the operator.
    pub by: UserId,
    /// What.
    pub what: AuditKind,
    /// About whom, if it is about a user.
    pub user: Option<UserId>,
    /// In which room, if in one.
    pub room: Option<RoomId>,
    /// The details, for a person.
    pub about: String,
    /// Why, as the author says; empty for nothing.
    pub reason: String,
}

impl AuditRecord {
    /// A record without a user, a room and a reason. What is longer than its bound is cut.
    #[must_use]
    pub fn new(at: Timestamp, by: UserId, what: AuditKind, about: &str) -> Self {
        let about = cut(about, ABOUT_BYTES_MAX);
        Self { at, by, what, user: None, room: None, about, reason: String::new() }
    }

    /// The same with a reason, which is cut to its bound.
    #[must_use]
    pub fn because(self, reason: &str) -> Self {
        Self { reason: cut(reason, REASON_BYTES_MAX), ..self }
    }
}

/// The beginning of `text`, of at most `bytes` bytes.
fn cut(text: &str, bytes: usize) -> String {
    text[..text.floor_char_boundary(bytes)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stored_number_is_that_of_one_role_or_rule() {
        for (number, role) in (0..).zip(UserRole::ALL) {
            assert_eq!((role.number(), UserRole::of(number)), (number, Some(role)));
            assert_eq!(UserRole::from_wire(role.to_wire()), Some(role));
        }
        for (number, role) in (0..).zip(MemberRole::ALL) {
            assert_eq!((role.number(), MemberRole::of(number)), (number, Some(role)));
            assert_eq!(MemberRole::from_wire(role.to_wire()), Some(role));
        }
        assert_eq!((UserRole::of(3), UserRole::of(-1), MemberRole::of(4)), (None, None, None));
        for privacy in Privacy::ALL {
            assert_eq!(privacy_of(privacy_number(*privacy)), Some(*privacy));
        }
        for topic_by in TopicBy::ALL {
            assert_eq!(topic_by_of(topic_by_number(*topic_by)), Some(*topic_by));
        }
        assert_eq!((privacy_of(3), topic_by_of(2)), (None, None));
    }

    #[test]
    fn a_long_reason_is_cut_between_two_characters() {
        let record = AuditRecord::new(Timestamp::from_millis(0), UserId::NONE, AuditKind::Role, "");
        let reason = record.because(&"é".repeat(REASON_BYTES_MAX)).reason;
        assert_eq!(reason, "é".repeat(REASON_BYTES_MAX / 2));
    }
}
