//! The protocols of the servers, as data: the requests to join, their answers, and the form of a message.
//!
//! In a pattern, `<user>` stands for the user's number, `<room>` for the room's name, `<text>` for the text of a
//! message, `<bytes>` for its length, and `<n>` for the number of the message in eight digits.

mod known;
mod pattern;
mod template;

pub(crate) use known::{
    CLASSIC, IRC, IRC_NARROW, MQTT, NATIVE, NATIVE_TLS, NATIVE_WEB, NATS, RAW, RAW_LONG, REDIS,
};
pub(crate) use template::Template;

use crate::stamp::{DIGITS, NUMBER_OFFSET, STAMP_BYTES, Stamp};
use pattern::fill;

/// Bytes of an MQTT message before its text: the length of the room's name, and the name.
const MQTT_OVERHEAD_BYTES: usize = 7;

/// The protocol of one server.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// The first request; empty if there is none.
    hello: &'static [u8],
    /// A part of the answer to `hello`.
    welcome: &'static [u8],
    /// The request to join a room; empty if there is none.
    join: &'static [u8],
    /// A part of the answer to `join`.
    joined: &'static [u8],
    /// The room that every user is in after `hello`. It is used if the load has one room.
    lobby: Option<&'static str>,
    /// The prefix of room names; the number of the room follows in four digits.
    room: &'static str,
    message: &'static [u8],
    text_bytes_max: usize,
    /// Users who join at the same time: fewer than the server allows connections before `hello` from one address,
    /// and fewer than its listen backlog.
    pub(crate) joining_max: usize,
    /// Its carrier.
    pub(crate) carrier: Carrier,
}

/// The carrier of a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// The connection itself.
    Plain,
    /// TLS on it.
    Tls,
    /// A WebSocket on it.
    Web,
}

/// A request, and the answer to wait for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) request: Vec<u8>,
    /// A part of the answer.
    pub(crate) answer: Vec<u8>,
}

/// A user of a load in its room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    /// The number of the user, from 0.
    pub(crate) user: usize,
    /// The number of the room, from 0.
    pub(crate) room: usize,
    /// Whether the load has one room.
    pub(crate) is_only_room: bool,
}

impl Dialect {
    /// Returns the first step, which identifies the user; `None` if the protocol has none.
    pub(crate) fn hello(&self, member: Member) -> Option<Step> {
        self.step(self.hello, self.welcome, member)
    }

    /// Returns the second step, which joins the room; `None` if the user is in it after the first.
    pub(crate) fn join(&self, member: Member) -> Option<Step> {
        let is_in_lobby = member.is_only_room && self.lobby.is_some();
        if is_in_lobby { None } else { self.step(self.join, self.joined, member) }
    }

    pub(crate) const fn has_lobby(&self) -> bool {
        self.lobby.is_some()
    }

    fn step(&self, request: &[u8], answer: &[u8], member: Member) -> Option<Step> {
        let filled = |pattern| {
            let mut filled = Vec::new();
            fill(pattern, &mut filled, |name, out| self.write(name, member, out));
            filled
        };
        (!request.is_empty()).then(|| Step { request: filled(request), answer: filled(answer) })
    }

    /// Returns a message of the user. Its text has `text_bytes` bytes, but not more than the protocol allows, and at
    /// least those of the stamp.
    pub(crate) fn message(&self, member: Member, text_bytes: usize) -> Template {
        let sender = u32::try_from(member.user).unwrap_or(u32::MAX);
        let mut text = Stamp { sender, number: 0 }.to_bytes().to_vec();
        text.resize(text_bytes.min(self.text_bytes_max).max(STAMP_BYTES), b'x');
        let mut template = Template::default();
        let Template { bytes, numbers } = &mut template;
        fill(self.message, bytes, |name, out| match name {
            b"text" => {
                numbers.push(out.len() + NUMBER_OFFSET);
                out.extend_from_slice(&text);
            }
            b"n" => {
                numbers.push(out.len());
                out.extend_from_slice(&[b'0'; DIGITS]);
            }
            b"bytes" => out.extend_from_slice(text.len().to_string().as_bytes()),
            b"mqtt bytes" => mqtt_length(MQTT_OVERHEAD_BYTES + text.len(), out),
            name => self.write(name, member, out),
        });
        template
    }

    /// Writes the value of the placeholder `name`.
    fn write(&self, name: &[u8], member: Member, out: &mut Vec<u8>) {
        let value = match (name, self.lobby) {
            (b"user", _) => member.user.to_string(),
            (b"room", Some(lobby)) if member.is_only_room => lobby.to_owned(),
            (b"room", _) => format!("{}{:04}", self.room, member.room),
            _ => String::new(),
        };
        out.extend_from_slice(value.as_bytes());
    }
}

/// Writes a length in the form of MQTT: seven bits in each byte, the lowest first.
fn mqtt_length(mut length: usize, out: &mut Vec<u8>) {
    while length > 0x7f {
        out.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    out.push(length.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN_LOBBY: Member = Member { user: 7, room: 0, is_only_room: true };
    const IN_ROOM: Member = Member { user: 7, room: 3, is_only_room: false };

    #[test]
    fn the_only_room_is_the_lobby_if_there_is_one() {
        let hello = r#"{"type":"hello","version":1,"name":"u7","device":"load"}"#;
        let step = NATIVE.hello(IN_LOBBY).unwrap();
        assert_eq!(text(&step.request), format!("{hello}\n"));
        assert_eq!(text(&step.answer), r##""type":"room","room":"#lobby""##);
        assert_eq!(NATIVE.join(IN_LOBBY), None);
        assert_eq!(text(&RAW.join(IN_LOBBY).unwrap().request), "0000\n");
    }

    #[test]
    fn a_room_that_is_not_the_lobby_is_joined() {
        let step = NATIVE.join(IN_ROOM).unwrap();
        assert_eq!(text(&step.request), "{\"type\":\"join\",\"room\":\"#load0003\"}\n");
        assert_eq!(text(&step.answer), r##""type":"room","room":"#load0003""##);
        assert_eq!(text(&RAW.join(IN_ROOM).unwrap().request), "0003\n");
    }

    #[test]
    fn a_message_has_its_number_in_each_position() {
        let mut out = Vec::new();
        NATIVE.message(IN_LOBBY, 24).write(12, &mut out);
        assert_eq!(
            text(&out),
            "{\"type\":\"say\",\"room\":\"#lobby\",\"n\":100000012,\
             \"text\":\"^00000007n00000012^xxxxx\"}\n"
        );
        assert_eq!(encoded(&RAW, 64).len(), 64);
    }

    #[test]
    fn lengths_match_the_text() {
        assert_eq!(text(&encoded(&NATS, 20)), "PUB r0003 20\r\n^00000007n00000012^x\r\n");
        let redis = "*3\r\n$7\r\nPUBLISH\r\n$5\r\nr0003\r\n$19\r\n^00000007n00000012^\r\n";
        assert_eq!(text(&encoded(&REDIS, 0)), redis);
        assert_eq!(encoded(&IRC, 512).len(), "PRIVMSG #load0003 :\r\n".len() + 400);
        for (bytes, head) in [
            (64, &b"\x30\x47\x00\x05r0003"[..]),
            (180, b"\x30\xbb\x01\x00\x05r0003"),
            (512, b"\x30\x87\x04\x00\x05r0003"),
        ] {
            let message = encoded(&MQTT, bytes);
            assert!(message.starts_with(head), "{message:?}");
            assert_eq!(message.len(), head.len() + bytes);
        }
    }

    fn encoded(dialect: &Dialect, text_bytes: usize) -> Vec<u8> {
        let mut out = Vec::new();
        dialect.message(IN_ROOM, text_bytes).write(12, &mut out);
        out
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}
