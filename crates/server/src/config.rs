//! Every setting and every bound of the daemon, each with its unit and its reason.
//!
//! # Memory in total
//!
//! The most that each of these can take, and the total for 10,000 connections. They cannot all be reached at
//! once: a connection fills one of them by reading nothing, another by sending without a pause.
//!
//! | what | each | in total |
//! |---|---|---|
//! | the rings of the rooms: [`RINGS_BYTES_MAX`] | | 64 MiB |
//! | the queue of the hub, and the commit: `QUEUE_ITEMS` texts of 16 KiB, twice | | 128 MiB |
//! | send buffer in the kernel, if the peer reads nothing: [`UNSENT_BYTES_MAX`] and a segment | 80 KiB | 0.8 GiB |
//! | the same, if it acknowledges nothing: [`SEND_BUFFER_BYTES`] twice | 256 KiB | 2.4 GiB |
//! | receive buffer in the kernel, while the session reads nothing: [`RECEIVE_BUFFER_BYTES`] twice | 128 KiB | 1.2 GiB |
//! | a line that is not complete, and one read: `line_bytes`, [`READ_BYTES`] | 72 KiB | 0.7 GiB |
//! | bytes to write to a native client: [`OUT_BYTES_MAX`], and a batch or a page | 224 KiB | 2.1 GiB, less if they share batches |
//! | the same, encrypted, if they wait for the connection to take them: `BUFFER_BYTES_MAX` of `tls` | 64 KiB | 0.6 GiB |
//! | a handshake of TLS: a `ClientHello` of 64 KiB and the answer, before `hello` only: `unidentified_max` | 80 KiB | 0.3 GiB |
//! | one page of the journal a session: a line | 64 KiB | 0.6 GiB |
//! | answers to what a session sent: [`IN_FLIGHT_MAX`] of 64 bytes | 64 KiB | 0.6 GiB |
//! | messages to write to a classic client: 16 bytes for each of [`CLASSIC_QUEUE_MESSAGES`], which all of them share | 64 KiB | 0.6 GiB |
//! | a message of a WebSocket that is not complete, beside the line: `UNFINISHED_BYTES_MAX` | 128 KiB | 1.2 GiB |
//! | the head of a request of HTTP, and a post to a hook, before `hello` only: `unidentified_max` | 80 KiB | 0.3 GiB |
//! | hashes of passwords, two at a time | 19 MiB | 38 MiB |
//! | the follower of the journal: what it has missed, the ring of commits, and a batch of the index | | 28 MiB |

mod settings;

use std::time::Duration;

pub use self::settings::{Config, Join, TlsFiles};
pub use crate::clock::{Clock, Monotonic};
pub use crate::domain::{ACME_PORT, Acme, DOMAINS_MAX, LETS_ENCRYPT};
pub use crate::plain::Plain;
pub use crate::web_config::{HostNames, MetricsToken, MetricsTokenError, WebConfig};

/// The port of the original chat: its clients have it built in.
pub const PORT: u16 = 12345;

/// Batches that a room holds for sessions that have yet to take them. A session that is further behind reads
/// from the journal (native), or is sent the number of skipped messages (classic), so the ring, which is
/// allocated whole, can be short.
pub const ROOM_RING_BATCHES: usize = 64;

/// Bytes that the rings of all rooms hold together, the encodings of each batch included. Past it, the
/// oldest batches are dropped: sessions that lag behind them continue from the journal.
pub const RINGS_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of text in one batch, but for the last message of it: what a session copies at once.
pub const BATCH_BYTES_MAX: usize = 64 * 1024;

/// Messages in one page that is read from the journal; a page of long ones has fewer.
pub const PAGE_MESSAGES: u32 = 200;

/// Unanswered messages of one session. The session does not read from its client beyond them. Their texts are
/// in the hub's queue, which bounds them for all sessions together.
pub const IN_FLIGHT_MAX: usize = 1024;

/// Named rooms in all: each takes some 500 bytes while nobody is in it.
pub const ROOMS_MAX: usize = 10_000;

/// Direct messages (conversations of two) in all, for each user that the server stores: as many as there
/// are if 1,000 people have each talked to each other. Each takes some 500 bytes, even after both users
/// have left, if it has messages: 250 kB for each user in the worst case.
pub const DIRECT_PER_USER: usize = 500;

/// Unused rooms that one change removes: a millisecond's work, for which other changes wait.
pub const ROOMS_EXPIRED_AT_ONCE: usize = 100;

/// Users whose membership in a removed room is removed in one step under the hub's lock: 100 µs.
pub const VISITORS_AT_ONCE: usize = 500;

/// How often the hub looks for unused rooms that could not be removed at once.
pub const EXPIRE_STEP: Duration = Duration::from_secs(60);

/// How often the hub removes the sanctions that have ended. They have no effect before that either.
pub const SWEEP_STEP: Duration = Duration::from_secs(60);

/// Rooms that one user is in, without direct messages: more than a person follows.
pub const ROOMS_PER_USER_MAX: usize = 100;

/// Direct messages that one user has begun or answered, and is in: few enough that a client can list them all below
/// the rooms.
pub const PRIVATE_PER_USER_MAX: usize = 100;

/// Direct messages that others have begun with one user, and that it has not answered. They are counted separately, so
/// that strangers keep no user from those whom it writes to.
pub const UNANSWERED_PER_USER_MAX: usize = 300;

/// The time that records of the audit log are kept: a year.
pub(crate) const AUDIT_KEPT: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Mutes and bans at most: more than moderators can look through.
pub const SANCTIONS_MAX: usize = 10_000;

/// Mutes and bans in rooms at most, so that those of the server always have room.
pub const SANCTIONS_IN_ROOMS_MAX: usize = 8_000;

/// Mutes and bans in rooms by one user at most: more than a room needs, and a few users cannot use up all of them.
pub const SANCTIONS_IN_ROOMS_PER_USER_MAX: usize = 500;

/// The number of seconds from which a sanction has no end: ten years.
pub(crate) const NO_END_S: u64 = 10 * 366 * 24 * 60 * 60;

/// The time that new users and guests from the network of a banned user are banned, too: it is shared with others.
pub(crate) const NETWORK_BANNED: Duration = Duration::from_secs(24 * 60 * 60);

/// The time that an ended sanction is kept: the clock may have been set forward for a moment.
pub(crate) const SANCTION_SWEPT: Duration = Duration::from_secs(60 * 60);

/// Ended sanctions that one commit removes, so that messages do not wait for it.
pub(crate) const SANCTIONS_SWEPT_AT_ONCE: usize = 100;

/// Connections to the control socket at once: more than one person needs. Each is an open file.
pub const CONTROL_SESSIONS_MAX: usize = 8;

/// Rooms that a user was asked into and has not joined, at most: more than a person looks at.
pub const ASKED_PER_USER_MAX: usize = 100;

/// The same of which newcomers may begin one more: as many as one network has new users at once, and fewer than all, so
/// that users who have been here for longer can still write.
pub const UNANSWERED_OF_NEWCOMERS_MAX: usize = 250;

/// Devices of one user, at most: each has a token, of some 200 bytes. Beyond that, the device that was seen longest ago
/// loses its token.
pub const DEVICES_PER_USER_MAX: usize = 100;

/// Time between two `typing` of one session in one room that are passed on: a client shows one for 5 s.
pub const TYPING_EVERY: Duration = Duration::from_secs(3);

/// Age at which a `typing` that waits for a session is dropped: a client would show it for too long.
pub const TYPING_FRESH: Duration = Duration::from_secs(3);

/// `typing` that wait for the sessions of one user: more than a line above an input box names.
pub const TYPING_QUEUE: usize = 8;

/// Users of a room in which `typing` is passed on, at most: in a larger room somebody always writes, and each would
/// wake every session.
pub const TYPING_USERS_MAX: usize = 100;

/// Time between two changes of one session of whether its user is away. Each takes a slot in the ring of the lobby.
pub const AWAY_EVERY: Duration = Duration::from_secs(1);

/// Users who are away in one list, at most: their texts leave enough of a line for the names.
pub const AWAY_LISTED_MAX: usize = 100;

/// Minimum age of a stored `seen_at` before it is written again, so that a thousand users who reconnect at
/// once cost no writes.
pub const SEEN_STEP: Duration = Duration::from_secs(60 * 60);

/// Users in one write of `seen_at`, and in one step under the hub's lock: a few milliseconds' work, for which
/// others wait.
pub const SEEN_USERS: usize = 500;

/// Rooms that one step under the hub's lock lists: 50 µs.
pub const ROOMS_AT_ONCE: usize = 500;

/// Time between two searches for messages that are too old.
pub const TRIM_STEP: Duration = Duration::from_secs(60);

/// Pause between two steps of the search for mentions in messages of an earlier version. It has 20,000 steps for ten
/// million messages: some 20 minutes, in which new messages are stored without a delay that is felt.
pub const MENTIONS_PAUSE: Duration = Duration::from_millis(50);

/// Time after which such a search that failed is tried again: the disk may be full.
pub const MENTIONS_RETRY: Duration = Duration::from_secs(60);

/// Pause between two steps of the job that clears unused parts of the journal, each of which takes about a millisecond
/// for 1 MiB: a file of 4 GiB takes 4 minutes.
pub const CLEAR_PAUSE: Duration = Duration::from_millis(50);

/// Time from a deletion until that job begins: it is the same work for one text and for many.
pub const CLEAR_DELAY: Duration = Duration::from_secs(10);

/// Time after which that job is tried again if it failed: the disk may be full.
pub const CLEAR_RETRY: Duration = Duration::from_secs(60);

/// Least time between two `presence` events of a large room.
pub const PRESENCE_STEP: Duration = Duration::from_secs(1);

/// Bytes that wait to be written to one native client before its session takes nothing more from its rooms, and little
/// from the client: a few full socket buffers' worth, so that one slow reader costs little memory.
pub const OUT_BYTES_MAX: usize = 64 * 1024;

/// Bytes of the send buffer of a connection. The system doubles it and counts its own overhead in that,
/// so a peer that acknowledges nothing holds 256 KiB at most, and a connection with a round trip of
/// 100 ms carries 2 MB/s.
pub const SEND_BUFFER_BYTES: usize = 128 * 1024;

/// Bytes of a connection that the system takes from the daemon before it can send them. A peer
/// that reads nothing holds this and a segment of up to 64 KiB.
pub const UNSENT_BYTES_MAX: u32 = 16 * 1024;

/// Bytes of the receive buffer of a connection, which the system doubles, too: what a client can send
/// while the daemon does not read from it. A connection with a round trip of 100 ms carries 600 kB/s.
pub const RECEIVE_BUFFER_BYTES: usize = 64 * 1024;

/// Bytes one read asks for: a few hundred short commands.
pub const READ_BYTES: usize = 8 * 1024;

/// Messages that wait to be written to one classic client, one every `classic_gap`; past that the
/// oldest are skipped. 82 s of the default gap.
pub const CLASSIC_QUEUE_MESSAGES: usize = 4096;

/// Bytes of these messages: 10 s of the default gap, at 1,024 bytes a write.
pub const CLASSIC_QUEUE_BYTES: usize = 512 * 1024;

/// Pieces that wait to be written to one classic client ahead of those messages; past that, what it is
/// sent about itself is skipped, too. Four times what the longest message takes.
pub const CLASSIC_PIECES_MAX: usize = 64;

/// Broken lines a session may send within [`BROKEN_LINES_WINDOW`]: more than a person at `nc` types,
/// fewer than a runaway script sends.
pub const BROKEN_LINES_MAX: usize = 20;

/// See [`BROKEN_LINES_MAX`].
pub const BROKEN_LINES_WINDOW: Duration = Duration::from_secs(10);

/// Connections the system holds until they are accepted, as many as may be unidentified. Past that it
/// drops some that it has answered: their peers see a connection, and a classic client waits without end
/// for the server to speak first.
pub const BACKLOG_CONNECTIONS: u32 = 4_096;

/// How long a connection stays half open after the last event, so that the peer can read it: closing with
/// unread bytes would reset the connection instead.
pub const LINGER: Duration = Duration::from_secs(1);

/// Connections past the limit that are kept half open to read the reason. Clients close at once, so that
/// few are open at a time, unless many come at once.
pub const TURNED_AWAY_MAX: usize = 64;

/// The same if the system grants few open files.
pub const TURNED_AWAY_MIN: usize = 4;

/// Silence after which a new connection is taken for a classic client if plain text is not accepted from its address.
/// The client can only be told so, and its number would break the handshake of a TLS client whose first packet is
/// late.
pub const PLAIN_REFUSED_SILENCE: Duration = Duration::from_secs(3);

/// How long an invite is valid if its author says nothing.
pub const INVITE_VALID: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long the invite of the first owner is valid: enough for the person who has just set up the server.
pub const OWNER_INVITE_VALID: Duration = Duration::from_secs(24 * 60 * 60);

/// How often the daemon checks whether its first owner has come, to remove the line from the data directory.
pub const OWNER_STEP: Duration = Duration::from_secs(10);
