//! The errors of requests about an account.

use chat_proto::{RefusalCode, UserName};
use thiserror::Error;

use super::HubError;

/// Why a request about an account is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum AccountError {
    /// The client's fault: the user has no such device.
    #[error("there is no device with the number {0}; ask for the account, which lists the devices")]
    NoSuchDevice(u64),
    /// The client's fault: its user could not come back.
    #[error(
        "this is the last device of your account, which has no password: you could not come back; set a password, or log in \
         on another device first"
    )]
    LastDevice,
    /// The client's fault: there is no such session, or it is another user's.
    #[error(
        "there is no session {0} that you may end, or it has ended; ask for the account, which lists them"
    )]
    NoSuchSession(u64),
    /// The client's fault: the name is in use.
    #[error(
        "{0} is connected; a name is freed while its user is not connected: end its sessions first"
    )]
    IsConnected(UserName),
    /// The client's fault: a guest has no account.
    #[error(
        "{0} is a guest, who has no devices and no password; the name is free once the guest leaves"
    )]
    HasNoAccount(UserName),
    /// The client's fault: the operator is not a user.
    #[error("the operator is not a user; name a user")]
    NeedsUser,
    /// The guest has left meanwhile.
    #[error("the session has ended, and the guest with it; nothing is left to do")]
    GuestLeft,
}

impl AccountError {
    /// The code of the error in the protocols.
    pub(super) const fn code(&self) -> RefusalCode {
        match self {
            Self::NoSuchDevice(_) => RefusalCode::NoSuchDevice,
            Self::NoSuchSession(_) | Self::GuestLeft => RefusalCode::NoSuchSession,
            Self::NeedsUser => RefusalCode::BadField,
            Self::LastDevice | Self::IsConnected(_) | Self::HasNoAccount(_) => {
                RefusalCode::NotAllowed
            }
        }
    }
}

impl From<AccountError> for HubError {
    fn from(error: AccountError) -> Self {
        Self::Account(error)
    }
}
