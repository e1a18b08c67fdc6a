//! The bounds of the wire itself, the same for every server and client.
//!
//! Bounds a server chooses (how long a session may be silent, how many names a list holds) are
//! settings of the server; it tells them in its `welcome`.

/// Longest line of the native protocol, in bytes, its `\n` not counted.
///
/// Holds the longest text with every byte escaped as JSON, and names, with room to spare for
/// fields to come; small enough that a hostile peer costs no memory worth naming.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// Longest text of one message, in bytes of UTF-8: some 2,500 words, a long mail.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Longest topic of a room, in bytes of UTF-8: a line or two of a wide screen.
pub const TOPIC_BYTES_MAX: usize = 512;

/// Longest text of a user who is away, in bytes of UTF-8: it is shown beside a name, and a list has many.
pub const AWAY_BYTES_MAX: usize = 64;

/// Longest emoji of a reaction, in bytes of UTF-8: a family of four with skin tones has 41.
pub const EMOJI_BYTES_MAX: usize = 64;

/// Most different reactions to one message: a line or two of a wide screen.
pub const REACTIONS_MAX: usize = 20;

/// Most reactions of all users to one message: each is read to show the message.
pub const REACTORS_MAX: usize = 1_000;

/// Most pinned messages of a room: a list that a person can still look through.
pub const PINS_MAX: usize = 100;

/// Longest query of a search, in bytes of UTF-8: more than a line of an input box.
pub const QUERY_BYTES_MAX: usize = 512;

/// Most edits of one message: nobody corrects a text more often, and a bot should send another message.
pub const EDITS_MAX: usize = 100;

/// Most users of one reaction whose names are listed with it; the others are counted only.
pub const REACTORS_LISTED_MAX: usize = 3;

/// Longest pause between two messages of one member of a room, in seconds: six hours.
pub const SLOW_S_MAX: u32 = 21_600;

/// Longest reason of an act of a moderator, in bytes of UTF-8: a line or two of a wide screen.
pub const REASON_BYTES_MAX: usize = 200;

/// Longest user name, in characters (Unicode scalar values) after NFC: what a user list has room
/// for.
pub const NAME_CHARS_MAX: usize = 32;

/// Longest user name, in bytes after NFC. A scalar value takes at most four bytes of UTF-8, so
/// [`NAME_CHARS_MAX`] implies it.
pub const NAME_BYTES_MAX: usize = NAME_CHARS_MAX * 4;

/// Longest word a client may call its installation by, and longest nonce, in bytes.
pub const SHORT_BYTES_MAX: usize = 64;

/// Most features that a client or a server has: several for each version to come.
pub const FEATURES_MAX: usize = 64;

/// Most bytes that go to a classic client in one write: its `recv` takes no more at a time, and
/// takes what one `recv` returns as one message.
pub const CLASSIC_WRITE_BYTES_MAX: usize = 1024;

/// Most bytes of one classic message from a client that are held back to see where it ends; what
/// is longer goes on as a message of its own. So every classic message is short enough to be a text.
pub const CLASSIC_HOLD_BYTES_MAX: usize = TEXT_BYTES_MAX;

/// Users who may come by one invite, at most: the members of a large club.
pub const INVITE_USES_MAX: u32 = 1_000;

/// Longest time of which a mute, a kick or a ban removes the messages, in seconds: a day. What is older has been read,
/// and is deleted one by one.
pub const REMOVE_S_MAX: u32 = 24 * 60 * 60;

/// Longest time for which an invite is valid, in seconds: 30 days, so that one that nobody remembers ends.
pub const INVITE_S_MAX: u32 = 30 * 24 * 60 * 60;
