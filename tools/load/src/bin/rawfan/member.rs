//! One connection.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::ops::Range;

use mio::net::TcpStream;

use crate::room::{Room, SAID_BYTES_MAX};

/// Bytes that wait for one member before its room is not read from.
const BACKLOG_BYTES_MAX: usize = 256 * 1024;

/// The longest first line: the number of a room.
const LINE_BYTES_MAX: usize = 16;

/// One connection.
#[derive(Debug)]
pub(crate) struct Member {
    stream: TcpStream,
    /// The number of its room, once it has said it.
    pub(crate) room: Option<usize>,
    line: Vec<u8>,
    /// What the kernel has not taken yet.
    backlog: Vec<u8>,
}

/// What came of reading once.
pub(crate) enum Heard {
    /// There is no more.
    All,
    /// There may be more.
    More,
    /// Which room it wants to be in; there may be more.
    Room(usize),
    /// The connection is over.
    End,
}

impl Member {
    /// Someone who has not said anything.
    pub(crate) const fn new(stream: TcpStream) -> Self {
        Self { stream, room: None, line: Vec::new(), backlog: Vec::new() }
    }

    /// Whether so much waits for it that its room is not to be read from.
    pub(crate) fn is_full(&self) -> bool {
        self.backlog.len() > BACKLOG_BYTES_MAX
    }

    /// Reads the number of its room; an empty line before that is answered as well.
    pub(crate) fn enter(&mut self) -> io::Result<Heard> {
        let mut byte = [0];
        loop {
            match self.stream.read(&mut byte) {
                Ok(0) => return Ok(Heard::End),
                Ok(_) if byte == *b"\n" && self.line.is_empty() => self.send(b"ok\n", b"")?,
                Ok(_) if byte == *b"\n" => break,
                Ok(_) => self.line.extend_from_slice(&byte),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Heard::All),
                Err(error) => return Err(error),
            }
            if self.line.len() > LINE_BYTES_MAX {
                return Ok(Heard::End);
            }
        }
        let room = std::str::from_utf8(&self.line).ok().and_then(|line| line.parse::<u16>().ok());
        let Some(room) = room else { return Ok(Heard::End) };
        self.room = Some(room.into());
        self.send(b"ok\n", b"")?;
        Ok(Heard::Room(room.into()))
    }

    /// Reads what it says to its `room` into `buffer`, once and as much as there is place for.
    pub(crate) fn hear(
        &mut self,
        at: usize,
        room: &mut Room,
        buffer: &mut [u8; SAID_BYTES_MAX],
    ) -> io::Result<Heard> {
        let from = room.said.len();
        let place = SAID_BYTES_MAX.saturating_sub(from);
        if place == 0 || room.by.iter().any(|(who, _)| *who == at) {
            return Ok(Heard::More);
        }
        match self.stream.read(&mut buffer[..place]) {
            Ok(0) => Ok(Heard::End),
            Ok(read) => {
                room.said.extend_from_slice(&buffer[..read]);
                room.by.push((at, from..from + read));
                Ok(if read < place { Heard::All } else { Heard::More })
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Heard::All),
            Err(error) => Err(error),
        }
    }

    /// Writes what others have `said` to it.
    pub(crate) fn tell(
        &mut self,
        at: usize,
        said: &[u8],
        by: &[(usize, Range<usize>)],
    ) -> io::Result<()> {
        let (before, after) = Room::others(said, by, at);
        self.send(before, after)
    }

    /// Writes what the kernel takes now of what it has not taken before.
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
