//! The settings of one daemon.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use chat_proto::{Timestamp, UserName};
use tokio::time::Instant;

use super::TURNED_AWAY_MAX;
use crate::clock::{Clock, Monotonic};
use crate::domain::Acme;
use crate::limits::Limits;
use crate::plain::Plain;
use crate::server_password::ServerPassword;
use crate::web_config::WebConfig;

/// Which new users are let in. Known users always are, unless they are banned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// Everybody, guests included.
    Open,
    /// Those who have an invite.
    Invite,
    /// Those who have an invite that the operator has made.
    Closed,
}

/// The files of a certificate that the daemon has not made itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and the chain that vouches for it, in PEM format.
    pub certificate: PathBuf,
    /// Its private key, in PEM format.
    pub key: PathBuf,
}

/// The settings of one daemon.
#[derive(Debug, Clone)]
pub struct Config {
    /// Connections in all, of both protocols. The table of `config` has the memory for the default.
    pub max_connections: usize,
    /// Connections past these. Half of them may still say who they are, since a known user takes the place of a guest;
    /// the others are rejected, and kept half open to read the reason, see [`TURNED_AWAY_MAX`].
    pub turned_away_max: usize,
    /// Connections without a session: enough for some thousand clients that connect at once, too few to use up
    /// `max_connections`. For one more the oldest of the network with the most is closed.
    pub unidentified_max: usize,
    /// The same from one address (for IPv6, from one /64): enough for an office behind one address, too
    /// few for one stranger to use up `unidentified_max`.
    pub unidentified_per_address_max: usize,
    /// How long a connection may take until its session begins: a person can type a `hello` by hand.
    pub identify_timeout: Duration,
    /// How long a new connection may be silent before it is taken for a classic client, which waits for the
    /// server to send first.
    pub detect_silence: Duration,
    /// From which addresses plain text is accepted.
    pub plain: Plain,
    /// Which new users come in.
    pub join: Join,
    /// The password that new users have to know; `None` if there is none.
    pub password: Option<ServerPassword>,
    /// The certificate for TLS; `None` for one of the daemon's own.
    pub tls_files: Option<TlsFiles>,
    /// The authority that issues a certificate for clients that know the daemon by its name; `None` for none.
    pub acme: Option<Acme>,
    /// The settings of the web server.
    pub web: WebConfig,
    /// Silence after which a native client is sent a ping, and after which the session ends if it does not
    /// answer. Some routers forget a connection after five minutes.
    pub idle_timeout: Duration,
    /// How long a client may acknowledge none of the bytes that wait for it: long enough for a segment or
    /// two on the slowest connection. 3,000 bytes in this time are 100 bytes/s.
    pub write_timeout: Duration,
    /// How long a session that ends tries to send the reason.
    pub goodbye_timeout: Duration,
    /// How long the daemon waits for its sessions when it ends.
    pub drain_timeout: Duration,
    /// Least time between two writes to one classic client, which takes the result of one `recv` for one
    /// message. With 10 ms, two writes still arrive as one on a busy machine.
    pub classic_gap: Duration,
    /// Silence after which the bytes from a classic client are taken for a whole message: the parts of a
    /// message that the network has divided arrive within less.
    pub classic_settle: Duration,
    /// How long changes of the lobby's users are collected for one list to a classic client.
    pub classic_list_settle: Duration,
    /// Users in the list of a `room` event at most: more than a screen shows. So the cost of a join does
    /// not grow with the room.
    pub users_listed: usize,
    /// A room with more users sends their number instead of each `joined` and `left`: with N users who join,
    /// those would be N² events.
    pub presence_users: usize,
    /// Messages that come with a `join` without `since`: what a screen or two show.
    pub history_on_join: u32,
    /// Users whose account is stored, in all: none is ever removed, and each takes some 500 bytes of
    /// memory. At the limit, known users still come in.
    pub users_max: usize,
    /// Names that no user may take, besides those that no server allows.
    pub reserved_names: Vec<UserName>,
    /// How long a name belongs to a user who has not been seen.
    pub name_hold: Duration,
    /// The age at which messages are removed; `None` if none are.
    pub keep: Option<Duration>,
    /// How long the wall clock must have agreed with the monotonic one, since the start and since its
    /// last jump, before anything is removed by its age: longer than it takes a time server to correct a
    /// wrong clock, or an administrator to notice it.
    pub steady_span: Duration,
    /// The limits of one user and of one network.
    pub limits: Limits,
    /// Whether messages are indexed, so that they can be searched.
    pub search: bool,
    /// The wall clock.
    pub clock: Clock,
    /// The clock that the wall clock is compared with.
    pub monotonic: Monotonic,
}

impl Config {
    /// Connections past `max_connections` that may say who they are.
    pub(crate) const fn reserve(&self) -> usize {
        self.turned_away_max / 2
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            turned_away_max: TURNED_AWAY_MAX,
            unidentified_max: 4_096,
            unidentified_per_address_max: 1_024,
            identify_timeout: Duration::from_secs(60),
            detect_silence: Duration::from_millis(300),
            plain: Plain::Loopback,
            join: Join::Open,
            password: None,
            tls_files: None,
            acme: None,
            web: WebConfig::default(),
            idle_timeout: Duration::from_secs(120),
            write_timeout: Duration::from_secs(30),
            goodbye_timeout: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(5),
            classic_gap: Duration::from_millis(20),
            classic_settle: Duration::from_millis(20),
            classic_list_settle: Duration::from_millis(50),
            users_listed: 500,
            presence_users: 500,
            history_on_join: 50,
            users_max: 100_000,
            reserved_names: Vec::new(),
            name_hold: Duration::from_secs(30 * 24 * 60 * 60),
            keep: None,
            steady_span: Duration::from_secs(60 * 60),
            limits: Limits::default(),
            search: true,
            clock: system_clock,
            monotonic: Instant::now,
        }
    }
}

/// The time of the system.
#[allow(clippy::disallowed_methods, reason = "the edge at which the clock is asked for")]
fn system_clock() -> Timestamp {
    Timestamp::from(SystemTime::now())
}
