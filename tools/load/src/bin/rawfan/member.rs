//! One connection.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::ops::Range;

use mio::net::TcpStream;

use crate::room::{PENDING_BYTES_MAX, Room};

/// If the backlog of a member is longer, its room is not read from.
const BACKLOG_BYTES_MAX: usize = 256 * 1024;

/// The longest first line, which is the number of a room.
const LINE_BYTES_MAX: usize = 16;

#[derive(Debug)]
pub(crate) struct Member {
    stream: TcpStream,
    /// The number of its room, after its first line.
    pub(crate) room: Option<usize>,
    line: Vec<u8>,
    /// Bytes that the kernel has not accepted yet.
    backlog: Vec<u8>,
}

/// The result of a read.
pub(crate) enum ReadOutcome {
    /// No more bytes are available.
    Drained,
    /// More bytes may be available.
    More,
    /// The member joined this room; more bytes may be available.
    Joined(usize),
    /// The connection is closed.
    Closed,
}

impl Member {
    pub(crate) const fn new(stream: TcpStream) -> Self {
        Self { stream, room: None, line: Vec::new(), backlog: Vec::new() }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.backlog.len() > BACKLOG_BYTES_MAX
    }

    /// Reads the number of its room; also answers empty lines before it.
    pub(crate) fn read_room(&mut self) -> io::Result<ReadOutcome> {
        let mut byte = [0];
        loop {
            match self.stream.read(&mut byte) {
                Ok(0) => return Ok(ReadOutcome::Closed),
                Ok(_) if byte == *b"\n" && self.line.is_empty() => self.send(b"ok\n", b"")?,
                Ok(_) if byte == *b"\n" => break,
                Ok(_) => self.line.extend_from_slice(&byte),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(ReadOutcome::Drained);
                }
                Err(error) => return Err(error),
            }
            if self.line.len() > LINE_BYTES_MAX {
                return Ok(ReadOutcome::Closed);
            }
        }
        let room = std::str::from_utf8(&self.line).ok().and_then(|line| line.parse::<u16>().ok());
        let Some(room) = room else { return Ok(ReadOutcome::Closed) };
        self.room = Some(room.into());
        self.send(b"ok\n", b"")?;
        Ok(ReadOutcome::Joined(room.into()))
    }

    /// Reads once into `buffer` and adds the bytes to the pending ones of `room`, as many as there is space for.
    pub(crate) fn read_into(
        &mut self,
        at: usize,
        room: &mut Room,
        buffer: &mut [u8; PENDING_BYTES_MAX],
    ) -> io::Result<ReadOutcome> {
        let from = room.pending.len();
        let space = PENDING_BYTES_MAX.saturating_sub(from);
        if space == 0 || room.parts.iter().any(|(who, _)| *who == at) {
            return Ok(ReadOutcome::More);
        }
        match self.stream.read(&mut buffer[..space]) {
            Ok(0) => Ok(ReadOutcome::Closed),
            Ok(read) => {
                room.pending.extend_from_slice(&buffer[..read]);
                room.parts.push((at, from..from + read));
                Ok(if read < space { ReadOutcome::Drained } else { ReadOutcome::More })
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(ReadOutcome::Drained),
            Err(error) => Err(error),
        }
    }

    /// Writes the `pending` bytes of the others to it.
    pub(crate) fn send_others(
        &mut self,
        at: usize,
        pending: &[u8],
        parts: &[(usize, Range<usize>)],
    ) -> io::Result<()> {
        let (before, after) = Room::others(pending, parts, at);
        self.send(before, after)
    }

    /// Writes as much of the backlog as the kernel accepts.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while !self.backlog.is_empty() {
            match self.stream.write(&self.backlog) {
                Ok(written) => drop(self.backlog.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn send(&mut self, before: &[u8], after: &[u8]) -> io::Result<()> {
        let mut written = 0;
        if self.backlog.is_empty() {
            let sent = match (before, after) {
                ([], []) => return Ok(()),
                (part, []) | ([], part) => self.stream.write(part),
                _ => self.stream.write_vectored(&[IoSlice::new(before), IoSlice::new(after)]),
            };
            written = match sent {
                Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
                sent => sent?,
            };
        }
        let rest = written.min(before.len());
        self.backlog.extend_from_slice(&before[rest..]);
        self.backlog.extend_from_slice(&after[written - rest..]);
        Ok(())
    }
}
