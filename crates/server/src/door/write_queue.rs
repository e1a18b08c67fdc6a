//! Bytes on their way out of one connection.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;

/// From how many bytes on a piece is passed on as it is, shared with all who are told the same, also
/// where others wait. To copy a shorter one costs less than a piece of its own does in the write.
pub(super) const SHARED_BYTES_MIN: usize = 1024;

/// The bytes that wait to be written to one client. How many there may be is the door's business.
/// Holds no memory while none wait.
#[derive(Default)]
pub(super) struct WriteQueue {
    /// The first piece; empty where nothing waits. Most are alone.
    first: Bytes,
    /// The pieces behind it.
    others: VecDeque<Bytes>,
    /// How many bytes the others have.
    others_bytes: usize,
    /// What comes behind the pieces and is still being added to.
    tail: BytesMut,
}

impl WriteQueue {
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

    /// All that waits: the first piece, and the pieces behind it.
    pub(super) fn pieces(&mut self) -> (&Bytes, &VecDeque<Bytes>) {
        self.end_tail();
        (&self.first, &self.others)
    }

    /// Removes the first bytes.
    pub(super) fn advance(&mut self, mut written: usize) {
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
}

#[cfg(test)]
impl WriteQueue {
    pub(super) fn holds_no_memory(&self) -> bool {
        self.others.capacity() == 0 && self.tail.capacity() == 0
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
