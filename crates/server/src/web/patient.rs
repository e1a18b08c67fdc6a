//! A stream that fails if its client takes nothing for too long.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::door::WriteTimeout;

/// A stream with a write timeout.
pub(super) struct Patient<S> {
    stream: S,
    timeout: WriteTimeout,
}

impl<S> Patient<S> {
    /// Fails with `TimedOut` if the client takes nothing for `timeout`.
    pub(super) const fn new(stream: S, timeout: Duration) -> Self {
        Self { stream, timeout: WriteTimeout::new(timeout, None) }
    }

    pub(super) fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: Unpin> Patient<S> {
    /// Polls `step`, and fails if the client takes nothing for too long.
    fn poll_or_expire<T>(
        &mut self,
        cx: &mut Context<'_>,
        step: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let done = step(Pin::new(&mut self.stream), cx);
        if done.is_pending() {
            ready!(self.timeout.poll_expired(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        self.timeout.reset();
        done
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_or_expire(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_or_expire(cx, |stream, cx| stream.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_or_expire(cx, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_or_expire(cx, AsyncWrite::poll_shutdown)
    }
}
