//! The connection of a user, and the carriers on it.

mod tls;
mod web;

use std::io::{self, Read, Write};

use mio::net::TcpStream;

use self::tls::Tls;
use self::web::Web;
use crate::dialect::Carrier;

/// A socket, or TLS or a WebSocket on it.
#[derive(Debug)]
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<Tls>),
    Web(Box<Web>),
}

impl Stream {
    pub(super) fn new(socket: TcpStream, carrier: Carrier) -> io::Result<Self> {
        Ok(match carrier {
            Carrier::Plain => Self::Plain(socket),
            Carrier::Tls => Self::Tls(Box::new(Tls::new(socket)?)),
            Carrier::Web => Self::Web(Box::new(Web::new(socket))),
        })
    }

    pub(super) const fn socket(&mut self) -> &mut TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => &mut tls.socket,
            Self::Web(web) => &mut web.socket,
        }
    }

    /// Whether the last read, of `read` bytes into a buffer of `space`, has taken all that there is.
    pub(super) const fn is_drained(&self, read: usize, space: usize) -> bool {
        match self {
            Self::Plain(_) => read < space,
            Self::Tls(_) => false, // returns one record at a time
            Self::Web(web) => web.is_drained,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(into),
            Self::Tls(tls) => tls.read(into),
            Self::Web(web) => web.read(into),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
            Self::Web(web) => web.write(bytes),
        }
    }

    /// Sends what TLS or the WebSocket holds, as much as the kernel accepts.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Tls(tls) => tls.send(),
            Self::Web(web) => web.send(),
        }
    }
}

/// Whether a socket takes nothing now: it is full, or not connected yet.
fn takes_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected)
}
