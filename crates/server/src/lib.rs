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
//! * [`door`] turns bytes into commands and events into bytes, one protocol each. It knows no rooms.
//! * [`session`] is one connected client, and the only place that knows both a door and the hub.
//! * [`hub`] and [`room`] are who is who, who is where, and the fan-out. They know no sockets.
//! * [`journal`] keeps what is said, in order; [`seat`] brings it to a session, whole.

pub mod batch;
mod clock;
pub mod config;
pub mod door;
pub mod hub;
mod jobs;
pub mod journal;
pub mod listen;
mod listeners;
pub mod ring;
pub mod room;
pub mod seat;
mod server;
pub mod session;
pub mod socket;
mod token;
mod turn_away;
mod unidentified;
mod watch;

pub use config::Config;
pub use listeners::{Listeners, bind, bind_beside, is_of_this_machine};
pub use server::Server;
pub use watch::DaemonError;
