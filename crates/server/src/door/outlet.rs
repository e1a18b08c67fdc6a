//! Bytes on their way out, and how long the client may leave them waiting.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::write_timeout::WriteTimeout;

/// From how many bytes on a piece is passed on as it is, shared with all who are told the same, also
/// where others wait. To copy a shorter one costs less than a piece of its own does in the write.
const SHARED_BYTES_MIN: usize = 1024;

/// Pieces one write takes: more than wait for a client that keeps up, for one that does not any
/// number is as good.
const PIECES_MAX: usize = 16;

/// The bytes that wait to be written to one client. How many there may be is the door's business.
/// Holds no memory while none wait.
pub(super) struct Outlet<W> {
    io: W,
    /// The first piece; empty where nothing waits. Most are alone.
    first: Bytes,
    /// The pieces behind it.
    others: VecDeque<Bytes>,
    /// How many bytes the others have.
    others_bytes: usize,
    /// What comes behind the pieces and is still being added to.
    tail: BytesMut,
    write_timeout: WriteTimeout,
}

impl<W: AsyncWrite + Unpin> Outlet<W> {
    pub(super) fn new(io: W, write_timeout: WriteTimeout) -> Self {
        let (first, others, tail) = (Bytes::new(), VecDeque::new(), BytesMut::new());
        Self { io, first, others, others_bytes: 0, tail, write_timeout }
    }

    /// How many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.first.len() + self.others_bytes + self.tail.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where to write what is for this client alone.
    pub(super) fn tail(&mut self) -> &mut BytesMut {
        &mut self.tail
    }

    /// Makes room for so many bytes, which are about to come bit by bit.
    pub(super) fn make_room(&mut self, bytes: usize) {
        self.tail.reserve(bytes);
    }

    /// Takes what others are sent as well, without a copy where that pays.
    pub(super) fn share(&mut self, piece: Bytes) {
        if piece.len() < SHARED_BYTES_MIN && !self.is_empty() {
            return self.tail.extend_from_slice(&piece);
        }
        self.end_tail();
        self.push(piece);
    }

    fn end_tail(&mut self) {
        if !self.tail.is_empty() {
            let tail = std::mem::take(&mut self.tail).freeze();
            self.push(tail);
        }
    }

    fn push(&mut self, piece: Bytes) {
        if self.first.is_empty() {
            self.first = piece;
        } else {
            self.others_bytes += piece.len();
            self.others.push_back(piece);
        }
    }

    /// Makes one write of as much as the client takes now. Cancel safe: the time it has had to take
    /// some goes on from call to call.
    pub(super) async fn write_some(&mut self) -> io::Result<()> {
        self.end_tail();
        poll_fn(|cx| self.poll_write_some(cx)).await
    }

    fn poll_write_some(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Poll::Ready(written) = poll_write(&mut self.io, &self.first, &self.others, cx) else {
            ready!(self.write_timeout.poll_expired(cx));
            self.write_timeout.reset(); // the goodbye has as long again
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        };
        self.write_timeout.reset();
        Poll::Ready(match written? {
            0 => Err(io::ErrorKind::WriteZero.into()),
            written => {
                self.advance(written);
                Ok(())
            }
        })
    }

    fn advance(&mut self, mut written: usize) {
        while written >= self.first.len() {
            written -= self.first.len();
            let Some(next) = self.others.pop_front() else {
                (self.first, self.others) = (Bytes::new(), VecDeque::new());
                return;
            };
            self.others_bytes -= next.len();
            self.first = next;
        }
        self.first.advance(written);
    }

    /// Drops what waits behind the first line end, so that what is told next begins a line. Each
    /// piece ends with a line.
    pub(super) fn drop_all_but_first_line(&mut self) {
        self.end_tail();
        self.first.truncate(memchr(b'\n', &self.first).map_or(0, |end| end + 1));
        (self.others, self.others_bytes) = (VecDeque::new(), 0);
    }

    pub(super) async fn shutdown(&mut self) -> io::Result<()> {
        self.io.shutdown().await
    }
}

fn poll_write<W: AsyncWrite + Unpin>(
    io: &mut W,
    first: &Bytes,
    others: &VecDeque<Bytes>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
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
mod tests {
    use std::time::Duration;

    use super::*;

    fn a_second() -> WriteTimeout {
        WriteTimeout::new(Duration::from_secs(1), None)
    }

    fn outlet() -> Outlet<Vec<u8>> {
        Outlet::new(Vec::new(), a_second())
    }

    async fn drain(outlet: &mut Outlet<Vec<u8>>) {
        while !outlet.is_empty() {
            outlet.write_some().await.unwrap();
        }
    }

    #[tokio::test]
    async fn pieces_go_out_in_order_shared_or_not() {
        let mut outlet = outlet();
        let mut expected = Vec::new();
        for index in 0..3 * PIECES_MAX {
            let bytes = vec![b'a' + u8::try_from(index % 26).unwrap(); index * 100];
            expected.extend_from_slice(&bytes);
            expected.push(b'\n');
            outlet.share(bytes.into());
            outlet.tail().extend_from_slice(b"\n");
        }
        assert_eq!(outlet.len(), expected.len());
        drain(&mut outlet).await;
        assert!(outlet.io == expected);
        assert_eq!((outlet.others.capacity(), outlet.tail.capacity()), (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn each_write_has_the_same_time() {
        let (io, _unread) = tokio::io::duplex(1);
        let mut outlet = Outlet::new(io, a_second());
        outlet.tail().extend_from_slice(b"two");
        outlet.write_some().await.unwrap();
        for _ in 0..2 {
            let asked_at = tokio::time::Instant::now();
            assert_eq!(outlet.write_some().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
            assert_eq!(asked_at.elapsed(), Duration::from_secs(1));
        }
    }

    #[tokio::test]
    async fn a_line_that_has_begun_is_ended() {
        let mut outlet = outlet();
        let long = format!("{}\nnext\n", "x".repeat(SHARED_BYTES_MIN));
        outlet.share(Bytes::from(long));
        outlet.advance(10);
        outlet.share(Bytes::from(vec![b'y'; SHARED_BYTES_MIN]));
        outlet.tail().extend_from_slice(b"own\n");
        outlet.drop_all_but_first_line();
        assert_eq!(outlet.len(), SHARED_BYTES_MIN - 10 + 1);
        drain(&mut outlet).await;
        assert!(outlet.io.ends_with(b"xx\n"));
    }
}
