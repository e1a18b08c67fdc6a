//! The differences between protocols that a session has to know.

use crate::feed::CatchUp;

/// The abilities of the clients of a protocol. Each door declares them; the session never asks for the protocol.
#[derive(Debug)]
pub(crate) struct Capabilities {
    /// Whether a client sends only a name, and is let in as a guest. Otherwise it sends `hello`.
    pub enters_as_guest: bool,
    /// Whether a client that is refused a taken name can ask for another. Otherwise it gets the name with a
    /// number.
    pub can_be_refused_a_name: bool,
    /// How a client receives the messages it missed.
    pub catch_up: CatchUp,
    /// Whether a client answers pings. If it does, a lost one is distinguished from a silent one.
    pub answers_pings: bool,
    /// Whether a client ends its session by closing the connection, so that this is not a lost connection.
    pub end_is_goodbye: bool,
}
