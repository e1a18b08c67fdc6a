//! How to talk to a server, as data: what a user sends to come in, and what a message looks like.
//!
//! In a pattern `<user>` stands for the user's number, `<room>` for the room's name, `<text>` for
//! what is said, `<bytes>` for its length, and `<n>` for the number of the message, in eight digits.

mod known;
mod pattern;
mod template;

pub(crate) use known::{CLASSIC, IRC, IRC_NARROW, MQTT, NATIVE, NATS, RAW, RAW_LONG, REDIS};
pub(crate) use template::Template;

use crate::stamp::{DIGITS, NUMBER_OFFSET, STAMP_BYTES, Stamp};
use pattern::fill;

/// Bytes of an MQTT message besides its text: the length of the room's name, and the name.
const MQTT_BESIDES: usize = 7;

/// One line protocol.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// What a user sends first, if anything.
    hello: &'static [u8],
    /// What the server's answer to that has in it.
    welcome: &'static [u8],
    /// What the user sends to come into its room, if there are rooms.
    join: &'static [u8],
    /// What the server's answer to that has in it.
    joined: &'static [u8],
    /// The room everybody is in after `hello`, without `join`; used where the load has one room.
    lobby: Option<&'static str>,
    /// The other rooms: their number is added to this, in four digits.
    room: &'static str,
    /// A message.
    message: &'static [u8],
    /// Bytes of the longest text.
    text_bytes_max: usize,
    /// Users on their way in at most: fewer than a server allows strangers of one address, or lets
    /// wait at its door.
    pub(crate) coming_max: usize,
}

/// What a user says to get further, and what the answer has in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// What the user sends.
    pub(crate) say: Vec<u8>,
    /// What comes back, among other things.
    pub(crate) answer: Vec<u8>,
}

/// One user of a load, and where it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    /// Its number, from 0.
    pub(crate) user: usize,
    /// The number of its room, from 0.
    pub(crate) room: usize,
    /// Whether there is no other room.
    pub(crate) is_only_room: bool,
}

impl Dialect {
    /// The first step of the user: to be known. `None` where there is nothing to say.
    pub(crate) fn hello(&self, member: Member) -> Option<Step> {
        self.step(self.hello, self.welcome, member)
    }

    /// The second: to be in its room. `None` where it is there already.
    pub(crate) fn join(&self, member: Member) -> Option<Step> {
        let is_there = member.is_only_room && self.lobby.is_some();
        if is_there { None } else { self.step(self.join, self.joined, member) }
    }

    /// Whether there is a room everybody is in.
    pub(crate) const fn has_lobby(&self) -> bool {
        self.lobby.is_some()
    }

    fn step(&self, say: &[u8], answer: &[u8], member: Member) -> Option<Step> {
        let filled = |pattern| {
            let mut filled = Vec::new();
            fill(pattern, &mut filled, |name, out| self.write(name, member, out));
            filled
        };
        (!say.is_empty()).then(|| Step { say: filled(say), answer: filled(answer) })
    }

    /// A message of the user, its text `text_bytes` long, or as long as it may be here; a stamp at the
    /// least.
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
            b"mqtt bytes" => mqtt_length(MQTT_BESIDES + text.len(), out),
            name => self.write(name, member, out),
        });
        template
    }

    /// Writes what `name` stands for in what a user says.
    fn write(&self, name: &[u8], member: Member, out: &mut Vec<u8>) {
        let written = match (name, self.lobby) {
            (b"user", _) => member.user.to_string(),
            (b"room", Some(lobby)) if member.is_only_room => lobby.to_owned(),
            (b"room", _) => format!("{}{:04}", self.room, member.room),
            _ => String::new(),
        };
        out.extend_from_slice(written.as_bytes());
    }
}

/// Writes a length as MQTT does: seven bits a byte, the lowest first.
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

    const ALONE: Member = Member { user: 7, room: 0, is_only_room: true };
    const AMONG: Member = Member { user: 7, room: 3, is_only_room: false };

    #[test]
    fn the_only_room_is_the_lobby_where_there_is_one() {
        let hello = r#"{"type":"hello","version":1,"name":"u7","device":"load"}"#;
        let step = NATIVE.hello(ALONE).unwrap();
        assert_eq!(text(&step.say), format!("{hello}\n"));
        assert_eq!(text(&step.answer), r##""type":"room","room":"#lobby""##);
        assert_eq!(NATIVE.join(ALONE), None);
        assert_eq!(text(&RAW.join(ALONE).unwrap().say), "0000\n");
    }

    #[test]
    fn another_room_is_joined() {
        let step = NATIVE.join(AMONG).unwrap();
        assert_eq!(text(&step.say), "{\"type\":\"join\",\"room\":\"#load0003\"}\n");
        assert_eq!(text(&step.answer), r##""type":"room","room":"#load0003""##);
        assert_eq!(text(&RAW.join(AMONG).unwrap().say), "0003\n");
    }

    #[test]
    fn a_message_has_its_number_wherever_it_stands() {
        let mut out = Vec::new();
        NATIVE.message(ALONE, 24).write(12, &mut out);
        assert_eq!(
            text(&out),
            "{\"type\":\"say\",\"room\":\"#lobby\",\"n\":100000012,\
             \"text\":\"^00000007n00000012^xxxxx\"}\n"
        );
        assert_eq!(said(&RAW, 64).len(), 64);
    }

    #[test]
    fn lengths_go_with_the_text() {
        assert_eq!(text(&said(&NATS, 20)), "PUB r0003 20\r\n^00000007n00000012^x\r\n");
        let redis = "*3\r\n$7\r\nPUBLISH\r\n$5\r\nr0003\r\n$19\r\n^00000007n00000012^\r\n";
        assert_eq!(text(&said(&REDIS, 0)), redis);
        assert_eq!(said(&IRC, 512).len(), "PRIVMSG #load0003 :\r\n".len() + 400);
        for (bytes, head) in [
            (64, &b"\x30\x47\x00\x05r0003"[..]),
            (180, b"\x30\xbb\x01\x00\x05r0003"),
            (512, b"\x30\x87\x04\x00\x05r0003"),
        ] {
            let said = said(&MQTT, bytes);
            assert!(said.starts_with(head), "{said:?}");
            assert_eq!(said.len(), head.len() + bytes);
        }
    }

    fn said(dialect: &Dialect, text_bytes: usize) -> Vec<u8> {
        let mut out = Vec::new();
        dialect.message(AMONG, text_bytes).write(12, &mut out);
        out
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}
