//! The dialects of the servers.

use super::{Carrier, Dialect};

/// Users who join at the same time, if the server has no lower limit.
const JOINING_MAX: usize = 256;

/// The same for classic clients. Each waits for the pauses of the protocol, so more at a time are faster. The
/// server allows 1,024 connections before `hello` from one address.
const CLASSIC_JOINING_MAX: usize = 1_000;

/// The native protocol of `chat-server`. A device's `n` must increase but may have gaps; it starts with the digit 1
/// so that all have the same length.
pub(crate) const NATIVE: Dialect = Dialect {
    hello: b"{\"type\":\"hello\",\"version\":1,\"name\":\"u<user>\",\"device\":\"load\"}\n",
    welcome: b"\"type\":\"room\",\"room\":\"#lobby\"",
    join: b"{\"type\":\"join\",\"room\":\"<room>\"}\n",
    joined: b"\"type\":\"room\",\"room\":\"<room>\"",
    lobby: Some("#lobby"),
    room: "#load",
    message: b"{\"type\":\"say\",\"room\":\"<room>\",\"n\":1<n>,\"text\":\"<text>\"}\n",
    text_bytes_max: 16_384,
    joining_max: JOINING_MAX,
    carrier: Carrier::Plain,
};

/// The same within TLS.
pub(crate) const NATIVE_TLS: Dialect = Dialect { carrier: Carrier::Tls, ..NATIVE };

/// The same on WebSockets.
pub(crate) const NATIVE_WEB: Dialect = Dialect { carrier: Carrier::Web, ..NATIVE };

/// The protocol of the original chat, which has one room and no line ends. Only for arriving users, not for
/// messages.
pub(crate) const CLASSIC: Dialect = Dialect {
    hello: b"NAME:u<user>",
    welcome: b"USERS:",
    join: b"",
    joined: b"",
    lobby: Some("#lobby"),
    room: "",
    message: b"<text>",
    text_bytes_max: 0,
    joining_max: CLASSIC_JOINING_MAX,
    carrier: Carrier::Plain,
};

/// The input of `rawfan`: an empty line, the number of a room, then bytes.
pub(crate) const RAW: Dialect = Dialect {
    hello: b"\n",
    welcome: b"ok\n",
    join: b"<room>\n",
    joined: b"ok\n",
    lobby: None,
    room: "",
    message: b"<text>",
    text_bytes_max: usize::MAX,
    joining_max: JOINING_MAX,
    carrier: Carrier::Plain,
};

/// [`RAW`] with messages as long as the lines that `chat-server` sends.
pub(crate) const RAW_LONG: Dialect = Dialect {
    message: b"{\"type\":\"message\",\"room\":\"#lobby\",\"seq\":1234567,\
        \"from\":{\"id\":1,\"name\":\"u0\"},\"at\":\"2026-11-22T14:02:07.123Z\",\
        \"kind\":\"text\",\"text\":\"<text>\"}\n",
    ..RAW
};

/// IRC. A line has at most 512 bytes, including the prefix that the server adds.
pub(crate) const IRC: Dialect = Dialect {
    hello: b"NICK u<user>\r\nUSER u 0 * :u\r\n",
    welcome: b" 376 ",
    join: b"JOIN <room>\r\n",
    joined: b" 366 ",
    lobby: None,
    room: "#load",
    message: b"PRIVMSG <room> :<text>\r\n",
    text_bytes_max: 400,
    joining_max: JOINING_MAX,
    carrier: Carrier::Plain,
};

/// IRC, for a server with a listen backlog of ten.
pub(crate) const IRC_NARROW: Dialect = Dialect { joining_max: 8, ..IRC };

/// Redis, in version 3 of its protocol, in which a subscriber can also publish.
pub(crate) const REDIS: Dialect = Dialect {
    hello: b"HELLO 3\r\n",
    welcome: b"modules",
    join: b"SUBSCRIBE <room>\r\n",
    joined: b"subscribe\r\n",
    lobby: None,
    room: "r",
    message: b"*3\r\n$7\r\nPUBLISH\r\n$5\r\n<room>\r\n$<bytes>\r\n<text>\r\n",
    text_bytes_max: usize::MAX,
    joining_max: JOINING_MAX,
    carrier: Carrier::Plain,
};

/// NATS, with the option not to send a client its own messages.
pub(crate) const NATS: Dialect = Dialect {
    hello: b"CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":false}\r\nPING\r\n",
    welcome: b"PONG\r\n",
    join: b"SUB <room> 1\r\nPING\r\n",
    joined: b"PONG\r\n",
    lobby: None,
    room: "r",
    message: b"PUB <room> <bytes>\r\n<text>\r\n",
    text_bytes_max: usize::MAX,
    joining_max: JOINING_MAX,
    carrier: Carrier::Plain,
};

/// MQTT 3.1.1, each message at most once. A length precedes each name.
pub(crate) const MQTT: Dialect = Dialect {
    hello: b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00",
    welcome: b"\x20\x02\x00\x00",
    join: b"\x82\x0a\x00\x01\x00\x05<room>\x00",
    joined: b"\x90\x03\x00\x01\x00",
    lobby: None,
    room: "r",
    message: b"\x30<mqtt bytes>\x00\x05<room><text>",
    text_bytes_max: 16_000,
    joining_max: JOINING_MAX,
    carrier: Carrier::Plain,
};
