//! What the end-to-end tests are made of: the daemon on a port of its own, and clients that talk
//! to it over real sockets.
//!
//! * [`server`]: the daemon within the test.
//! * [`binary`]: the programs as they are shipped, each a process of its own.
//! * [`native`]: a client that speaks lines of JSON.
//! * [`torture`]: the daemon killed again and again, and what is lost.
//! * [`sim`]: the client library and the daemon in a network and a time of their own.
//! * [`classic`]: a client that reads as those of the original chat do, with all that this breaks.
//! * [`tui`]: the terminal client, on a screen of memory.
//! * [`pty`]: a program on a terminal of its own.
//!
//! The clients share no code with the daemon's codecs, so that a fault there cannot hide itself.
//! A test waits for what should be seen, never for a time to pass, and where it is not seen by the
//! [`DEADLINE`] the failure shows what was.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

pub mod binary;
pub mod classic;
pub mod native;
pub mod pty;
pub mod server;
pub mod sim;
pub mod torture;
pub mod tui;

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;

/// How long to wait for what should be seen: far longer than it takes on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Does what should be done by the [`DEADLINE`].
///
/// # Panics
/// Says `what` was not done where it was not.
pub async fn within<T>(what: impl Display, doing: impl Future<Output = T>) -> T {
    timeout(DEADLINE, doing).await.unwrap_or_else(|_| panic!("not within {DEADLINE:?}: {what}"))
}
