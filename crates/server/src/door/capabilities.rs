//! What a session does differently for the clients of one protocol than for those of another.

use crate::feed::CatchUp;

/// What the clients of a protocol can do. Each door declares it; the session asks for nothing else.
#[derive(Debug)]
pub(crate) struct Capabilities {
    /// Whether a client says no more than its name when it comes, and is let in as a guest, or says
    /// `hello`.
    pub enters_as_guest: bool,
    /// Whether a client can be refused a name that is taken, and ask for another. If it cannot, it gets
    /// the name with a number.
    pub can_be_refused_a_name: bool,
    /// How a client gets the messages it missed.
    pub catch_up: CatchUp,
    /// Whether a client answers pings, so that one that is gone can be told from one that is silent.
    pub answers_pings: bool,
    /// Whether a client says goodbye by closing the connection.
    pub end_is_goodbye: bool,
}
