//! The other end of a connection.

use std::net::SocketAddr;

use crate::socket::UnacknowledgedBytes;

/// The other end of a connection.
pub(crate) struct Peer {
    /// Its address and port.
    pub address: SocketAddr,
    /// The address of this machine that it has connected to, if that is known.
    pub local: Option<SocketAddr>,
    /// Returns how many bytes it has not acknowledged; `None` if the system cannot be asked.
    pub unacknowledged: Option<UnacknowledgedBytes>,
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self { address, local: None, unacknowledged: None }
    }
}
