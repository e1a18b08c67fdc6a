//! Carriers: the streams of bytes that a session runs on. A carrier is any `AsyncRead + AsyncWrite`; what is
//! here goes between a socket and a door.

mod carrier;
mod drain;
mod prefixed;
mod web_socket;

pub(crate) use self::carrier::Carrier;
pub(crate) use self::drain::drain;
pub(crate) use self::prefixed::PrefixedStream;
pub(crate) use self::web_socket::WebSocket;
