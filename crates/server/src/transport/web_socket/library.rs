//! The stream that `tungstenite` reads and writes, and how its errors end a WebSocket.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tungstenite::Error;
use tungstenite::error::ProtocolError;
use tungstenite::protocol::frame::coding::CloseCode;

use super::bounds::UNFINISHED_BYTES_MAX;
use crate::config::READ_BYTES;

/// A stream as the library uses it: it fails with `WouldBlock` instead of waiting.
pub(super) struct Stream<'s, 'c, T> {
    pub(super) stream: &'s mut T,
    pub(super) cx: &'s mut Context<'c>,
    /// Bytes that were received and not returned.
    pub(super) input: &'s mut BytesMut,
    /// Bytes that were returned since the last message.
    pub(super) unfinished: &'s mut usize,
    /// Whether it takes bytes of the library.
    pub(super) takes_frames: bool,
}

impl<T: AsyncRead + Unpin> Stream<'_, '_, T> {
    /// Reads once. Reserves no memory before bytes are received.
    fn receive(&mut self) -> io::Result<()> {
        let mut bytes = [MaybeUninit::uninit(); READ_BYTES];
        let mut read = ReadBuf::uninit(&mut bytes);
        now(Pin::new(&mut *self.stream).poll_read(self.cx, &mut read))?;
        self.input.extend_from_slice(read.filled());
        Ok(())
    }
}

impl<T: AsyncRead + Unpin> Read for Stream<'_, '_, T> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if *self.unfinished > UNFINISHED_BYTES_MAX {
            return Err(io::Error::other(UnfinishedMessage));
        }
        if self.input.is_empty() {
            self.receive()?;
        }
        let count = self.input.len().min(into.len());
        self.input.copy_to_slice(&mut into[..count]);
        *self.unfinished += count;
        if self.input.is_empty() {
            *self.input = BytesMut::new(); // frees it
        }
        Ok(count)
    }
}

impl<T: AsyncWrite + Unpin> Write for Stream<'_, '_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.takes_frames {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        now(Pin::new(&mut *self.stream).poll_write(self.cx, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        now(Pin::new(&mut *self.stream).poll_flush(self.cx))
    }
}

fn now<R>(poll: Poll<io::Result<R>>) -> io::Result<R> {
    match poll {
        Poll::Ready(done) => done,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

/// A message has not ended within [`UNFINISHED_BYTES_MAX`].
#[derive(Debug, thiserror::Error)]
#[error("a message in too many fragments")]
struct UnfinishedMessage;

/// Why the library does not go on.
#[derive(Debug)]
pub(super) enum Failure {
    /// The stream has nothing to read, or takes nothing.
    Pending,
    /// The WebSocket or its connection is closed.
    Closed,
    /// The connection failed.
    Io(io::Error),
    /// The client broke the rules; the code says to it which.
    Broken(CloseCode, Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Io(error) if error.kind() == io::ErrorKind::WouldBlock => Self::Pending,
            Error::Io(error) => match error.downcast::<UnfinishedMessage>() {
                Ok(unfinished) => {
                    Self::Broken(CloseCode::Size, Error::Io(io::Error::other(unfinished)))
                }
                Err(error) => Self::Io(error),
            },
            Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Closed,
            Error::Capacity(_) => Self::Broken(CloseCode::Size, error),
            Error::Utf8(_) => Self::Broken(CloseCode::Invalid, error),
            _ => Self::Broken(CloseCode::Protocol, error),
        }
    }
}
