//! How to get a connection.

use std::future::Future;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Something that connects to a server. The real one is [`Tcp`]; tests have their own.
pub trait Dial: Send + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Connects. Takes as long as it likes: the link has a limit.
    fn dial(&mut self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// Connects by TCP.
#[derive(Debug, Clone)]
pub struct Tcp {
    server: String,
}

impl Tcp {
    /// Dials `server`, as `HOST:PORT`.
    #[must_use]
    pub fn new(server: impl Into<String>) -> Self {
        Self { server: server.into() }
    }
}

impl Dial for Tcp {
    type Stream = TcpStream;

    async fn dial(&mut self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&self.server).await?;
        // A chat is many small writes, and each is wanted at once.
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
