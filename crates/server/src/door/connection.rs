//! One client's connection: the stream, the bytes on their way in and out, and the door between them. The
//! only place that reads and writes.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use chat_proto::{EndCode, Event, User};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::Instant;

use super::alarm::Alarms;
use super::write_queue::WriteQueue;
use super::{Capabilities, Door, Heard, Reader, Turn, Wake, WriteTimeout};
use crate::batch::Batch;
use crate::config::{OUT_BYTES_MAX, READ_BYTES};

/// Pieces one write takes: more than wait for a client that keeps up, for one that does not any
/// number is as good.
const PIECES_MAX: usize = 16;

/// A connection. Takes no memory for bytes while there are none.
pub(crate) struct Connection<S> {
    io: S,
    input: BytesMut,
    has_ended: bool,
    out: WriteQueue,
    write_timeout: WriteTimeout,
    door: Door,
    /// Boxed, since the native door, which most clients use, needs none.
    alarms: Option<Box<Alarms>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Fails with `TimedOut` if the client takes nothing for `write_timeout`.
    pub(crate) fn new(io: S, door: Door, write_timeout: WriteTimeout) -> Self {
        Self {
            io,
            input: BytesMut::new(),
            has_ended: false,
            out: WriteQueue::default(),
            write_timeout,
            door,
            alarms: None,
        }
    }

    /// The door.
    #[must_use]
    pub(crate) const fn door(&self) -> &Door {
        &self.door
    }

    /// What its clients can do.
    #[must_use]
    pub(crate) const fn capabilities(&self) -> &'static Capabilities {
        self.door.capabilities()
    }

    /// Takes an event for this client alone.
    pub(crate) fn tell(&mut self, event: &Event) {
        self.door.event(event, &mut self.out);
    }

    /// Takes what happened in a room, but for what the session said itself.
    pub(crate) fn relay(&mut self, batch: &Arc<Batch>, reader: Reader) {
        self.door.batch(batch, reader, &mut self.out);
    }

    /// Counts `messages` that the client is not sent, see
    /// [`CatchUp::Count`](crate::feed::CatchUp::Count).
    pub(crate) fn skip(&mut self, messages: u64) {
        self.door.skip(messages);
    }

    /// Takes the list of users that [`Turn::ListDue`] asked for: the client's own user, and all `count`
    /// users of the lobby.
    pub(crate) fn list_users<'u>(
        &mut self,
        own: &User,
        users: impl Iterator<Item = &'u User>,
        count: usize,
    ) {
        self.door.list_users(own, users, count, &mut self.out);
    }

    /// Says why the session ends. With `at_once`, what waits is dropped, as far as that can be done
    /// between two messages.
    pub(crate) fn goodbye(&mut self, code: EndCode, text: &str, at_once: bool) {
        self.door.goodbye(code, text, at_once, &mut self.out);
    }

    /// Whether so much waits that nothing more should be told for now.
    pub(crate) fn is_full(&self) -> bool {
        self.out.len() >= OUT_BYTES_MAX
    }

    /// Whether there is something to write.
    pub(crate) fn wants_write(&self) -> bool {
        !self.out.is_empty() || self.door.wants_write()
    }

    /// What comes in next; `None` at the end of the connection. Cancel safe.
    ///
    /// # Errors
    /// Returns an error if the connection fails.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Heard>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// See [`Connection::next`].
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Heard>>> {
        loop {
            if let Some(heard) = self.ready()? {
                return Poll::Ready(Ok(Some(heard)));
            }
            if self.has_ended {
                return Poll::Ready(Ok(None));
            }
            if let Poll::Ready(read) = poll_read(&mut self.io, &mut self.input, cx) {
                self.has_ended = read? == 0;
                self.door.received(Instant::now);
                continue;
            }
            let Some(at) = self.door.settles_at() else { return Poll::Pending };
            ready!(self.alarms.get_or_insert_default().read.poll(at, cx));
            if let Some(heard) = self.door.settle(&mut self.input) {
                return Poll::Ready(Ok(Some(heard)));
            }
        }
    }

    /// What has come in and was not given yet, without waiting for more.
    ///
    /// # Errors
    /// Returns an error if the connection fails.
    pub(crate) fn ready(&mut self) -> io::Result<Option<Heard>> {
        self.door.decode(&mut self.input, self.has_ended)
    }

    /// Writes some of what waits. Cancel safe.
    ///
    /// # Errors
    /// Returns an error if the connection fails: `TimedOut` if the client has taken nothing for
    /// `write_timeout`.
    pub(crate) async fn write(&mut self) -> io::Result<Turn> {
        poll_fn(|cx| self.poll_write(cx)).await
    }

    /// See [`Connection::write`].
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Turn>> {
        while self.out.is_empty() {
            match self.door.wake(Instant::now, &mut self.out) {
                Wake::Write => break,
                Wake::ListUsers => return Poll::Ready(Ok(Turn::ListDue)),
                Wake::At(at) => ready!(self.alarms.get_or_insert_default().write.poll(at, cx)),
            }
        }
        ready!(self.poll_write_some(cx))?;
        self.door.written(Instant::now);
        Poll::Ready(Ok(Turn::Wrote))
    }

    /// Makes one write of as much as the client takes now. The time it has had to take some goes on from
    /// call to call.
    fn poll_write_some(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Poll::Ready(written) = poll_write(&mut self.io, &mut self.out, cx) else {
            ready!(self.write_timeout.poll_expired(cx));
            self.write_timeout.reset(); // the goodbye has as long again
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        };
        self.write_timeout.reset();
        Poll::Ready(match written? {
            0 => Err(io::ErrorKind::WriteZero.into()),
            written => {
                self.out.advance(written);
                Ok(())
            }
        })
    }

    /// Tells the client that no more comes.
    ///
    /// # Errors
    /// Returns an error if the connection fails.
    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        self.io.shutdown().await
    }
}

/// Reads once, at the end of `buffer`; returns how many bytes. While nothing comes it takes no memory, and
/// gives back that of an empty buffer: most clients are silent most of the time.
fn poll_read<R: AsyncRead + Unpin>(
    io: &mut R,
    buffer: &mut BytesMut,
    cx: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    if buffer.is_empty() {
        *buffer = BytesMut::new();
    }
    let mut bytes = [MaybeUninit::uninit(); READ_BYTES];
    let mut read = ReadBuf::uninit(&mut bytes);
    ready!(Pin::new(io).poll_read(cx, &mut read))?;
    buffer.extend_from_slice(read.filled());
    Poll::Ready(Ok(read.filled().len()))
}

fn poll_write<W: AsyncWrite + Unpin>(
    io: &mut W,
    out: &mut WriteQueue,
    cx: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    let (first, others) = out.pieces();
    if others.is_empty() {
        return Pin::new(io).poll_write(cx, first);
    }
    let mut slices = [IoSlice::new(&[]); PIECES_MAX];
    let mut count = 0;
    for (slice, piece) in slices.iter_mut().zip([first].into_iter().chain(others)) {
        *slice = IoSlice::new(piece);
        count += 1;
    }
    Pin::new(io).poll_write_vectored(cx, &slices[..count])
}

#[cfg(test)]
mod tests;
