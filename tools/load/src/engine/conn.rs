//! One user's connection: what is to be sent, and the piece of a stamp that a read cut off.

use std::io::{self, Read, Write};

use memchr::memchr;
use mio::net::TcpStream;

use super::READ_BYTES;
use crate::stamp::{MARK, STAMP_BYTES};

/// One user's connection.
#[derive(Debug)]
pub(crate) struct Conn {
    stream: TcpStream,
    /// What is to be sent; bounded by the sender's window.
    pub(crate) out: Vec<u8>,
    written: usize,
    carry: [u8; STAMP_BYTES],
    carried: usize,
}

/// What a read found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// All there was.
    All,
    /// As much as was asked for; there may be more.
    Some,
    /// The end of the connection.
    End,
}

/// The bytes of one read, with room in front for what the read before left over.
#[derive(Debug)]
pub(crate) struct Buffer(Box<[u8]>);

impl Buffer {
    /// A buffer for reads of [`READ_BYTES`], shared by all connections.
    pub(crate) fn new() -> Self {
        Self(vec![0; STAMP_BYTES + READ_BYTES].into_boxed_slice())
    }
}

impl Conn {
    /// A connection with nothing to be sent.
    pub(crate) const fn new(stream: TcpStream) -> Self {
        Self { stream, out: Vec::new(), written: 0, carry: [0; STAMP_BYTES], carried: 0 }
    }

    /// The socket.
    pub(crate) const fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Sends what the system takes of `out`.
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
        Ok(())
    }

    /// Reads once, `most` bytes at most and no more than [`READ_BYTES`], and gives `take` every stamp
    /// that is whole now, each as its bytes.
    pub(crate) fn read(
        &mut self,
        buffer: &mut Buffer,
        most: usize,
        take: impl FnMut(&[u8]),
    ) -> io::Result<Found> {
        let (front, asked) = buffer.0.split_at_mut(STAMP_BYTES);
        let most = most.min(asked.len());
        let read = match self.stream.read(&mut asked[..most]) {
            Ok(0) => return Ok(Found::End),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Found::All),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(Found::Some),
            Err(error) => return Err(error),
        };
        let from = STAMP_BYTES - self.carried;
        front[from..].copy_from_slice(&self.carry[..self.carried]);
        let left = stamps(&buffer.0[from..STAMP_BYTES + read], take);
        self.carry[..left.len()].copy_from_slice(left);
        self.carried = left.len();
        Ok(if read < most { Found::All } else { Found::Some })
    }
}

/// Gives `take` every whole stamp in `bytes`, and returns what may be the beginning of another.
fn stamps(bytes: &[u8], mut take: impl FnMut(&[u8])) -> &[u8] {
    let mut rest = bytes;
    while let Some(at) = memchr(MARK, rest) {
        rest = &rest[at..];
        if rest.len() < STAMP_BYTES {
            return rest;
        }
        let (stamp, after) = rest.split_at(STAMP_BYTES);
        take(stamp);
        rest = after;
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stamp::Stamp;

    #[test]
    fn stamps_are_found_wherever_reads_cut_them() {
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
