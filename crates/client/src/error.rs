//! Why the client does not carry out a request.

use chat_proto::limits::QUERY_BYTES_MAX;
use chat_proto::{RoomName, TextError, UserName};

use crate::choices::{IGNORED_USERS_MAX, SAVED_MAX};
use crate::outbox::OUTBOX_MAX;

/// Why a request is not carried out. A front end has words of its own for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It needs a session.
    #[error("there is no connection to the server")]
    NotConnected,
    /// The text cannot be a message.
    #[error("the text cannot be a message")]
    Text(#[source] TextError),
    /// As many messages as the outbox holds have no answer.
    #[error("{OUTBOX_MAX} messages wait for an answer already")]
    OutboxFull,
    /// There are as many rooms as the client shows.
    #[error("there are as many rooms as the client can have")]
    TooManyRooms,
    /// The user is not in that room.
    #[error("the user is not in {0}")]
    NotInRoom(RoomName),
    /// A direct message to the user alone.
    #[error("a user cannot send direct messages to itself")]
    MessageToSelf,
    /// The server is of version 0.1.0. It takes the address of a direct message for a name, and a name may
    /// belong to another user by the time the message is there.
    #[error(
        "the server delivers direct messages by name, and a name may belong to another user by then"
    )]
    OldServer,
    /// As many names are being looked up as may be.
    #[error("too many names are being looked up")]
    TooManyLookups,
    /// A user of that name cannot be found among those who are online.
    #[error("no user {0} is online")]
    NobodyHere(UserName),
    /// A user cannot be ignored by itself.
    #[error("a user cannot ignore itself")]
    IgnoreSelf,
    /// The user is not ignored.
    #[error("{0} is not ignored")]
    NotIgnored(UserName),
    /// As many users are ignored as may be.
    #[error("{IGNORED_USERS_MAX} users are ignored already")]
    TooManyIgnored,
    /// Only the server can say whose name it is, and there is no session.
    #[error("the user {0} is not known, and there is no connection to ask the server")]
    UnknownName(UserName),
    /// The server has refused no token.
    #[error("the server has refused no token")]
    NoTokenRefused,
    /// The server has let the user in, or has not answered.
    #[error("the server has not refused to let the user in")]
    NotRefused,
    /// The server does not know users who are away.
    #[error("the server does not know that users can be away")]
    NoAway,
    /// The server does not know events about messages.
    #[error("the server is too old for replies, edits and reactions")]
    NoEvents,
    /// The message that is to be changed has no answer yet.
    #[error("the message is not stored by the server yet")]
    NotSentYet,
    /// The message that is to be changed was deleted.
    #[error("the message was deleted")]
    Deleted,
    /// The message that is to be changed is another user's.
    #[error("the message is another user's")]
    NotYours,
    /// As many messages are remembered as may be.
    #[error("{SAVED_MAX} messages are remembered already")]
    TooManySaved,
    /// A front end may not send this command by itself.
    #[error("the command is not an order")]
    NoOrder,
    /// The server is of a version before roles and invites.
    #[error("the server knows no roles and no invites")]
    NoRoles,
    /// The server is of a version before passwords and codes for devices.
    #[error("the server knows no passwords and no codes for devices")]
    NoAccounts,
    /// The server finds no messages.
    #[error("the server has no search")]
    NoSearch,
    /// The server does not find messages by their time.
    #[error("the server does not find messages by their time")]
    NoDates,
    /// The query has more than [`QUERY_BYTES_MAX`] bytes: this many.
    #[error("a search has at most {QUERY_BYTES_MAX} bytes, this one has {0}")]
    QueryTooLong(usize),
    /// The draft has more than [`DRAFT_BYTES_MAX`](crate::request::DRAFT_BYTES_MAX) bytes: this many.
    #[error("a draft of {0} bytes is too long")]
    DraftTooLong(usize),
}
