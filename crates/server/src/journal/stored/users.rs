//! Stored users, their credentials and their memberships.

use chat_proto::{Seq, ShortString, Timestamp, User, UserId};

use super::RoomId;
use super::roles::{MemberRole, UserRole};
use crate::token::{PasswordHash, TokenHash};

/// The kind of a user's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserKind {
    /// Not stored: for one session, without credentials.
    Guest,
    /// Stored, with credentials.
    Registered,
    /// Stored, without credentials: posts to its hooks become messages in its name.
    Bot,
}

impl UserKind {
    /// The kind of a stored number; `None` for a number of no kind that is stored.
    pub(in crate::journal) const fn of(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Registered),
            2 => Some(Self::Bot),
            _ => None,
        }
    }

    pub(in crate::journal) const fn number(self) -> i64 {
        match self {
            Self::Guest => 0,
            Self::Registered => 1,
            Self::Bot => 2,
        }
    }

    /// Returns true if users of this kind are stored.
    pub(crate) const fn is_stored(self) -> bool {
        match self {
            Self::Guest => false,
            Self::Registered | Self::Bot => true,
        }
    }
}

/// A stored user.
#[derive(Debug, Clone)]
pub struct UserRecord {
    /// Its number and name.
    pub user: User,
    /// Never a guest.
    pub kind: UserKind,
    /// The time at which it was last connected.
    pub seen_at: Timestamp,
    /// Its role on the server.
    pub role: UserRole,
    /// The number of the invite by which it came.
    pub invite: Option<u64>,
    /// The time at which it was new; 1970 if that was before version 5 of the schema, which stored no such time.
    pub created_at: Timestamp,
}

impl UserRecord {
    /// A user who registers at the time `at`, without a role.
    #[must_use]
    pub const fn registered(user: User, at: Timestamp) -> Self {
        let (kind, role) = (UserKind::Registered, UserRole::Member);
        Self { user, kind, seen_at: at, role, invite: None, created_at: at }
    }
}

/// Identifies a user. A user has any number of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// The hash of a token.
    Token(TokenHash),
    /// A password.
    Password(PasswordHash),
}

/// The number of a credential, by which a client names it. No other one ever has it.
pub type CredentialId = u64;

/// A stored credential.
#[derive(Debug, Clone)]
pub struct CredentialRecord {
    /// Its number.
    pub id: CredentialId,
    /// The number of its user.
    pub user: UserId,
    /// The credential.
    pub(crate) credential: Credential,
    /// Its label: the name of the device that has it.
    pub label: ShortString,
    /// The time at which it was stored; 1970 if it was stored before version 5 of the schema, which added the time.
    pub created_at: Timestamp,
    /// The time at which a session began with it.
    pub seen_at: Timestamp,
}

impl CredentialRecord {
    /// A credential that a user gets at the time `at`, without a label.
    pub(crate) fn new(
        id: CredentialId,
        user: UserId,
        credential: Credential,
        at: Timestamp,
    ) -> Self {
        Self { id, user, credential, label: ShortString::default(), created_at: at, seen_at: at }
    }
}

/// A stored membership of a user in a room.
#[derive(Debug, Clone, Copy)]
pub struct MembershipRecord {
    /// The user's number.
    pub user: UserId,
    /// The room's number.
    pub room: RoomId,
    /// Whether the user is in the room. Otherwise the membership is a former one.
    pub is_in: bool,
    /// Whether the user has joined it itself, or has written there: not of a direct message that another user has begun
    /// and this one has not answered.
    pub is_own: bool,
    /// The `seq` of the last message that the user has read.
    pub read_seq: Seq,
    /// The role of the user in the room, also while it is not in it.
    pub role: MemberRole,
    /// Who has asked the user into the room, until it joins.
    pub asked_by: Option<UserId>,
}

impl MembershipRecord {
    /// The membership of a user who joins a room, without a role.
    #[must_use]
    pub const fn joined(user: UserId, room: RoomId, read_seq: Seq) -> Self {
        let (is_in, is_own, role, asked_by) = (true, true, MemberRole::Member, None);
        Self { user, room, is_in, is_own, read_seq, role, asked_by }
    }
}
