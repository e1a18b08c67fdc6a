//! How a client ends.

use chat_client::Endpoint;
use chat_client::link::tls::WrongKey;
use chat_proto::UserName;

use crate::unsent::Unsent;

/// A client has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exit {
    /// The messages that the server has not answered.
    pub unsent: Unsent,
    /// Whether there was a session.
    pub had_session: bool,
    /// The next step of the program.
    pub then: Then,
}

/// The next step of the program after the end of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Then {
    /// To quit.
    #[default]
    Quit,
    /// To choose the name and the server again.
    Ask {
        /// The name that was asked for.
        name: UserName,
        /// Why the server cannot be used, in words, if it is known.
        trouble: Option<String>,
    },
    /// To connect to another server.
    Connect {
        /// The name of the user.
        name: UserName,
        /// The server.
        server: Endpoint,
    },
    /// Nothing: the server has another key than it must have, or none is known.
    WrongKey(WrongKey),
}
