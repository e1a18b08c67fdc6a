//! The server's end: finds the messages in what a classic client sends.

use crate::id::UserId;
use std::io;

use bytes::{BufMut, BytesMut};
use memchr::memmem;
use tokio_util::codec::{Decoder, Encoder};

use crate::limits::{CLASSIC_HOLD_BYTES_MAX, CLASSIC_WRITE_BYTES_MAX};
use crate::{Text, UserName};

use super::{NAME, PART, ServerMessage};

/// A message of a classic client. Invalid characters are replaced, since a classic client cannot be asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// A name: the first, or another.
    Name(UserName),
    /// A message, without the author that the client claims to be.
    Text(Text),
}

/// The server's end of one connection.
///
/// Messages have no end mark: one read may have several, and one message may take several reads. So a message ends
/// before the prefix of the next one, which the client itself sends (`<its number>||<its name>||`), or after a pause:
/// the door measures the pause and calls [`settle`](Self::settle).
#[derive(Debug)]
pub struct ServerEnd {
    id: UserId,
    /// The name as the client wrote it, which is in the prefix of its messages.
    name: Vec<u8>,
}

impl ServerEnd {
    /// The end for the connection that was given the number `id`.
    #[must_use]
    pub const fn new(id: UserId) -> Self {
        Self { id, name: Vec::new() }
    }

    /// Takes the rest of `src` as one message after a pause, unless it ends within a character: its other bytes
    /// must be on their way.
    pub fn settle(&mut self, src: &mut BytesMut) -> Option<ClientMessage> {
        let cut = matches!(std::str::from_utf8(last_char(src)), Err(e) if e.error_len().is_none());
        if cut { None } else { self.finish(src) }
    }

    /// Takes all of `src` as one message.
    fn finish(&mut self, src: &mut BytesMut) -> Option<ClientMessage> {
        let all = src.len();
        self.take(src, all)
    }

    /// Takes the first `end` bytes of `src` as one message; `None` if its text is empty.
    fn take(&mut self, src: &mut BytesMut, end: usize) -> Option<ClientMessage> {
        let message = src.split_to(end);
        if let Some(name) = message.strip_prefix(NAME.as_bytes()) {
            self.name = name.to_vec();
            return Some(ClientMessage::Name(UserName::from_lossy(&String::from_utf8_lossy(name))));
        }
        let prefix = self.prefix(&self.name);
        let text = message.strip_prefix(prefix.as_slice()).map_or_else(
            || after_claims(&String::from_utf8_lossy(&message)).to_owned(),
            |text| String::from_utf8_lossy(text).into_owned(),
        );
        Text::from_lossy(&text).map(ClientMessage::Text)
    }

    /// The prefix of a message of this client under `name`.
    fn prefix(&self, name: &[u8]) -> Vec<u8> {
        [self.id.to_string().as_bytes(), PART.as_bytes(), name, PART.as_bytes()].concat()
    }

    /// Where the first message of `src` ends, if another one has begun behind it.
    fn next_message(&self, src: &[u8]) -> Option<usize> {
        if let Some(rest) = src.strip_prefix(NAME.as_bytes()) {
            let number = [self.id.to_string().as_bytes(), PART.as_bytes()].concat();
            return memmem::find_iter(rest, &number)
                // Nobody has so long a name, and each try costs as much as the name is long.
                .take_while(|end| *end <= CLASSIC_WRITE_BYTES_MAX)
                .find(|end| rest[*end..].starts_with(&self.prefix(&rest[..*end])))
                .map(|end| NAME.len() + end);
        }
        let prefix = self.prefix(&self.name);
        let own = if src.starts_with(&prefix) { prefix.len() } else { 0 };
        memmem::find(&src[own..], &prefix).map(|end| own + end)
    }
}

impl Decoder for ServerEnd {
    type Item = ClientMessage;
    type Error = io::Error;

    /// Takes the next message whose end is known. Never holds back more than
    /// [`CLASSIC_HOLD_BYTES_MAX`] bytes and what one read adds.
    fn decode(&mut self, src: &mut BytesMut) -> io::Result<Option<ClientMessage>> {
        loop {
            let end = match self.next_message(src) {
                Some(end) if end <= CLASSIC_HOLD_BYTES_MAX => end,
                _ if src.len() > CLASSIC_HOLD_BYTES_MAX => char_end(src, CLASSIC_HOLD_BYTES_MAX),
                _ => return Ok(None),
            };
            if let Some(message) = self.take(src, end) {
                return Ok(Some(message));
            }
        }
    }

    fn decode_eof(&mut self, src: &mut BytesMut) -> io::Result<Option<ClientMessage>> {
        match self.decode(src)? {
            Some(message) => Ok(Some(message)),
            None => Ok(self.finish(src)),
        }
    }
}

impl Encoder<&ServerMessage> for ServerEnd {
    type Error = io::Error;

    fn encode(&mut self, message: &ServerMessage, dst: &mut BytesMut) -> io::Result<()> {
        dst.put_slice(message.to_string().as_bytes());
        Ok(())
    }
}

/// The text of a message without the number and the name that it claims: three parts are number, name and text, two
/// are number and text, anything else is text.
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

    /// The messages that the server's end of connection 5 finds in `reads`; a pause follows the last.
    fn found(reads: &[&[u8]]) -> Vec<ClientMessage> {
        let mut end = ServerEnd::new(UserId::new(5));
        let mut src = BytesMut::new();
        let mut messages = Vec::new();
        for read in reads {
            src.put_slice(read);
            while let Some(one) = end.decode(&mut src).unwrap() {
                messages.push(one);
            }
        }
        messages.extend(end.settle(&mut src));
        messages
    }

    #[test]
    fn a_name_and_messages_in_one_read_are_separated() {
        let glued = "NAME:ana5||ana||hi5||ana||a||b5||ana||NAME:eva";
        let messages = [name("ana"), text("hi"), text("a||b"), text("NAME:eva")];
        assert_eq!(found(&[glued.as_bytes()]), messages);
    }

    #[test]
    fn a_name_with_bars_is_one_name() {
        let messages = [name("a_b"), text("hi")];
        assert_eq!(found(&[b"NAME:a||b5||a||b||hi"]), messages);
        assert_eq!(found(&[b"NAME:a||b"]), [name("a_b")]);
    }

    #[test]
    fn a_claimed_author_is_left_out() {
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
        let mut messages = Vec::new();
        while let Some(one) = end.decode_eof(&mut src).unwrap() {
            messages.push(one);
        }
        assert_eq!(messages, [name("ana"), text("a\u{FFFD}")]);
    }

    #[test]
    fn a_message_that_is_too_long_continues_as_another() {
        let long = "ñ".repeat(CLASSIC_HOLD_BYTES_MAX);
        let messages = found(&[b"x", long.as_bytes()]);
        assert_eq!(messages.len(), 3);
        let together: String = messages
            .iter()
            .map(|message| match message {
                ClientMessage::Text(text) => text.to_string(),
                ClientMessage::Name(_) => unreachable!("no name was sent"),
            })
            .collect();
        assert_eq!(together, format!("x{long}"));
    }

    #[test]
    fn an_empty_text_is_not_a_message() {
        assert_eq!(found(&[b"5||ana||"]), []);
        assert_eq!(found(&[b"\r\n"]), []);
    }
}
