//! The dialects that are known.

use super::Dialect;

/// Users on their way in at most, where a server takes a crowd.
const CROWD: usize = 256;

/// The same of clients of the original chat: each waits for the server's pauses, so that the more are on
/// their way the less they wait for each other. It lets in 1,024 strangers of one address.
const CLASSIC_CROWD: usize = 1_000;

/// The native protocol of `chat-server`. A device's `n` has to increase and may leave some out, so
/// it begins with a 1 to have as many digits as the last.
pub(crate) const NATIVE: Dialect = Dialect {
    hello: b"{\"type\":\"hello\",\"version\":1,\"name\":\"u<user>\",\"device\":\"load\"}\n",
    welcome: b"\"type\":\"room\",\"room\":\"#lobby\"",
    join: b"{\"type\":\"join\",\"room\":\"<room>\"}\n",
    joined: b"\"type\":\"room\",\"room\":\"<room>\"",
    lobby: Some("#lobby"),
    room: "#load",
    message: b"{\"type\":\"say\",\"room\":\"<room>\",\"n\":1<n>,\"text\":\"<text>\"}\n",
    text_bytes_max: 16_384,
    coming_max: CROWD,
};

/// The protocol of the original chat, which has one room and no ends of lines: for users who come,
/// not for what they say.
pub(crate) const CLASSIC: Dialect = Dialect {
    hello: b"NAME:u<user>",
    welcome: b"USERS:",
    join: b"",
    joined: b"",
    lobby: Some("#lobby"),
    room: "",
    message: b"<text>",
    text_bytes_max: 0,
    coming_max: CLASSIC_CROWD,
};

/// What `rawfan` takes: an empty line, the number of a room, then bytes.
pub(crate) const RAW: Dialect = Dialect {
    hello: b"\n",
    welcome: b"ok\n",
    join: b"<room>\n",
    joined: b"ok\n",
    lobby: None,
    room: "",
    message: b"<text>",
    text_bytes_max: usize::MAX,
    coming_max: CROWD,
};

/// The same, with messages as long as the lines in which `chat-server` passes them on.
pub(crate) const RAW_LONG: Dialect = Dialect {
    message: b"{\"type\":\"message\",\"room\":\"#lobby\",\"seq\":1234567,\
        \"from\":{\"id\":1,\"name\":\"u0\"},\"at\":\"2026-11-22T14:02:07.123Z\",\
        \"kind\":\"text\",\"text\":\"<text>\"}\n",
    ..RAW
};

/// IRC. A line has 512 bytes, with all that the server puts in front of it.
pub(crate) const IRC: Dialect = Dialect {
    hello: b"NICK u<user>\r\nUSER u 0 * :u\r\n",
    welcome: b" 376 ",
    join: b"JOIN <room>\r\n",
    joined: b" 366 ",
    lobby: None,
    room: "#load",
    message: b"PRIVMSG <room> :<text>\r\n",
    text_bytes_max: 400,
    coming_max: CROWD,
};

/// IRC, for a server that lets no more than ten wait at its door.
pub(crate) const IRC_NARROW: Dialect = Dialect { coming_max: 8, ..IRC };

/// Redis, in version 3 of its protocol, in which who has subscribed may still publish.
pub(crate) const REDIS: Dialect = Dialect {
    hello: b"HELLO 3\r\n",
    welcome: b"modules",
    join: b"SUBSCRIBE <room>\r\n",
    joined: b"subscribe\r\n",
    lobby: None,
    room: "r",
    message: b"*3\r\n$7\r\nPUBLISH\r\n$5\r\n<room>\r\n$<bytes>\r\n<text>\r\n",
    text_bytes_max: usize::MAX,
    coming_max: CROWD,
};

/// NATS, told not to give a client its own words.
pub(crate) const NATS: Dialect = Dialect {
    hello: b"CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":false}\r\nPING\r\n",
    welcome: b"PONG\r\n",
    join: b"SUB <room> 1\r\nPING\r\n",
    joined: b"PONG\r\n",
    lobby: None,
    room: "r",
    message: b"PUB <room> <bytes>\r\n<text>\r\n",
    text_bytes_max: usize::MAX,
    coming_max: CROWD,
};

/// MQTT 3.1.1, each message at most once. What stands before a name is its length.
pub(crate) const MQTT: Dialect = Dialect {
    hello: b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00",
    welcome: b"\x20\x02\x00\x00",
    join: b"\x82\x0a\x00\x01\x00\x05<room>\x00",
    joined: b"\x90\x03\x00\x01\x00",
    lobby: None,
    room: "r",
    message: b"\x30<mqtt bytes>\x00\x05<room><text>",
    text_bytes_max: 16_000,
    coming_max: CROWD,
};
