//! Connections with TLS or without, made by any [`Dial`].

use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::tls::{Secured, Tls};
use super::{Dial, DialError};

/// What is done once, with the first connection to a server that has the key that it must have.
type OnTrusted = Box<dyn FnOnce() + Send>;

/// Connects with `D`, and makes TLS on each connection, or none.
pub struct Secure<D> {
    dial: D,
    tls: Option<Tls>,
    on_trusted: Option<OnTrusted>,
}

impl<D> Secure<D> {
    /// Without TLS.
    #[must_use]
    pub const fn plain(dial: D) -> Self {
        Self { dial, tls: None, on_trusted: None }
    }

    /// With TLS.
    #[must_use]
    pub const fn tls(dial: D, tls: Tls) -> Self {
        Self { dial, tls: Some(tls), on_trusted: None }
    }

    /// Calls `done` with the first connection to a server that has the key that it must have. It must not block.
    #[must_use]
    pub fn on_trusted(mut self, done: impl FnOnce() + Send + 'static) -> Self {
        self.on_trusted = Some(Box::new(done));
        self
    }
}

impl<D: Dial> Dial for Secure<D> {
    type Stream = ServerStream<D::Stream>;

    async fn dial(&mut self) -> Result<Self::Stream, DialError> {
        let stream = self.dial.dial().await?;
        let Some(tls) = &self.tls else { return Ok(ServerStream::Plain(stream)) };
        let secured = tls.connect(stream).await?;
        if let Some(done) = self.on_trusted.take() {
            done();
        }
        Ok(ServerStream::Tls(Box::new(secured)))
    }
}

impl<D: fmt::Debug> fmt::Debug for Secure<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secure").field("dial", &self.dial).field("tls", &self.tls).finish()
    }
}

/// A connection with TLS or without.
#[derive(Debug)]
pub enum ServerStream<S> {
    /// Without.
    Plain(S),
    /// With TLS, to a server whose key was checked.
    Tls(Box<Secured<S>>),
}

/// Calls a method of the stream that is within.
macro_rules! stream {
    ($self:ident, $method:ident $(, $argument:expr)*) => {
        match $self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).$method($($argument),*),
            Self::Tls(stream) => Pin::new(stream.as_mut()).$method($($argument),*),
        }
    };
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for ServerStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        stream!(self, poll_read, cx, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for ServerStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        stream!(self, poll_write, cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        stream!(self, poll_write_vectored, cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        stream!(self, poll_flush, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        stream!(self, poll_shutdown, cx)
    }
}
