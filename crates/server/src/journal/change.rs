//! A change of the journal that is no message: a user, a name, a credential, a room, a membership, a topic, a read
//! position.
//!
//! Plain values: the hub decides about them, the journal stores them, and the hub applies them.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_proto::{Timestamp, Topic, User};
use rusqlite::Connection;

use super::stored::{CredentialRecord, MembershipRecord, RoomId, RoomKey, UserRecord};
use super::{credentials, records};

/// A change of what is stored, other than a message.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// A new user, or another name of a user.
    User(UserRecord),
    /// A guest: not stored, as it ends with its session.
    Guest(User),
    /// Another name of a guest.
    GuestRenamed(User),
    /// A user has one more credential.
    Credential(CredentialRecord),
    /// The user was connected at that time.
    Seen {
        /// The user's number.
        user: u64,
        /// When.
        at: Timestamp,
    },
    /// A room, unless it is stored already.
    Room {
        /// Its number.
        id: RoomId,
        /// Its name or its two users.
        called: RoomKey,
    },
    /// A room without users, messages and a topic is removed.
    RoomRemoved {
        /// Its number.
        id: RoomId,
        /// The users with a membership in it, all of them former.
        visitors: Arc<BTreeSet<u64>>,
    },
    /// A room has another topic.
    Topic {
        /// The room's number.
        room: RoomId,
        /// The topic.
        topic: Topic,
        /// Who set it.
        by: User,
    },
    /// A user joined a room, or has a membership in a direct message that it is not in. What is stored of
    /// an earlier membership stays.
    Member(MembershipRecord),
    /// A user left a room.
    Left {
        /// The user's number.
        user: u64,
        /// The room's number.
        room: RoomId,
    },
    /// A user has read a room up to a message; never backwards.
    Read {
        /// The user's number.
        user: u64,
        /// The room's number.
        room: RoomId,
        /// The message.
        seq: u64,
    },
}

impl Change {
    /// Stores the change within a transaction.
    pub(crate) fn store(&self, db: &Connection) -> rusqlite::Result<()> {
        match self {
            Self::User(user) => records::user(db, user),
            Self::Guest(_) | Self::GuestRenamed(_) => Ok(()),
            Self::Credential(credential) => credentials::insert(db, credential),
            Self::Seen { user, at } => records::seen(db, *user, *at),
            Self::Room { id, called } => records::room(db, *id, called),
            Self::RoomRemoved { id, visitors } => records::remove_room(db, *id, visitors),
            Self::Topic { room, topic, .. } => records::topic(db, *room, topic),
            Self::Member(member) => records::member(db, *member),
            Self::Left { user, room } => records::has_left(db, *user, *room),
            Self::Read { user, room, seq } => records::read(db, *user, *room, *seq),
        }
    }
}
