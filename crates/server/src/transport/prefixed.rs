//! A stream whose first bytes can be looked at before it is known who reads them.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// Bytes that one [`PrefixedStream::peek`] reads at most: more than any protocol needs to be known by.
const PEEK_BYTES: usize = 16;

/// A stream and the bytes that were peeked at. Reading returns these first, then goes on with the stream, so
/// that whatever is put on it, be it a door, a TLS acceptor or a handshake, sees the connection from its first
/// byte.
pub(crate) struct PrefixedStream<S> {
    stream: S,
    /// Bytes that were read and not yet returned; `None` if there are none. Boxed, and freed once they are
    /// returned, so that a session does not hold memory for them.
    prefix: Option<Box<BytesMut>>,
}

impl<S> PrefixedStream<S> {
    pub(crate) const fn new(stream: S) -> Self {
        Self { stream, prefix: None }
    }

    /// The bytes that were peeked at and not yet read.
    pub(crate) fn prefix(&self) -> &[u8] {
        self.prefix.as_deref().map_or(&[], |prefix| prefix)
    }
}

impl<S: AsyncRead + Unpin> PrefixedStream<S> {
    /// Waits for more bytes of the stream, and adds up to [`PEEK_BYTES`] to the prefix. Returns how many; 0 at
    /// the end of the stream. Cancel safe. How long the prefix may become is the caller's decision.
    ///
    /// # Errors
    /// Returns an error if the stream fails.
    pub(crate) async fn peek(&mut self) -> io::Result<usize> {
        let mut bytes = [0; PEEK_BYTES];
        let count = self.stream.read(&mut bytes).await?;
        if count > 0 {
            self.prefix.get_or_insert_default().extend_from_slice(&bytes[..count]);
        }
        Ok(count)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PrefixedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(prefix) = &mut self.prefix else {
            return Pin::new(&mut self.stream).poll_read(cx, into);
        };
        let count = prefix.len().min(into.remaining());
        into.put_slice(&prefix[..count]);
        prefix.advance(count);
        if prefix.is_empty() {
            self.prefix = None;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PrefixedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
