//! How to talk to a server, as data: what a user sends to come in, and what a message looks like.
//!
//! In a pattern `<user>` stands for the user's number, `<room>` for the room's name, `<text>` for
//! what is said and `<n>` for the number of the message, in nine digits.

mod template;

pub(crate) use template::Template;

use crate::stamp::{STAMP_BYTES, Stamp};

/// One line protocol.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// What a user sends first, if anything.
    hello: &'static str,
    /// What the server's answer to that has in it.
    welcome: &'static str,
    /// What the user sends to come into its room, if there are rooms.
    join: &'static str,
    /// What the server's answer to that has in it.
    joined: &'static str,
    /// The room everybody is in after `hello`, without `join`; used where the load has one room.
    lobby: Option<&'static str>,
    /// The other rooms: their number is added to this.
    room: &'static str,
    /// A message.
    message: &'static str,
}

/// The native protocol of `chat-server`. A device's `n` has to increase and may leave some out, so
/// it begins with a 1 to have as many digits as the last.
pub(crate) const NATIVE: Dialect = Dialect {
    hello: "{\"type\":\"hello\",\"version\":1,\"name\":\"u<user>\",\"device\":\"load\"}\n",
    welcome: "\"type\":\"room\",\"room\":\"#lobby\"",
    join: "{\"type\":\"join\",\"room\":\"<room>\"}\n",
    joined: "\"type\":\"room\",\"room\":\"<room>\"",
    lobby: Some("#lobby"),
    room: "#load",
    message: "{\"type\":\"say\",\"room\":\"<room>\",\"n\":<n>,\"text\":\"<text>\"}\n",
};

/// The protocol of the original chat, which has one room and no ends of lines: for users who come,
/// not for what they say.
pub(crate) const CLASSIC: Dialect = Dialect {
    hello: "NAME:u<user>",
    welcome: "USERS:",
    join: "",
    joined: "",
    lobby: Some("#lobby"),
    room: "",
    message: "<text>",
};

/// What `rawfan` takes: the number of a room, then bytes.
pub(crate) const RAW: Dialect = Dialect {
    hello: "",
    welcome: "",
    join: "<room>\n",
    joined: "ok\n",
    lobby: None,
    room: "",
    message: "<text>",
};

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
pub(crate) struct Place {
    /// Its number, from 0.
    pub(crate) user: usize,
    /// The number of its room, from 0.
    pub(crate) room: usize,
    /// Whether there is no other room.
    pub(crate) is_only_room: bool,
}

impl Dialect {
    /// The first step of the user: to be known. `None` where there is nothing to say.
    pub(crate) fn hello(&self, place: Place) -> Option<Step> {
        self.step(self.hello, self.welcome, place)
    }

    /// The second: to be in its room. `None` where it is there already.
    pub(crate) fn join(&self, place: Place) -> Option<Step> {
        let is_there = place.is_only_room && self.lobby.is_some();
        if is_there { None } else { self.step(self.join, self.joined, place) }
    }

    /// Whether there is a room everybody is in.
    pub(crate) const fn has_lobby(&self) -> bool {
        self.lobby.is_some()
    }

    fn step(&self, say: &str, answer: &str, place: Place) -> Option<Step> {
        let fill = |pattern| self.fill(pattern, place).into_bytes();
        (!say.is_empty()).then(|| Step { say: fill(say), answer: fill(answer) })
    }

    /// A message of the user, its text `text_bytes` long or as long as a stamp.
    pub(crate) fn message(&self, place: Place, text_bytes: usize) -> Template {
        let sender = u32::try_from(place.user).unwrap_or(u32::MAX);
        let stamp = Stamp { sender, number: 0 }.written();
        let padding = vec![b'x'; text_bytes.saturating_sub(STAMP_BYTES)];
        Template::new(&self.fill(self.message, place), &stamp, &padding)
    }

    fn fill(&self, pattern: &str, place: Place) -> String {
        let room = match self.lobby {
            Some(lobby) if place.is_only_room => lobby.to_owned(),
            _ => format!("{}{}", self.room, place.room),
        };
        pattern.replace("<user>", &place.user.to_string()).replace("<room>", &room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALONE: Place = Place { user: 7, room: 0, is_only_room: true };
    const AMONG: Place = Place { user: 7, room: 3, is_only_room: false };

    #[test]
    fn the_only_room_is_the_lobby_where_there_is_one() {
        let hello = r#"{"type":"hello","version":1,"name":"u7","device":"load"}"#;
        let step = NATIVE.hello(ALONE).unwrap();
        assert_eq!(text(&step.say), format!("{hello}\n"));
        assert_eq!(text(&step.answer), r##""type":"room","room":"#lobby""##);
        assert_eq!(NATIVE.join(ALONE), None);
        assert_eq!(RAW.hello(ALONE), None);
        assert_eq!(text(&RAW.join(ALONE).unwrap().say), "0\n");
    }

    #[test]
    fn another_room_is_joined() {
        let step = NATIVE.join(AMONG).unwrap();
        assert_eq!(text(&step.say), "{\"type\":\"join\",\"room\":\"#load3\"}\n");
        assert_eq!(text(&step.answer), r##""type":"room","room":"#load3""##);
        assert_eq!(text(&RAW.join(AMONG).unwrap().say), "3\n");
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
        out.clear();
        RAW.message(ALONE, 64).write(12, &mut out);
        assert_eq!(out.len(), 64);
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}
