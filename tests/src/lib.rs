//! Daemons and clients for the end-to-end tests.
//!
//! * [`server`]: the daemon in the test's process.
//! * [`binary`]: the programs as they are shipped, each a process of its own.
//! * [`port`]: ports that stay with a test while its daemon is down.
//! * [`findings`]: compares what clients received with the journal.
//! * [`hook`]: programs that post to hooks.
//! * [`native`]: a client of the native protocol.
//! * [`classic`]: a client that reads as the original Python client does, with its defects.
//! * [`tui`]: the terminal client, on a screen in memory.
//! * [`pty`]: a program on a pseudo-terminal.
//! * [`browser`]: the page in a real browser.
//! * [`attack`]: attacks the daemon, and shows what honest users notice.
//! * [`rights`]: users who give and take rights from each other, for the next two.
//! * [`torture`]: kills the daemon under load, and counts lost messages.
//! * [`sim`]: the client library and the daemon in a simulated network and time.
//!
//! The native and the classic client share no code with the daemon's codecs, so that no fault of a codec
//! cancels itself out. A test waits for a condition with the [`DEADLINE`], never for a fixed time. If the
//! condition is not met, the failure shows the last state.

#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

pub mod attack;
pub mod binary;
pub mod browser;
mod carrier;
pub mod classic;
pub mod findings;
pub mod hook;
pub mod native;
pub mod port;
pub mod pty;
pub mod rights;
mod search;
pub mod server;
pub mod sim;
pub mod torture;
pub mod tui;

use std::fmt::{self, Display, Formatter};
use std::future::Future;
use std::time::{Duration, SystemTime};

use tokio::time::timeout;

/// How long a test waits for a condition: longer than any takes while twenty other programs wait for each processor.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Awaits `future` until the [`DEADLINE`].
///
/// # Panics
/// Panics with `what` if the deadline passes.
pub async fn within<T>(what: impl Display, future: impl Future<Output = T>) -> T {
    timeout(DEADLINE, future).await.unwrap_or_else(|_| panic!("not within {DEADLINE:?}: {what}"))
}

/// Writes a table of findings: each row has a name and a count.
fn write_rows(f: &mut Formatter<'_>, rows: &[(&str, u64)]) -> fmt::Result {
    rows.iter().try_for_each(|(name, count)| writeln!(f, "{name:<22}{count:>12}"))
}

/// A seed for a run that has none.
#[allow(clippy::disallowed_methods, reason = "only picks a seed, which is printed")]
#[must_use]
pub fn seed_from_clock() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}
