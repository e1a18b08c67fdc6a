//! One user's connection, with the bytes to send and the start of a stamp that a read cut off.

use std::io::{self, Read, Write};

use memchr::memchr;

use super::READ_BYTES;
use super::stream::Stream;
use crate::stamp::{MARK, STAMP_BYTES};

#[derive(Debug)]
pub(crate) struct Conn {
    stream: Stream,
    /// Bytes to send; bounded by the sender's window.
    pub(crate) out: Vec<u8>,
    written: usize,
    carry: [u8; STAMP_BYTES],
    carried: usize,
}

/// The result of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadOutcome {
    /// No more bytes are available.
    Drained,
    /// More bytes may be available.
    More,
    /// The connection is closed.
    Closed,
}

/// The bytes of one read, with space in front for the incomplete stamp of the previous read.
#[derive(Debug)]
pub(crate) struct Buffer(Box<[u8]>);

impl Buffer {
    /// Creates a buffer for reads of [`READ_BYTES`]; all connections share it.
    pub(crate) fn new() -> Self {
        Self(vec![0; STAMP_BYTES + READ_BYTES].into_boxed_slice())
    }
}

impl Conn {
    pub(super) const fn new(stream: Stream) -> Self {
        Self { stream, out: Vec::new(), written: 0, carry: [0; STAMP_BYTES], carried: 0 }
    }

    pub(super) const fn stream(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// Sends as much of `out` as the kernel accepts.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while self.written < self.out.len() {
            match self.stream.write(&self.out[self.written..]) {
                Ok(written) => self.written += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.out.clear();
        self.written = 0;
        self.stream.flush()
    }

    /// Reads once, at most `bytes_max` and [`READ_BYTES`], and calls `on_stamp` with the bytes of each complete stamp.
    pub(crate) fn read(
        &mut self,
        buffer: &mut Buffer,
        bytes_max: usize,
        on_stamp: impl FnMut(&[u8]),
    ) -> io::Result<ReadOutcome> {
        let (front, space) = buffer.0.split_at_mut(STAMP_BYTES);
        let bytes_max = bytes_max.min(space.len());
        let read = match self.stream.read(&mut space[..bytes_max]) {
            Ok(0) => return Ok(ReadOutcome::Closed),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok(ReadOutcome::Drained);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                return Ok(ReadOutcome::More);
            }
            Err(error) => return Err(error),
        };
        let from = STAMP_BYTES - self.carried;
        front[from..].copy_from_slice(&self.carry[..self.carried]);
        let rest = stamps(&buffer.0[from..STAMP_BYTES + read], on_stamp);
        self.carry[..rest.len()].copy_from_slice(rest);
        self.carried = rest.len();
        let is_drained = self.stream.is_drained(read, bytes_max);
        Ok(if is_drained { ReadOutcome::Drained } else { ReadOutcome::More })
    }
}

/// Calls `on_stamp` with each complete stamp in `bytes`. Returns the bytes that may be the start of another.
fn stamps(bytes: &[u8], mut on_stamp: impl FnMut(&[u8])) -> &[u8] {
    let mut rest = bytes;
    while let Some(at) = memchr(MARK, rest) {
        rest = &rest[at..];
        if rest.len() < STAMP_BYTES {
            return rest;
        }
        let (stamp, after) = rest.split_at(STAMP_BYTES);
        on_stamp(stamp);
        rest = after;
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::Stamp;

    #[test]
    fn stamps_are_found_wherever_reads_split_them() {
        let line = |number| {
            let stamp = Stamp { sender: 1, number }.to_bytes();
            [&b"{\"text\":\""[..], &stamp, b"xx\"}\n"].concat()
        };
        let wire = [line(0), line(1), line(2)].concat();
        for cut in 0..=wire.len() {
            let mut seen = Vec::new();
            let mut take = |stamp: &[u8]| seen.extend(Stamp::parse(stamp).map(|s| s.number));
            let left = stamps(&wire[..cut], &mut take).to_vec();
            assert!(left.len() < STAMP_BYTES);
            assert_eq!(stamps(&[&left, &wire[cut..]].concat(), &mut take), b"");
            assert_eq!(seen, [0, 1, 2], "cut at {cut}");
        }
    }
}
