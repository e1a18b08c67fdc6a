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
    /// What a user sends first.
    hello: &'static str,
    /// What it sends to come into its room, after that.
    join: &'static str,
    /// The room everybody is in after `hello`, without `join`; used where the load has one room.
    lobby: Option<&'static str>,
    /// The other rooms: their number is added to this.
    room: &'static str,
    /// What the server answers once the user is in its room.
    ready: &'static str,
    /// A message.
    message: &'static str,
}

/// The native protocol of `chat-server`. A device's `n` has to increase and may leave some out, so
/// it begins with a 1 to have as many digits as the last.
pub(crate) const NATIVE: Dialect = Dialect {
    hello: "{\"type\":\"hello\",\"version\":1,\"name\":\"u<user>\",\"device\":\"load\"}\n",
    join: "{\"type\":\"join\",\"room\":\"<room>\"}\n",
    lobby: Some("#lobby"),
    room: "#load",
    ready: "\"type\":\"room\",\"room\":\"<room>\"",
    message: "{\"type\":\"say\",\"room\":\"<room>\",\"n\":<n>,\"text\":\"<text>\"}\n",
};

/// What `rawfan` takes: the number of a room, then bytes.
pub(crate) const RAW: Dialect = Dialect {
    hello: "",
    join: "<room>\n",
    lobby: None,
    room: "",
    ready: "ok\n",
    message: "<text>",
};

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
    /// What the user sends to come into its room.
    pub(crate) fn greeting(&self, place: Place) -> Vec<u8> {
        let join = if self.in_lobby(place) { "" } else { self.join };
        self.fill(&[self.hello, join].concat(), place).into_bytes()
    }

    /// What the server's answer has in it once the user is in its room.
    pub(crate) fn ready(&self, place: Place) -> Vec<u8> {
        self.fill(self.ready, place).into_bytes()
    }

    /// A message of the user, its text `text_bytes` long or as long as a stamp.
    pub(crate) fn message(&self, place: Place, text_bytes: usize) -> Template {
        let sender = u32::try_from(place.user).unwrap_or(u32::MAX);
        let stamp = Stamp { sender, number: 0 }.written();
        let padding = vec![b'x'; text_bytes.saturating_sub(STAMP_BYTES)];
        Template::new(&self.fill(self.message, place), &stamp, &padding)
    }

    fn in_lobby(&self, place: Place) -> bool {
        place.is_only_room && self.lobby.is_some()
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
        assert_eq!(text(&NATIVE.greeting(ALONE)), format!("{hello}\n"));
        assert_eq!(text(&NATIVE.ready(ALONE)), r##""type":"room","room":"#lobby""##);
        assert_eq!(text(&RAW.greeting(ALONE)), "0\n");
    }

    #[test]
    fn another_room_is_joined() {
        let greeting = text(&NATIVE.greeting(AMONG));
        assert!(greeting.ends_with("\n{\"type\":\"join\",\"room\":\"#load3\"}\n"), "{greeting}");
        assert_eq!(text(&RAW.greeting(AMONG)), "3\n");
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
