//! The server's end: finds the messages in what a classic client sends.

use crate::id::UserId;
use std::io;

use bytes::{BufMut, BytesMut};
use memchr::memmem;
use tokio_util::codec::{Decoder, Encoder};

use crate::limits::{CLASSIC_HOLD_BYTES_MAX, CLASSIC_WRITE_BYTES_MAX};
use crate::{Text, UserName};

use super::{NAME, PART, ServerMessage};

/// What a classic client says. Both are mended, since a classic client cannot be asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// A name: the first, or another.
    Name(UserName),
    /// A message. Whom the client claimed to be is not in it.
    Text(Text),
}

/// The server's end of one connection.
///
/// Nothing on the wire says where a message ends: several may come in one read, and one in several.
/// So a message is finished where the next one begins, which is told by the stamp that the client
/// itself puts in front (`<its number>||<its name>||`), or where the line has been quiet for a
/// moment: the door measures the moment and calls [`settle`](Self::settle).
#[derive(Debug)]
pub struct ServerEnd {
    id: UserId,
    /// The name as the client wrote it, which is how it stamps what it says.
    name: Vec<u8>,
}

impl ServerEnd {
    /// The end for the connection that was given the number `id`.
    #[must_use]
    pub const fn new(id: UserId) -> Self {
        Self { id, name: Vec::new() }
    }

    /// Takes the rest of `src` for finished, the line having been quiet; unless it ends within a
    /// character, whose other bytes must be on their way.
    pub fn settle(&mut self, src: &mut BytesMut) -> Option<ClientMessage> {
        let cut = matches!(std::str::from_utf8(last_char(src)), Err(e) if e.error_len().is_none());
        if cut { None } else { self.finish(src) }
    }

    /// Takes all of `src` as one message.
    fn finish(&mut self, src: &mut BytesMut) -> Option<ClientMessage> {
        let all = src.len();
        self.take(src, all)
    }

    /// Takes the first `end` bytes of `src` as one message; `None` where it says nothing.
    fn take(&mut self, src: &mut BytesMut, end: usize) -> Option<ClientMessage> {
        let message = src.split_to(end);
        if let Some(name) = message.strip_prefix(NAME.as_bytes()) {
            self.name = name.to_vec();
            return Some(ClientMessage::Name(UserName::from_lossy(&String::from_utf8_lossy(name))));
        }
        let stamp = self.stamp(&self.name);
        let text = message.strip_prefix(stamp.as_slice()).map_or_else(
            || after_claims(&String::from_utf8_lossy(&message)).to_owned(),
            |text| String::from_utf8_lossy(text).into_owned(),
        );
        Text::from_lossy(&text).map(ClientMessage::Text)
    }

    /// What this client puts in front of what it says under `name`.
    fn stamp(&self, name: &[u8]) -> Vec<u8> {
        [self.id.to_string().as_bytes(), PART.as_bytes(), name, PART.as_bytes()].concat()
    }

    /// Where the first message of `src` ends, if another one has begun behind it.
    fn next_message(&self, src: &[u8]) -> Option<usize> {
        if let Some(rest) = src.strip_prefix(NAME.as_bytes()) {
            let number = [self.id.to_string().as_bytes(), PART.as_bytes()].concat();
            return memmem::find_iter(rest, &number)
                // Nobody has so long a name, and each try costs as much as the name is long.
                .take_while(|end| *end <= CLASSIC_WRITE_BYTES_MAX)
                .find(|end| rest[*end..].starts_with(&self.stamp(&rest[..*end])))
                .map(|end| NAME.len() + end);
        }
        let stamp = self.stamp(&self.name);
        let own = if src.starts_with(&stamp) { stamp.len() } else { 0 };
        memmem::find(&src[own..], &stamp).map(|end| own + end)
    }
}

impl Decoder for ServerEnd {
    type Item = ClientMessage;
    type Error = io::Error;

    /// Takes the next message that is surely finished. Never holds back more than
    /// [`CLASSIC_HOLD_BYTES_MAX`] bytes and what one read adds.
    fn decode(&mut self, src: &mut BytesMut) -> io::Result<Option<ClientMessage>> {
        loop {
            let end = match self.next_message(src) {
                Some(end) if end <= CLASSIC_HOLD_BYTES_MAX => end,
                _ if src.len() > CLASSIC_HOLD_BYTES_MAX => char_end(src, CLASSIC_HOLD_BYTES_MAX),
                _ => return Ok(None),
            };
            if let Some(said) = self.take(src, end) {
                return Ok(Some(said));
            }
        }
    }

    fn decode_eof(&mut self, src: &mut BytesMut) -> io::Result<Option<ClientMessage>> {
        match self.decode(src)? {
            Some(said) => Ok(Some(said)),
            None => Ok(self.finish(src)),
        }
    }
}

impl Encoder<&ServerMessage> for ServerEnd {
    type Error = io::Error;

    fn encode(&mut self, told: &ServerMessage, dst: &mut BytesMut) -> io::Result<()> {
        dst.put_slice(told.to_string().as_bytes());
        Ok(())
    }
}

/// What stands behind the number and name that a message claims, if it claims any: three parts are
/// number, name and text, two are number and text, anything else is text.
fn after_claims(message: &str) -> &str {
    match message.split_once(PART) {
        Some((id, rest)) if is_number(id) => rest.split_once(PART).map_or(rest, |(_, text)| text),
        _ => message,
    }
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
}

/// The last character of `bytes`, whole or not.
fn last_char(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().rposition(|b| !is_continuation(*b)).unwrap_or(bytes.len());
    &bytes[start..]
}

/// The greatest end of a character that is not beyond `max`.
fn char_end(bytes: &[u8], max: usize) -> usize {
    let longest = 3; // continuation bytes a character of UTF-8 can have
    (max - longest..=max).rev().find(|end| !is_continuation(bytes[*end])).unwrap_or(max)
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> ClientMessage {
        ClientMessage::Name(UserName::new(name).unwrap())
    }

    fn text(text: &str) -> ClientMessage {
        ClientMessage::Text(Text::new(text).unwrap())
    }

    /// All that the server's end of connection 5 finds in `reads`, the last followed by quiet.
    fn found(reads: &[&[u8]]) -> Vec<ClientMessage> {
        let mut end = ServerEnd::new(UserId::new(5));
        let mut src = BytesMut::new();
        let mut said = Vec::new();
        for read in reads {
            src.put_slice(read);
            while let Some(one) = end.decode(&mut src).unwrap() {
                said.push(one);
            }
        }
        said.extend(end.settle(&mut src));
        said
    }

    #[test]
    fn a_name_and_messages_in_one_read_are_told_apart() {
        let glued = "NAME:ana5||ana||hi5||ana||a||b5||ana||NAME:eva";
        let said = [name("ana"), text("hi"), text("a||b"), text("NAME:eva")];
        assert_eq!(found(&[glued.as_bytes()]), said);
    }

    #[test]
    fn a_name_with_bars_is_one_name() {
        let said = [name("a_b"), text("hi")];
        assert_eq!(found(&[b"NAME:a||b5||a||b||hi"]), said);
        assert_eq!(found(&[b"NAME:a||b"]), [name("a_b")]);
    }

    #[test]
    fn claims_of_another_are_left_out() {
        assert_eq!(found(&[b"9||eve||hi||there"]), [text("hi||there")]);
        assert_eq!(found(&[b"9||hi"]), [text("hi")]);
        assert_eq!(found(&[b"just text\r\n"]), [text("just text")]);
        assert_eq!(found(&[b"this || that"]), [text("this || that")]);
    }

    #[test]
    fn a_character_in_two_reads_is_one_character() {
        let whole = "NAME:ana5||ana||año".as_bytes();
        let cut = whole.len() - 2;
        assert_eq!(found(&[&whole[..cut], &whole[cut..]]), [name("ana"), text("año")]);
        assert_eq!(found(&[&whole[..cut]]), [name("ana")], "half a character does not settle");
    }

    #[test]
    fn the_end_of_the_connection_finishes_everything() {
        let mut end = ServerEnd::new(UserId::new(5));
        let mut src = BytesMut::from(&b"NAME:ana5||ana||a\xC3"[..]);
        let mut said = Vec::new();
        while let Some(one) = end.decode_eof(&mut src).unwrap() {
            said.push(one);
        }
        assert_eq!(said, [name("ana"), text("a\u{FFFD}")]);
    }

    #[test]
    fn what_is_too_long_goes_on_as_another_message() {
        let long = "ñ".repeat(CLASSIC_HOLD_BYTES_MAX);
        let said = found(&[b"x", long.as_bytes()]);
        assert_eq!(said.len(), 3);
        let together: String = said
            .iter()
            .map(|said| match said {
                ClientMessage::Text(text) => text.to_string(),
                ClientMessage::Name(_) => unreachable!("no name was said"),
            })
            .collect();
        assert_eq!(together, format!("x{long}"));
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        assert_eq!(found(&[b"5||ana||"]), []);
        assert_eq!(found(&[b"\r\n"]), []);
    }
}
