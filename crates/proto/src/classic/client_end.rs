//! The client's end: reads as the classic clients do, for tests and tools.

use crate::id::UserId;
use std::io;

use bytes::{BufMut, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use super::{ENTRY, ID, NAME, PART, ServerMessage, USERS};

/// The client's end of one connection. It takes all received bytes as one message, like the classic clients take
/// the bytes that one `recv` returns, and sends a text as it is.
#[derive(Debug, Default)]
pub struct ClientEnd;

impl ClientEnd {
    /// The bytes with which a client sends its name.
    #[must_use]
    pub fn name(name: &str) -> String {
        format!("{NAME}{name}")
    }

    /// The bytes with which the client `id`, with the name `name`, sends the message `text`.
    #[must_use]
    pub fn say(id: UserId, name: &str, text: &str) -> String {
        format!("{id}{PART}{name}{PART}{text}")
    }
}

impl Decoder for ClientEnd {
    type Item = ServerMessage;
    type Error = io::Error;

    fn decode(&mut self, src: &mut BytesMut) -> io::Result<Option<ServerMessage>> {
        let read = src.split();
        let read = String::from_utf8_lossy(&read);
        Ok(if read.is_empty() { None } else { Some(message(&read)) })
    }
}

impl Encoder<&str> for ClientEnd {
    type Error = io::Error;

    fn encode(&mut self, text: &str, dst: &mut BytesMut) -> io::Result<()> {
        dst.put_slice(text.as_bytes());
        Ok(())
    }
}

fn message(read: &str) -> ServerMessage {
    known(read).unwrap_or_else(|| ServerMessage::Raw(read.to_owned()))
}

fn known(read: &str) -> Option<ServerMessage> {
    if let Some(id) = read.strip_prefix(ID) {
        return Some(ServerMessage::Id(id.parse().ok()?));
    }
    if let Some(list) = read.strip_prefix(USERS) {
        return list.split(ENTRY).map(entry).collect::<Option<_>>().map(ServerMessage::Users);
    }
    let mut parts = read.splitn(3, PART);
    let (id, name, text) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    Some(ServerMessage::Message { id, name: name.to_owned(), text: text.to_owned() })
}

fn entry(entry: &str) -> Option<(UserId, String)> {
    let (id, name) = entry.split_once(PART)?;
    Some((id.parse().ok()?, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_one_read_are_one_message() {
        let reads = [
            ("ID:5", ServerMessage::Id(UserId::new(5))),
            ("USERS:5||ana", ServerMessage::Users(vec![(UserId::new(5), "ana".to_owned())])),
            ("ID:5USERS:5||ana", ServerMessage::Raw("ID:5USERS:5||ana".to_owned())),
            ("USERS:5||ana||x&&", ServerMessage::Raw("USERS:5||ana||x&&".to_owned())),
        ];
        for (read, message) in reads {
            let decoded = ClientEnd.decode(&mut BytesMut::from(read)).unwrap();
            assert_eq!(decoded, Some(message), "{read}");
        }
    }
}
