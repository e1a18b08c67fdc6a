//! The errors of requests about a hook, and of posts to one.

use chat_proto::{RefusalCode, RoomName, UserName};
use thiserror::Error;

use crate::hub::hooks::{HOOKS_MAX, HOOKS_OF_ROOM_MAX, HOOKS_OF_USER_MAX};

/// Why a request about a hook, or a post to one, is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum HookError {
    /// The client's fault: the user may not end such a hook, or there is none.
    #[error("there is no hook {0} that you may end; look for its number in the list of hooks")]
    NoSuchHook(u64),
    /// The sender's fault: the hook was ended.
    #[error("this hook has ended; ask a moderator of its room for another address")]
    Ended,
    /// The sender's fault: the user who made the hook may not write itself.
    #[error(
        "the user who made this hook is muted or banned; ask another moderator of the room for another address"
    )]
    Silenced,
    /// The server's fault: there are as many hooks as there can be.
    #[error("this server has {HOOKS_MAX} hooks, the most it can have; revoke one first")]
    TooMany,
    /// The client's fault: the room has as many hooks as one can have.
    #[error("{0} has {HOOKS_OF_ROOM_MAX} hooks, the most for one room; revoke one first")]
    TooManyInRoom(RoomName),
    /// The client's fault: the user has made as many hooks as it may.
    #[error("you have made {HOOKS_OF_USER_MAX} hooks, the most for one user; revoke one first")]
    TooManyOfUser,
    /// The client's fault: a bot has no role, no password and no direct messages.
    #[error("{0} is a bot: it says what its hook is sent, and nothing else; name another user")]
    IsBot(UserName),
    /// A bot may not do that.
    #[error("a bot can only write in the room of its hook; make a hook for the other room")]
    BotOnlyWrites,
}

impl HookError {
    /// The code of the error in the protocols.
    pub(super) const fn code(&self) -> RefusalCode {
        match self {
            Self::NoSuchHook(_) | Self::Ended => RefusalCode::NoSuchHook,
            Self::Silenced => RefusalCode::Muted,
            Self::TooMany | Self::TooManyInRoom(_) | Self::TooManyOfUser => RefusalCode::NotKept,
            Self::IsBot(_) | Self::BotOnlyWrites => RefusalCode::NotAllowed,
        }
    }
}
