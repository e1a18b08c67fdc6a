//! The chat daemon: one port, every client.
//!
//! ```text
//! bytes → door → session ─ command ─→ hub → journal ─ committed batch ─→ room (broadcast)
//!                   ↑                                                        │
//!                 bytes ← door ← session ← seat ←────────────────────────────┘
//! ```
//!
//! * [`Server`] is the whole daemon: it runs on what [`bind`] gives, which `listen` accepts connections from,
//!   and with the periodic `jobs`.
//! * `door` turns bytes into commands and events into bytes, one protocol each. It knows no rooms.
//! * `session` is one connected client, and the only place that knows both a door and the hub.
//! * `hub` and `room` are who is who, who is where, and the fan-out. They know no sockets.
//! * [`journal`] keeps what is said, in order; `seat` brings it to a session, whole.

mod batch;
mod clock;
pub mod config;
mod door;
mod hub;
mod jobs;
pub mod journal;
mod listen;
mod listeners;
mod ring;
mod room;
mod seat;
mod server;
mod session;
mod socket;
mod token;
mod turn_away;
mod unidentified;
mod watch;

pub use config::Config;
pub use listen::Listen;
pub use listeners::{Listeners, bind, bind_beside, is_of_this_machine};
pub use server::Server;
pub use socket::Unacknowledged;
pub use watch::DaemonError;
