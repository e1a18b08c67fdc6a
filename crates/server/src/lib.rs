//! The chat daemon: one port, every client.
//!
//! ```text
//! bytes → door → session ─ command ─→ hub → room (broadcast) → session → door → bytes
//! ```
//!
//! * [`listen`] accepts connections and ends them; [`run`], on what [`bind`] gives, is the whole daemon.
//! * [`door`] turns bytes into commands and events into bytes, one protocol each. It knows no rooms.
//! * [`session`] is one connected client, and the only place that knows both a door and the hub.
//! * [`hub`] and [`room`] are who is where, and what is said. They know no sockets.

pub mod config;
pub mod door;
pub mod hub;
pub mod listen;
mod published;
pub mod room;
pub mod session;
mod unidentified;

pub use config::Config;
pub use listen::{bind, run};
