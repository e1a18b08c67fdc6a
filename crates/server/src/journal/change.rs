//! A change of the journal that is no message: a user, a name, a credential, a room, a membership, a topic, a read
//! position.
//!
//! Plain values: the hub decides on them, the journal stores them, and the hub applies them.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_proto::{AwayText, Seq, Timestamp, Topic, User, UserId};

use super::stored::{CredentialRecord, MembershipRecord, RoomId, RoomKey, UserRecord};

/// A change of the journal, other than a message.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new user, or another name of a user.
    User(UserRecord),
    /// A guest: not stored, as it ends with its session.
    Guest(User),
    /// Another name of a guest.
    GuestRenamed(User),
    /// A user is away or back: not stored, as it ends with the user's last session.
    Away {
        /// The user's number.
        user: UserId,
        /// The reason, as the user writes it; `None` if the user is back.
        text: Option<AwayText>,
    },
    /// A user has one more credential.
    Credential(CredentialRecord),
    /// The user was connected at that time.
    Seen {
        /// The user's number.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// A room, unless it is stored already.
    Room {
        /// Its number.
        id: RoomId,
        /// Its name or its two users.
        key: RoomKey,
    },
    /// A room without users, messages and a topic is removed.
    RoomRemoved {
        /// Its number.
        id: RoomId,
        /// The users with a membership in it, all of them former.
        visitors: Arc<BTreeSet<UserId>>,
    },
    /// A room has another topic.
    Topic {
        /// The room's number.
        room: RoomId,
        /// The topic.
        topic: Topic,
        /// The user who set it.
        by: User,
    },
    /// A user joins a room, or gets a membership in a direct message that it is not in. The read position of an
    /// earlier membership stays.
    Member(MembershipRecord),
    /// A user left a room.
    Left {
        /// The user's number.
        user: UserId,
        /// The room's number.
        room: RoomId,
    },
    /// A user has read a room up to a message. A read position never moves back.
    Read {
        /// The user's number.
        user: UserId,
        /// The room's number.
        room: RoomId,
        /// The message.
        seq: Seq,
    },
}
