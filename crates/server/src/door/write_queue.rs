//! The bytes that wait to be written to one client.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;

/// Pieces of at least this size are queued by reference, shared with other connections; smaller ones are copied, which
/// is cheaper than another slice in the write.
pub(super) const SHARED_BYTES_MIN: usize = 1024;

/// The bytes that wait to be written to one client; the connection bounds them. Holds no memory while it is empty.
#[derive(Default)]
pub(super) struct WriteQueue {
    /// The first piece; empty if the queue is. Mostly the only one.
    first: Bytes,
    /// The pieces after it. Boxed, since only a client that lags has any.
    others: Option<Box<QueuedPieces>>,
    /// The bytes after the pieces, which are still added to.
    tail: BytesMut,
}

#[derive(Default)]
struct QueuedPieces {
    pieces: VecDeque<Bytes>,
    bytes: usize,
}

impl WriteQueue {
    /// The number of bytes.
    pub(super) fn len(&self) -> usize {
        let others = self.others.as_ref().map_or(0, |others| others.bytes);
        self.first.len() + others + self.tail.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The buffer for bytes of this client alone.
    pub(super) fn tail(&mut self) -> &mut BytesMut {
        &mut self.tail
    }

    /// Reserves capacity for `bytes` that are added in small parts.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.tail.reserve(bytes);
    }

    /// Adds a piece that other clients are sent as well, without a copy if it is long.
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
            let others = self.others.get_or_insert_default();
            others.bytes += piece.len();
            others.pieces.push_back(piece);
        }
    }

    /// All bytes: the first piece, and the pieces after it.
    pub(super) fn pieces(&mut self) -> (&Bytes, impl Iterator<Item = &Bytes>) {
        self.end_tail();
        (&self.first, self.others.iter().flat_map(|others| &others.pieces))
    }

    /// Removes the first `written` bytes.
    pub(super) fn advance(&mut self, mut written: usize) {
        while written >= self.first.len() {
            written -= self.first.len();
            let others = self.others.as_mut();
            let next = others.and_then(|others| {
                let next = others.pieces.pop_front()?;
                others.bytes -= next.len();
                Some(next)
            });
            let Some(next) = next else {
                (self.first, self.others) = (Bytes::new(), None);
                return;
            };
            self.first = next;
        }
        self.first.advance(written);
    }

    /// Drops everything after the first line end, so that the next bytes begin a line. Each piece ends with a line.
    pub(super) fn drop_all_but_first_line(&mut self) {
        self.end_tail();
        self.first.truncate(memchr(b'\n', &self.first).map_or(0, |end| end + 1));
        self.others = None;
    }
}

#[cfg(test)]
impl WriteQueue {
    pub(super) fn holds_no_memory(&self) -> bool {
        self.others.is_none() && self.tail.capacity() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_has_begun_is_ended() {
        let mut out = WriteQueue::default();
        let long = format!("{}\nnext\n", "x".repeat(SHARED_BYTES_MIN));
        out.share(Bytes::from(long));
        out.advance(10);
        out.share(Bytes::from(vec![b'y'; SHARED_BYTES_MIN]));
        out.tail().extend_from_slice(b"own\n");
        out.drop_all_but_first_line();
        assert_eq!(out.len(), SHARED_BYTES_MIN - 10 + 1);
        assert!(out.pieces().0.ends_with(b"xx\n"));
    }
}
