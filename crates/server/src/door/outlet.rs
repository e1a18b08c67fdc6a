//! Bytes on their way out, and how long the client may leave them waiting.

use std::io;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use memchr::memchr;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

/// The bytes that wait to be written to one client. How many there may be is the door's business.
#[derive(Debug)]
pub(super) struct Outlet<W> {
    io: W,
    pub(super) waiting: BytesMut,
    patience: Duration,
    /// When the client is given up; runs while bytes wait and none is taken.
    give_up_at: Option<Instant>,
}

impl<W: AsyncWrite + Unpin> Outlet<W> {
    pub(super) fn new(io: W, patience: Duration) -> Self {
        Self { io, waiting: BytesMut::new(), patience, give_up_at: None }
    }

    /// Makes one write of as much as the client takes now. Cancel safe: the time it has had to take
    /// some goes on from call to call.
    pub(super) async fn write_some(&mut self) -> io::Result<()> {
        let patience = self.patience;
        let give_up_at = *self.give_up_at.get_or_insert_with(|| Instant::now() + patience);
        let written = timeout_at(give_up_at, self.io.write(&self.waiting)).await;
        self.give_up_at = None;
        match written?? {
            0 => Err(io::ErrorKind::WriteZero.into()),
            written => {
                self.waiting.advance(written);
                Ok(())
            }
        }
    }

    /// Drops what waits behind the first line end, so that what is told next begins a line.
    pub(super) fn drop_all_but_first_line(&mut self) {
        let end = memchr(b'\n', &self.waiting).map_or(0, |end| end + 1);
        self.waiting.truncate(end);
    }

    pub(super) async fn shutdown(&mut self) -> io::Result<()> {
        self.io.shutdown().await
    }
}
