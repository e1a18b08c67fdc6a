//! Options and counts of sockets in the system: how much memory one may hold, and how many
//! bytes of a connection its peer has yet to acknowledge.

#[cfg(target_os = "linux")]
mod diag;

use std::io;

use socket2::SockRef;
use tokio::net::TcpStream;

use crate::config::{RECEIVE_BUFFER_BYTES, SEND_BUFFER_BYTES, UNSENT_BYTES_MAX};

/// Returns how many bytes were written to a connection and not acknowledged by its peer; `None` if the
/// system does not say.
pub type UnacknowledgedBytes = Box<dyn Fn() -> Option<u32> + Send + Sync>;

/// Bounds the memory that the system holds for each connection which `listener` accepts: connections
/// inherit the options. To be called before it listens, since a receive buffer decides which window
/// can be offered.
///
/// # Errors
/// Returns an error if the system refuses an option.
pub(crate) fn bound_buffers<'s>(listener: impl Into<SockRef<'s>>) -> io::Result<()> {
    let listener = listener.into();
    listener.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    listener.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
    #[cfg(target_os = "linux")]
    listener.set_tcp_notsent_lowat(UNSENT_BYTES_MAX)?;
    Ok(())
}

/// Returns how to ask for the unacknowledged bytes of `stream`; `None` if the system cannot be asked.
#[cfg(target_os = "linux")]
pub(crate) fn unacknowledged(stream: &TcpStream) -> Option<UnacknowledgedBytes> {
    let connection = diag::Connection::of(stream).ok()?;
    Some(Box::new(move || connection.unacknowledged()))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn unacknowledged(_: &TcpStream) -> Option<UnacknowledgedBytes> {
    None
}

#[cfg(test)]
mod tests;
