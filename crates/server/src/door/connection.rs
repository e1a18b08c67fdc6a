//! The connection of one client: the carrier, the bytes that are received and that wait to be written, and the door.
//! The only place that reads and writes.

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
use super::{Capabilities, Door, Incoming, NextWrite, Recipient, WriteStep, WriteTimeout};
use crate::batch::Batch;
use crate::config::{OUT_BYTES_MAX, READ_BYTES};

/// Pieces that one write takes at most: more than are pending for a client that keeps up. For one that does not, the
/// number does not matter.
const PIECES_MAX: usize = 16;

/// A connection on the carrier `S`. Holds no memory for bytes while none are pending.
pub(crate) struct Connection<S> {
    io: S,
    input: BytesMut,
    has_ended: bool,
    out: WriteQueue,
    /// Whether the carrier may hold written bytes that it has not sent, as TLS does.
    needs_flush: bool,
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
            needs_flush: false,
            write_timeout,
            door,
            alarms: None,
        }
    }

    #[must_use]
    pub(crate) const fn door(&self) -> &Door {
        &self.door
    }

    #[must_use]
    pub(crate) const fn capabilities(&self) -> &'static Capabilities {
        self.door.capabilities()
    }

    /// Queues an event for this client alone.
    pub(crate) fn send(&mut self, event: &Event) {
        self.door.event(event, &mut self.out);
    }

    /// Queues a batch of a room, without the messages of the recipient's session.
    pub(crate) fn send_batch(&mut self, batch: &Arc<Batch>, recipient: Recipient) {
        self.door.batch(batch, recipient, &mut self.out);
    }

    /// Adds to the number of `messages` that the client is not sent, see
    /// [`CatchUp::Count`](crate::feed::CatchUp::Count).
    pub(crate) fn skip(&mut self, messages: u64) {
        self.door.skip(messages);
    }

    /// Queues the list of users after [`WriteStep::ListDue`]: the user of the client, and all `count` users of the
    /// lobby.
    pub(crate) fn list_users<'u>(
        &mut self,
        own: &User,
        users: impl Iterator<Item = &'u User>,
        count: usize,
    ) {
        self.door.list_users(own, users, count, &mut self.out);
    }

    /// Queues the reason for the end. With `at_once`, pending bytes are dropped, except for the rest of a message
    /// whose write has begun.
    pub(crate) fn goodbye(&mut self, code: EndCode, text: &str, at_once: bool) {
        self.door.goodbye(code, text, at_once, &mut self.out);
    }

    /// Whether [`OUT_BYTES_MAX`] or more are pending, so that nothing more should be queued.
    pub(crate) fn is_full(&self) -> bool {
        self.out.len() >= OUT_BYTES_MAX
    }

    /// Whether there is something to write, now or later.
    pub(crate) fn wants_write(&self) -> bool {
        self.needs_flush || !self.out.is_empty() || self.door.wants_write()
    }

    /// Waits for what the client sends next; `None` at the end of the connection. Cancel safe.
    ///
    /// # Errors
    /// Returns an error if the connection fails.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Incoming>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// See [`Connection::next`].
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Incoming>>> {
        loop {
            if let Some(incoming) = self.try_next()? {
                return Poll::Ready(Ok(Some(incoming)));
            }
            if self.has_ended {
                return Poll::Ready(Ok(None));
            }
            if let Poll::Ready(read) = poll_read(&mut self.io, &mut self.input, cx) {
                self.has_ended = read? == 0;
                self.door.note_read(Instant::now);
                continue;
            }
            let Some(at) = self.door.settles_at() else { return Poll::Pending };
            ready!(self.alarms.get_or_insert_default().read.poll(at, cx));
            if let Some(incoming) = self.door.settle(&mut self.input) {
                return Poll::Ready(Ok(Some(incoming)));
            }
        }
    }

    /// Returns what the client has sent next, if it is received already.
    ///
    /// # Errors
    /// Returns an error if the connection fails.
    pub(crate) fn try_next(&mut self) -> io::Result<Option<Incoming>> {
        self.door.decode(&mut self.input, self.has_ended)
    }

    /// Writes some of the pending bytes. Cancel safe.
    ///
    /// # Errors
    /// Returns an error if the connection fails: `TimedOut` if the client has taken nothing for
    /// `write_timeout`.
    pub(crate) async fn write(&mut self) -> io::Result<WriteStep> {
        poll_fn(|cx| self.poll_write(cx)).await
    }

    /// See [`Connection::write`].
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<WriteStep>> {
        while self.out.is_empty() && !self.needs_flush {
            match self.door.next_write(Instant::now, &mut self.out) {
                NextWrite::Now => break,
                NextWrite::ListUsers => return Poll::Ready(Ok(WriteStep::ListDue)),
                NextWrite::At(at) => ready!(self.alarms.get_or_insert_default().write.poll(at, cx)),
            }
        }
        ready!(self.poll_write_some(cx))?;
        self.door.note_write(Instant::now);
        Poll::Ready(Ok(WriteStep::Wrote))
    }

    /// Writes once, as much as the carrier takes, and waits until it has sent that. The write timeout goes on from call
    /// to call until bytes are taken.
    fn poll_write_some(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.needs_flush {
            match ready!(self.poll_or_expire(cx, |io, out, cx| poll_write(io, out, cx)))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.out.advance(written),
            }
            self.needs_flush = true;
        }
        ready!(self.poll_or_expire(cx, |io, _, cx| Pin::new(io).poll_flush(cx)))?;
        self.needs_flush = false;
        Poll::Ready(Ok(()))
    }

    /// Polls `step`, and fails if the client takes nothing for too long.
    fn poll_or_expire<T>(
        &mut self,
        cx: &mut Context<'_>,
        step: impl FnOnce(&mut S, &mut WriteQueue, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let done = step(&mut self.io, &mut self.out, cx);
        if done.is_pending() {
            ready!(self.write_timeout.poll_expired(cx));
        }
        self.write_timeout.reset(); // the goodbye has the whole time again
        if done.is_pending() { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { done }
    }

    /// Shuts down the sending half.
    ///
    /// # Errors
    /// Returns an error if the connection fails.
    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        self.io.shutdown().await
    }
}

/// Reads once, to the end of `buffer`; returns the number of bytes. Frees an empty buffer, and reserves no memory
/// before bytes are received: most clients are silent most of the time.
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
    let mut others = others.peekable();
    if others.peek().is_none() {
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
