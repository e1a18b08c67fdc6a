//! The generator: brings the users in, has them speak, and counts what every one of them gets.
//!
//! One thread, large reads, and no allocation for a delivery, since it shares the machine with what
//! it measures.

mod conn;
mod crowd;
mod load;
mod storm;
mod tally;
mod window;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hdrhistogram::Histogram;
use mio::{Events, Poll};

use crate::dialect::Dialect;
use crate::interrupt;
use crate::plan::Plan;
use crate::process::Process;
use crowd::Crowd;
use load::Load;
pub(crate) use storm::{Storm, idle, storm};

/// Bytes one read asks for: what a reader gets while the others have their turn.
const READ_BYTES: usize = 256 * 1024;

/// The longest latency that is told from longer ones, and the shortest, in nanoseconds.
const LATENCY_NS: (u64, u64) = (1_000, 60_000_000_000);

/// Decimal digits of a latency that are kept.
const LATENCY_DIGITS: u8 = 3;

/// What a server did under a load.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Deliveries while it counted.
    pub(crate) deliveries: u64,
    /// How long it counted.
    pub(crate) elapsed: Duration,
    /// Processor time of the server meanwhile.
    pub(crate) cpu: Duration,
    /// Memory of the server when half of the time was over, and at the end of the load, in bytes.
    pub(crate) memory: [u64; 2],
    /// Messages that all have sent.
    pub(crate) sent: u64,
    /// Messages that the laggard had yet to read at the end of the load, if there was one.
    pub(crate) behind: u64,
    /// Time from a message's sending to each of its deliveries, in nanoseconds; of a sample.
    pub(crate) latency: Histogram<u64>,
    /// What was lost, doubled or out of order; such a figure counts for nothing.
    pub(crate) fault: Option<String>,
}

/// Why a load could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error("the generator cannot use the network or the process table: {0}")]
    Io(#[from] io::Error),
    #[error("user {user} cannot connect: {error}")]
    Connect { user: usize, error: io::Error },
    #[error("only {ready} of {users} users came in within {}; user {waits} was told {told:?}", crowd::DEADLINE.as_secs())]
    Greeting { ready: usize, users: usize, waits: usize, told: String },
    #[error("after {} s the server still told users of each other", crowd::QUIET_AT_MOST.as_secs())]
    Unsettled,
    #[error("the server closed the connection of user {user}, who was told {told:?}")]
    Closed { user: usize, told: String },
    #[error("the server closed the connection of user {user} under load")]
    Cut { user: usize },
    #[error("the connection of user {user} broke: {error}")]
    Broken { user: usize, error: io::Error },
    #[error("it was asked to end")]
    Stopped,
}

/// Puts the server that listens on `address` under the load of `plan`.
///
/// # Errors
/// Where users cannot come in or are thrown out. What is lost is no error but [`Outcome::fault`].
pub(crate) fn run(
    plan: &Plan,
    dialect: &Dialect,
    address: SocketAddr,
    server: Process,
) -> Result<Outcome, EngineError> {
    let mut poll = Poll::new()?;
    let mut crowd = Crowd::new(&mut poll, address, plan.laggard());
    crowd.wave(plan.users(), dialect.coming_max, |user| dialect.hello(plan.place(user)))?;
    crowd.wave(plan.users(), dialect.coming_max, |user| dialect.join(plan.place(user)))?;
    crowd.settle()?;
    let conns = crowd.into_conns();
    Load::new(poll, conns, plan, dialect).run(server)
}

/// Polls for `wait` at most, and once more where a signal came between that does not end the program.
fn poll_again(poll: &mut Poll, events: &mut Events, wait: Duration) -> Result<(), EngineError> {
    loop {
        if interrupt::is_asked() {
            return Err(EngineError::Stopped);
        }
        match poll.poll(events, Some(wait)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            polled => return Ok(polled?),
        }
    }
}

/// An empty histogram of latencies.
pub(crate) fn latencies() -> Histogram<u64> {
    Histogram::new_with_bounds(LATENCY_NS.0, LATENCY_NS.1, LATENCY_DIGITS)
        .expect("the bounds are in order")
}
