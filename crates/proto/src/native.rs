//! The native protocol: one JSON object a line.
//!
//! [`NativeCodec`] takes lines apart and puts them together, for both ends:
//! `NativeCodec<Command>` reads what a client sends, `NativeCodec<Event>` what the server does.
//! A line that cannot be read is an item like any other, see [`Vocabulary::Unreadable`], since the
//! connection goes on; the codec itself fails only if the connection does.

mod explain;
mod hot;
mod say;

use std::fmt::Debug;
use std::io;
use std::marker::PhantomData;

use bytes::{BufMut, BytesMut};
use memchr::memchr;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::codec::{Decoder, Encoder};

use crate::limits::LINE_BYTES_MAX;
use crate::{Command, Event, Refusal, RefusalCode};

/// The name of the native protocol in the ALPN of TLS. A server that is sent it need not detect the protocol.
pub const NATIVE_ALPN: &[u8] = b"chat/1";

/// An event of the server that this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableEvent {
    /// Its type, one of [`Event::TYPES`]; `None` if the line has none of them.
    pub kind: Option<&'static str>,
    /// What is wrong with the line.
    pub refusal: Refusal,
}

/// The messages of one side of the native protocol.
pub trait Vocabulary: Serialize + DeserializeOwned {
    /// Whether bytes before the first line that begins with `{` are ignored. A client does so, since a server may
    /// take it for a classic client at first.
    const SKIPS_PREAMBLE: bool;

    /// What is known of a line that is not a message of this side.
    type Unreadable: Debug + Clone + PartialEq;

    /// Reads a line.
    ///
    /// # Errors
    /// Returns a refusal if the line is not a message of this side.
    fn read(line: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(line)
    }

    /// Writes it as JSON at the end of `line`, without a line end.
    fn write(&self, line: &mut BytesMut) {
        write_json(self, line);
    }

    /// Says what is wrong with a line that serde could not read as one of this vocabulary.
    fn explain(line: &[u8], error: &serde_json::Error) -> Self::Unreadable;

    /// A line that is not read, for this reason.
    fn skip(why: Refusal) -> Self::Unreadable;
}

/// How the lines begin that a server reads most.
const SAY: &[u8] = br#"{"type":"say","#;

impl Vocabulary for Command {
    const SKIPS_PREAMBLE: bool = false;

    type Unreadable = Box<Refusal>;

    /// If the type is known beforehand, a line is read in one go: to find it wherever it may stand,
    /// serde sets all the other fields aside first.
    fn read(line: &[u8]) -> serde_json::Result<Self> {
        if line.starts_with(SAY) {
            let read = say::read(line).map_or_else(|| serde_json::from_slice(line), Ok);
            return read.map(Self::Say);
        }
        serde_json::from_slice(line)
    }

    fn explain(line: &[u8], error: &serde_json::Error) -> Self::Unreadable {
        Box::new(explain::command(line, error))
    }

    fn skip(why: Refusal) -> Self::Unreadable {
        Box::new(why)
    }
}

impl Vocabulary for Event {
    const SKIPS_PREAMBLE: bool = true;

    type Unreadable = Box<UnreadableEvent>;

    fn write(&self, line: &mut BytesMut) {
        match self {
            Self::Message(message) => hot::message(message, line),
            Self::Accepted(accepted) => hot::write_accepted(accepted, line),
            event => write_json(event, line),
        }
    }

    /// An event of an unknown type is not a broken one: a client ignores it.
    fn explain(line: &[u8], error: &serde_json::Error) -> Self::Unreadable {
        Box::new(explain::event(line, error))
    }

    fn skip(why: Refusal) -> Self::Unreadable {
        Box::new(UnreadableEvent { kind: None, refusal: why })
    }
}

/// Reads lines as `R`s, and writes anything of the native protocol as a line.
///
/// Never holds more than [`LINE_BYTES_MAX`] bytes, a `\r` and what one read adds: a longer line is
/// reported when the bound is passed, and skipped up to its end. Empty lines are passed over, and a
/// `\r` before the `\n` is not part of the line, so that `telnet` and a stray Return do no harm.
#[derive(Debug)]
pub struct NativeCodec<R> {
    /// Bytes at the start of the buffer that are known to hold no line end.
    searched: usize,
    /// Whether bytes are skipped: the rest of a line that was too long, or (in a client) up to the first `{`.
    skipping: bool,
    /// Whether the peer's first message has yet to come, and what is before it does not count.
    preamble: bool,
    reads: PhantomData<fn() -> R>,
}

impl<R: Vocabulary> Default for NativeCodec<R> {
    fn default() -> Self {
        Self { searched: 0, skipping: false, preamble: R::SKIPS_PREAMBLE, reads: PhantomData }
    }
}

impl<R: Vocabulary> NativeCodec<R> {
    /// Takes the next whole line from `src`, without its `\n`.
    fn next_line(&mut self, src: &mut BytesMut) -> Option<BytesMut> {
        let end = self.searched
            + memchr(b'\n', &src[self.searched..]).or_else(|| {
                self.searched = src.len();
                None
            })?;
        self.searched = 0;
        let mut line = src.split_to(end + 1);
        line.truncate(end);
        Some(line)
    }

    /// Drops the bytes before the server's first `{`; returns false if there is no `{` yet.
    fn pass_preamble(&mut self, src: &mut BytesMut) -> bool {
        let start = memchr(b'{', src);
        let _ = src.split_to(start.unwrap_or(src.len()));
        self.preamble = start.is_none();
        start.is_some()
    }

    /// Reports a line over the bound once, and drops what of it has come.
    fn too_long(&mut self, src: &mut BytesMut) -> Option<Result<R, R::Unreadable>> {
        let first = !std::mem::replace(&mut self.skipping, true);
        src.clear();
        self.searched = 0;
        first.then(|| Err(R::skip(line_too_long())))
    }
}

impl<R: Vocabulary> Decoder for NativeCodec<R> {
    type Item = Result<R, R::Unreadable>;
    type Error = io::Error;

    fn decode(&mut self, src: &mut BytesMut) -> io::Result<Option<Self::Item>> {
        if self.preamble && !self.pass_preamble(src) {
            return Ok(None);
        }
        while let Some(line) = self.next_line(src) {
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            // Before anything else, since a line that comes in several reads is judged by its
            // length before the rest of it is there.
            if is_too_long(&line) {
                return Ok(Some(Err(R::skip(line_too_long()))));
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some(read(&line)));
            }
        }
        if self.skipping || is_too_long(src) {
            return Ok(self.too_long(src));
        }
        Ok(None)
    }

    /// Takes the bytes after the last line end for a line, so that `printf … | nc` works.
    fn decode_eof(&mut self, src: &mut BytesMut) -> io::Result<Option<Self::Item>> {
        if let Some(item) = self.decode(src)? {
            return Ok(Some(item));
        }
        let rest = src.split();
        self.searched = 0;
        Ok(if rest.trim_ascii().is_empty() { None } else { Some(read(&rest)) })
    }
}

impl<R, W: Vocabulary> Encoder<&W> for NativeCodec<R> {
    type Error = io::Error;

    fn encode(&mut self, message: &W, dst: &mut BytesMut) -> io::Result<()> {
        write_line(message, dst);
        Ok(())
    }
}

/// Writes `message` as one line at the end of `dst`.
pub fn write_line(message: &impl Vocabulary, dst: &mut BytesMut) {
    message.write(dst);
    dst.put_u8(b'\n');
}

/// Whether a string with these bytes is not itself in JSON.
fn has_escapes(string: &[u8]) -> bool {
    // Without a branch in the loop, several bytes are compared at once.
    let is_escaped = |byte: u8| (byte < b' ') | (byte == b'"') | (byte == b'\\');
    string.iter().fold(false, |any, byte| any | is_escaped(*byte))
}

/// Writes `value` as JSON at the end of `line`.
fn write_json(value: &(impl Serialize + ?Sized), line: &mut BytesMut) {
    serde_json::to_writer(line.writer(), value)
        .expect("the vocabularies have string keys alone, and memory takes every write");
}

fn read<R: Vocabulary>(line: &[u8]) -> Result<R, R::Unreadable> {
    R::read(line).map_err(|error| R::explain(line, &error))
}

/// Whether a line, or what of it has come, is over the bound. A `\r` at its end does not count: the
/// `\n` may be next.
fn is_too_long(line: &[u8]) -> bool {
    line.strip_suffix(b"\r").unwrap_or(line).len() > LINE_BYTES_MAX
}

fn line_too_long() -> Refusal {
    let text = format!("a line has at most {LINE_BYTES_MAX} bytes; this one was skipped");
    Refusal::new(RefusalCode::LineTooLong, text)
}
