//! How the link gets a connection.

use std::future::Future;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};

use super::ServerAddress;
use super::race::{in_turns, race};
use super::tls::{Greeting, WrongKey};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The server has another key than it must have. Nothing was sent to it but the beginning of a handshake.
    #[error(transparent)]
    WrongKey(#[from] WrongKey),
    /// The server does not speak TLS; this is what it has sent.
    #[error("the server does not speak TLS here")]
    NotTls(Greeting),
    /// The network or the server failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Something that connects to a server. The real one is [`Tcp`]; tests have their own.
pub trait Dial: Send + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Connects. The link limits the time.
    fn dial(&mut self) -> impl Future<Output = Result<Self::Stream, DialError>> + Send;
}

/// Connects by TCP, to the first address of the host that answers.
#[derive(Debug, Clone)]
pub struct Tcp {
    server: ServerAddress,
}

impl Tcp {
    /// Dials `server`.
    #[must_use]
    pub fn new(server: impl Into<ServerAddress>) -> Self {
        Self { server: server.into() }
    }
}

impl Dial for Tcp {
    type Stream = TcpStream;

    async fn dial(&mut self) -> Result<TcpStream, DialError> {
        // With each connection: the host may have moved since the last one.
        let resolved = lookup_host((self.server.host.as_str(), self.server.port)).await?;
        let stream = race(in_turns(resolved), TcpStream::connect::<std::net::SocketAddr>).await?;
        // A chat sends many small writes, each of which should arrive at once.
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
