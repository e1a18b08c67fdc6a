//! Every setting of the daemon and every bound it keeps, each with its unit and its reason.

use std::time::Duration;

/// The port of the original chat: its clients have it built in.
pub const PORT: u16 = 12345;

/// Events a room holds for sessions that have yet to take them. A session that is further behind
/// has missed some, and is ended (native) or told how many (classic).
pub const ROOM_RING_EVENTS: usize = 4096;

/// Bytes that wait to be written to one native client before its session takes nothing more, from
/// the room or from the client: a few full socket buffers' worth, so that one slow reader costs
/// little memory.
pub const OUT_BYTES_MAX: usize = 64 * 1024;

/// Bytes one read asks for: a few hundred short commands.
pub const READ_BYTES: usize = 8 * 1024;

/// Messages that wait to be written to one classic client, one every `classic_gap`; past that the
/// oldest are skipped. 82 s of the default gap.
pub const CLASSIC_QUEUE_MESSAGES: usize = 4096;

/// Broken lines a session may send within [`BROKEN_LINES_WINDOW`]: more than a person at `nc` types,
/// fewer than a runaway script sends.
pub const BROKEN_LINES_MAX: usize = 20;

/// See [`BROKEN_LINES_MAX`].
pub const BROKEN_LINES_WINDOW: Duration = Duration::from_secs(10);

/// Connections the system holds until they are accepted, as many as may be unidentified. Past that
/// it forgets some that it has answered: their peers think they are connected, and a classic client
/// waits for ever for the server to speak first.
pub const BACKLOG_CONNECTIONS: u32 = 4_096;

/// How long a connection is kept half open after the last word, so that the peer gets to read it:
/// closing with its bytes unread would tell it "reset" instead.
pub const LINGER: Duration = Duration::from_secs(1);

/// The settings of one daemon.
#[derive(Debug, Clone)]
pub struct Config {
    /// Connections in all, whoever they are: what the default limit of open files of a service
    /// manager (and some) allows.
    pub max_connections: usize,
    /// Connections that have not yet said who they are: enough for a thousand to come at once, too
    /// few to fill the daemon with strangers.
    pub unidentified_max: usize,
    /// The same, from one address (for IPv6, from one /64): an office behind one address comes in,
    /// one stranger does not take all.
    pub unidentified_per_address_max: usize,
    /// How long a connection may take to say who it is: a person types a `hello` by hand.
    pub identify_timeout: Duration,
    /// How long a silent connection is listened to before it is taken for a classic client, which
    /// waits for the server to speak first.
    pub detect_silence: Duration,
    /// After how much silence a native session is pinged, and after how much more it is ended:
    /// some routers forget a connection after five minutes.
    pub idle_timeout: Duration,
    /// How long a client may take none of the bytes that wait for it.
    pub write_timeout: Duration,
    /// How long a session that ends tries to say why.
    pub goodbye_timeout: Duration,
    /// How long the daemon takes to say goodbye to all.
    pub drain_timeout: Duration,
    /// Least time between two writes to one classic client, which takes what one `recv` returns as
    /// one message: at 10 ms two writes still arrive as one on a busy machine.
    pub classic_gap: Duration,
    /// How long a classic client's line is quiet before what came is taken for whole: messages cut
    /// by the network arrive within less.
    pub classic_settle: Duration,
    /// How long changes of who is here are gathered into one classic list.
    pub classic_list_settle: Duration,
    /// Users in the list of a `room` event at most: more than a screen shows, and it keeps a join's
    /// price from growing with the room.
    pub users_listed: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            unidentified_max: 4_096,
            unidentified_per_address_max: 1_024,
            identify_timeout: Duration::from_secs(60),
            detect_silence: Duration::from_millis(300),
            idle_timeout: Duration::from_secs(120),
            write_timeout: Duration::from_secs(10),
            goodbye_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(5),
            classic_gap: Duration::from_millis(20),
            classic_settle: Duration::from_millis(20),
            classic_list_settle: Duration::from_millis(50),
            users_listed: 500,
        }
    }
}
