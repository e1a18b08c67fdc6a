//! The chat daemon: one port, every client.
//!
//! ```text
//! bytes → door → session ─ message, request ─→ hub: decide → journal → apply
//!                   ↑                                                    │
//!                 bytes ← door ← session ← feed ← ring ← room ←──────────┘
//! ```
//!
//! * [`Server`] is the whole daemon: it runs on what [`bind`] gives, which `listen` accepts connections from,
//!   and with the periodic `jobs`.
//! * `transport` has the streams of bytes that a connection runs on.
//! * `tls` has the key of the daemon, and makes the handshakes of TLS.
//! * `acme` gets a certificate for the domains of the daemon from an authority, and renews it.
//! * `web` serves the page of the chat, and opens WebSockets.
//! * `control` is the socket of the operator, who sends the same commands as a user.
//! * `door` turns bytes into commands and events into bytes, one protocol each. It knows no rooms.
//! * `session` is one connected client, and the only place that knows both a door and the hub.
//! * `hub` has the users, the rooms and the queue of everything that is to be stored. It knows no sockets.
//! * `room` sends each batch of messages to the sessions in it; `feed` gives a session all of them, in order.
//! * `search` follows the journal, and finds messages by their words.
//! * [`journal`] stores messages and changes in one SQLite file.

mod acme;
mod addresses;
mod batch;
mod clock;
pub mod config;
mod control;
mod domain;
mod door;
mod feed;
mod figures;
mod hub;
mod id_map;
mod jobs;
pub mod journal;
mod late;
pub mod limits;
mod links;
mod listen;
mod listeners;
mod logins;
mod network;
mod networks;
mod owner_line;
mod password;
mod plain;
mod ring;
mod room;
mod search;
mod secret_file;
mod server;
mod server_password;
mod session;
mod socket;
mod strangers;
mod tls;
mod token;
mod transport;
mod tries;
mod turn_away;
mod watch;
mod web;
mod web_config;

pub use addresses::{Addresses, store_addresses, stored_addresses};
pub use config::Config;
pub use control::{ControlError, check_control_path, control_path};
pub use domain::{Domain, NotADomain};
pub use limits::Limits;
pub use listen::Listen;
pub use listeners::{Listeners, bind, bind_beside, is_of_this_machine};
pub use owner_line::remove_owner_line;
pub use plain::is_loopback;
pub use search::remove_index;
pub use server::{OpenError, Server};
pub use server_password::{ServerPassword, ServerPasswordError};
pub use socket::UnacknowledgedBytes;
pub use tls::{Certificate, TLS_DIRECTORY, TlsError, server_key, within_tls};
pub use watch::DaemonError;
