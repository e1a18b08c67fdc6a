//! A WebSocket on the connection of a user. It costs the generator little: the headers of frames are cut out of the
//! bytes that were read, and the mask of the frames that it sends is zero.

use std::io::{self, Cursor, Read, Write};

use memchr::memmem;
use mio::net::TcpStream;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// Opens the WebSocket.
const REQUEST: &[u8] =
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bG9hZCBnZW5lcmF0b3IhIQ==\r\n\
    Sec-WebSocket-Protocol: chat.1\r\n\r\n";

/// How the answer to it begins, and ends.
const OPENED: &[u8] = b"HTTP/1.1 101 ";
const ANSWER_END: &[u8] = b"\r\n\r\n";

/// Bytes of the answer at most.
const ANSWER_BYTES_MAX: usize = 4 * 1024;

/// Bytes of the header of a frame that a server sends.
const HEADER_BYTES_MAX: usize = 10;

#[derive(Debug)]
pub(in crate::engine) struct Web {
    pub(super) socket: TcpStream,
    /// Whether the last read has taken all that there is.
    pub(super) is_drained: bool,
    /// The request, or frames, and how many of these bytes are sent.
    out: Vec<u8>,
    sent: usize,
    incoming: ReadState,
}

impl Web {
    /// Sends the request with the first write.
    pub(super) fn new(socket: TcpStream) -> Self {
        let (out, incoming) = (REQUEST.to_vec(), ReadState::default());
        Self { socket, is_drained: false, out, sent: 0, incoming }
    }

    pub(super) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.socket.read(into)?;
            self.is_drained = read < into.len();
            let payload = self.incoming.cut(&mut into[..read])?;
            if payload > 0 || read == 0 {
                return Ok(payload);
            }
        }
    }

    /// Sends whole lines, each in a frame: together they may be longer than a message.
    pub(super) fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.send()?;
        if self.sent > 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let header = FrameHeader {
            opcode: OpCode::Data(Data::Text),
            mask: Some([0; 4]),
            ..FrameHeader::default()
        };
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            header.format(line.len() as u64, &mut self.out).map_err(io::Error::other)?;
            self.out.extend_from_slice(line);
        }
        self.send()?;
        Ok(lines.len())
    }

    pub(super) fn send(&mut self) -> io::Result<()> {
        while self.sent < self.out.len() {
            match self.socket.write(&self.out[self.sent..]) {
                Ok(sent) => self.sent += sent,
                Err(error) if super::takes_nothing(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.out.clear();
        self.sent = 0;
        Ok(())
    }
}

/// What the bytes that are read next belong to: the answer, the header of a frame, or its payload.
#[derive(Debug, Default)]
struct ReadState {
    is_open: bool,
    /// The part of an answer, or of the header of a frame, that was read.
    head: Vec<u8>,
    /// Bytes of a frame that are still to come.
    payload: usize,
}

impl ReadState {
    /// Moves the payload of frames to the beginning of `bytes`; returns its length.
    fn cut(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let (mut from, mut to) = (0, 0);
        while from < bytes.len() {
            if self.payload == 0 {
                from += self.take_head(&bytes[from..])?;
                continue;
            }
            let count = self.payload.min(bytes.len() - from);
            bytes.copy_within(from..from + count, to);
            self.payload -= count;
            (from, to) = (from + count, to + count);
        }
        Ok(to)
    }

    /// Returns how many of `bytes` belong to the answer or to a header.
    fn take_head(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let before = self.head.len();
        let max = if self.is_open { HEADER_BYTES_MAX } else { ANSWER_BYTES_MAX };
        let taken = &bytes[..bytes.len().min(max - before)];
        self.head.extend_from_slice(taken);
        let end = if self.is_open { self.frame_header()? } else { self.answer()? };
        let Some(end) = end else {
            let is_too_long = self.head.len() == max;
            return if is_too_long {
                Err(broken("a head that does not end"))
            } else {
                Ok(taken.len())
            };
        };
        self.head.clear();
        Ok(end - before)
    }

    /// Returns where the answer ends in the head, once it is there.
    fn answer(&mut self) -> io::Result<Option<usize>> {
        let Some(end) = memmem::find(&self.head, ANSWER_END) else { return Ok(None) };
        if !self.head.starts_with(OPENED) {
            return Err(broken("the server has opened no WebSocket"));
        }
        self.is_open = true;
        Ok(Some(end + ANSWER_END.len()))
    }

    /// Returns where the header of a frame ends in the head, once it is there.
    fn frame_header(&mut self) -> io::Result<Option<usize>> {
        let mut head = Cursor::new(&self.head);
        let Some((header, length)) = FrameHeader::parse(&mut head).map_err(io::Error::other)?
        else {
            return Ok(None);
        };
        match header.opcode {
            OpCode::Data(_) => {}
            OpCode::Control(Control::Close) => {
                return Err(broken("the server has closed the WebSocket"));
            }
            OpCode::Control(_) => return Err(broken("a ping, which is not answered here")),
        }
        self.payload = usize::try_from(length).map_err(io::Error::other)?;
        Ok(usize::try_from(head.position()).ok())
    }
}

fn broken(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(opcode: OpCode, payload: &[u8]) -> Vec<u8> {
        let mut frame = Vec::new();
        let header = FrameHeader { opcode, ..FrameHeader::default() };
        header.format(payload.len() as u64, &mut frame).unwrap();
        [&frame[..], payload].concat()
    }

    fn text(payload: &[u8]) -> Vec<u8> {
        frame(OpCode::Data(Data::Text), payload)
    }

    #[test]
    fn the_payload_of_frames_is_left_however_they_are_split() {
        let (short, long) = ([b'^'; 94], [b'x'; 300]);
        let answer = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n";
        let wire = [&answer[..], &text(b""), &text(&short), &text(&long)].concat();
        for step in 1..=wire.len() {
            let (mut incoming, mut payload) = (ReadState::default(), Vec::new());
            for bytes in wire.chunks(step) {
                let mut bytes = bytes.to_vec();
                let length = incoming.cut(&mut bytes).unwrap();
                payload.extend_from_slice(&bytes[..length]);
            }
            assert_eq!(payload, [&short[..], &long].concat(), "{step} bytes at a time");
        }
    }

    #[test]
    fn a_refusal_and_a_control_frame_are_errors() {
        let refused = ReadState::default().cut(&mut b"HTTP/1.1 403 Forbidden\r\n\r\n".to_vec());
        assert_eq!(refused.unwrap_err().to_string(), "the server has opened no WebSocket");
        for (control, error) in [
            (Control::Close, "the server has closed the WebSocket"),
            (Control::Ping, "a ping, which is not answered here"),
        ] {
            let mut open = ReadState { is_open: true, ..ReadState::default() };
            let ended = open.cut(&mut frame(OpCode::Control(control), &[3, 232]));
            assert_eq!(ended.unwrap_err().to_string(), error);
        }
        let endless = ReadState::default().cut(&mut vec![b'x'; ANSWER_BYTES_MAX]);
        assert_eq!(endless.unwrap_err().to_string(), "a head that does not end");
    }
}
