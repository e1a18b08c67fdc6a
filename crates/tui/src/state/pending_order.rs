//! An order on its way.

use chat_proto::{Command, UserName};

/// The texts about an order that the server has not answered.
#[derive(Debug, Default)]
pub(crate) struct PendingOrder {
    /// The text once the server has carried it out; `None` if the answer says enough.
    pub(crate) done: Option<String>,
    /// The text if the connection is lost before the answer.
    pub(crate) if_lost: Option<&'static str>,
    /// Of a code for a device of another user: that user.
    pub(crate) user: Option<UserName>,
}

impl PendingOrder {
    /// An order that is sent now.
    pub(crate) fn new(command: &Command, done: Option<String>) -> Self {
        let if_lost = match command {
            Command::Invite { .. } => Some(
                "The connection was lost before the line of your invite came. Nobody has that line. /invite makes \
                 another one, /invites lists both",
            ),
            Command::Hook { .. } => Some(
                "The connection was lost before the address of your hook came. Nobody has that address. /hooks lists \
                 the hook and ends it, /hook makes another one",
            ),
            Command::Link { .. } => Some(
                "The connection was lost before the code came. Nobody has that code. /link makes another one",
            ),
            Command::SetPassword { .. } => Some(
                "The connection was lost before the server answered: your new password may be set already. \
                 /password sets it again",
            ),
            _ => None,
        };
        let user = match command {
            Command::Link { user } => user.clone(),
            _ => None,
        };
        Self { done, if_lost, user }
    }
}
