//! Why the hub refuses a message or a request.

use chat_proto::{Refusal, RefusalCode, RoomName, UserId, UserName};
use thiserror::Error;

use crate::config::{PRIVATE_PER_USER_MAX, ROOMS_MAX, ROOMS_PER_USER_MAX};
use crate::journal::{JournalError, Rejection, RoomId};

/// Why the hub does not do what a client asks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum HubError {
    /// The client's doing: it asked for a name that somebody else has.
    #[error("the name {wanted} is taken; {free} is free")]
    NameTaken {
        /// The name it asked for.
        wanted: UserName,
        /// One like it that nobody has.
        free: UserName,
    },
    /// The client's doing: the token is none of this server's.
    #[error("this token is not known here; say hello without one, and you get a new one")]
    BadToken,
    /// The client's doing: the token that it made for a new user is not as it should be.
    #[error(
        "the token of a new user must be 64 to 128 random hexadecimal digits; say hello without one, \
         and you get one"
    )]
    BadNewToken,
    /// The client's doing: the user is not in the room.
    #[error("you are not in {0}; join it first")]
    NotInRoom(RoomName),
    /// The client's doing: the conversation is that of two other users.
    #[error("{0} is the conversation of two other users; you cannot join it")]
    NotYours(RoomName),
    /// The client's doing: it has no token.
    #[error("you cannot join {0}: classic clients can use #lobby only")]
    GuestInLobbyAlone(RoomName),
    /// The client's doing: everybody is in the lobby.
    #[error("everybody is in {0}, and stays there")]
    CannotLeave(RoomName),
    /// The client's doing: nobody is called that.
    #[error("nobody is called {0} here")]
    NoSuchUser(UserName),
    /// The client's doing: the address has the number of a user that does not exist.
    #[error("there is no user with the number {0} here")]
    NoSuchNumber(UserId),
    /// The client's doing: a guest has no direct messages.
    #[error("{0} uses a classic client, which has no direct messages; write in the lobby")]
    IsGuest(UserName),
    /// The client's doing: it names its own user.
    #[error("a direct message needs another user; you are {0} yourself")]
    IsYourself(UserName),
    /// The client's doing: its user is in as many rooms as a user can be.
    #[error("you are in {ROOMS_PER_USER_MAX} rooms, the most for one user; leave one first")]
    InTooManyRooms,
    /// The client's doing: its user has as many direct messages as a user can have.
    #[error(
        "you have {PRIVATE_PER_USER_MAX} direct messages, the most for one user; leave one first"
    )]
    InTooManyConversations,
    /// The doing of others: the other user has as many.
    #[error(
        "{0} has {PRIVATE_PER_USER_MAX} direct messages, the most for one user; write in a room that \
         both of you are in"
    )]
    IsInTooManyConversations(UserName),
    /// The server's doing: there are as many rooms as there can be.
    #[error("this server has {ROOMS_MAX} rooms, the most it can have; join one of them")]
    TooManyRooms,
    /// The server's doing: there are as many direct messages as there can be.
    #[error(
        "this server has {0} direct messages, the most for its number of users; write in a room that \
         both of you are in"
    )]
    TooManyConversations(usize),
    /// The server's doing: every number that a room can have was used.
    #[error(
        "this server has used all {} numbers for rooms and makes no new ones; join a room that exists",
        RoomId::MAX.0
    )]
    OutOfRoomNumbers,
    /// The server's doing: it keeps as many users as it can.
    #[error(
        "this server has {0} users, which is its limit, and takes no new ones; connect with the token \
         of an earlier user, or ask the operator"
    )]
    TooManyUsers(usize),
    /// What the message is about does not allow it.
    #[error(transparent)]
    Rejected(Rejection),
    /// The server's doing: it cannot be kept.
    #[error("not stored: {0}; try again in a moment")]
    NotKept(String),
    /// The server's doing, and a fault of it: to try again will not help.
    #[error("not stored: {0}")]
    Failed(String),
    /// The server's doing.
    #[error("the server is shutting down; try again in a moment")]
    GoingAway,
}

impl HubError {
    /// The word for it.
    #[must_use]
    pub(crate) const fn code(&self) -> RefusalCode {
        match self {
            Self::NameTaken { .. } => RefusalCode::NameTaken,
            Self::BadToken | Self::BadNewToken => RefusalCode::BadToken,
            Self::NotInRoom(_) | Self::NotYours(_) | Self::GuestInLobbyAlone(_) => {
                RefusalCode::NotInRoom
            }
            Self::CannotLeave(_) => RefusalCode::CannotLeave,
            Self::NoSuchUser(_)
            | Self::NoSuchNumber(_)
            | Self::IsGuest(_)
            | Self::IsYourself(_) => RefusalCode::NoSuchUser,
            Self::InTooManyRooms
            | Self::InTooManyConversations
            | Self::IsInTooManyConversations(_)
            | Self::TooManyRooms
            | Self::TooManyConversations(_)
            | Self::OutOfRoomNumbers => RefusalCode::TooManyRooms,
            Self::Rejected(rejection) => match rejection {
                Rejection::NoSuchMessage(_) | Rejection::Damaged(_) => RefusalCode::NoSuchMessage,
                Rejection::IsEvent(_) | Rejection::IsInThread { .. } => RefusalCode::BadTarget,
                Rejection::NotYours(_) => RefusalCode::NotYours,
                Rejection::Deleted(_) => RefusalCode::Deleted,
                Rejection::TooManyReactions(_) => RefusalCode::TooManyReactions,
                Rejection::TooManyEdits(_) => RefusalCode::TooManyEdits,
            },
            Self::NotKept(_) | Self::Failed(_) | Self::TooManyUsers(_) => RefusalCode::NotKept,
            Self::GoingAway => RefusalCode::Shutdown,
        }
    }
}

impl From<HubError> for Refusal {
    fn from(error: HubError) -> Self {
        let refusal = Self::new(error.code(), error.to_string());
        match error {
            HubError::NameTaken { free, .. } => Self { suggestion: Some(free), ..refusal },
            HubError::NotInRoom(room)
            | HubError::NotYours(room)
            | HubError::GuestInLobbyAlone(room)
            | HubError::CannotLeave(room) => Self { room: Some(room), ..refusal },
            _ => refusal,
        }
    }
}

impl From<JournalError> for HubError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Closed => Self::GoingAway,
            error @ JournalError::Conflict(_) => Self::Failed(error.to_string()),
            error => Self::NotKept(error.to_string()),
        }
    }
}
