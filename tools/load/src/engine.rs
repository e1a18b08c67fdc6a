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

/// Why a load was not all that was planned.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Incomplete {
    #[error("something was lost: {0}")]
    Lost(String),
    #[error("only {sent} of {planned} messages were said in time; is the machine very busy?")]
    TooFew { sent: u64, planned: u64 },
}

/// Why a load could not be run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error("the generator cannot use the network or the process table")]
    Io(#[from] io::Error),
    #[error("user {user} cannot connect")]
    Connect { user: usize, source: io::Error },
    #[error("only {ready} of {users} users came in within {}; user {waits} was told {told:?}", crowd::DEADLINE.as_secs())]
    Greeting { ready: usize, users: usize, waits: usize, told: String },
    #[error("after {} s the server still told users of each other", crowd::QUIET_AT_MOST.as_secs())]
    Unsettled,
    #[error("the server closed the connection of user {user}, who was told {told:?}")]
    Closed { user: usize, told: String },
    #[error("the server closed the connection of user {user} under load")]
    Cut { user: usize },
    #[error("the connection of user {user} broke")]
    Broken { user: usize, source: io::Error },
    #[error("it was asked to end")]
    Stopped,
}

impl Outcome {
    /// Whether all messages of `plan` were said, and none was lost: for who divides by their number.
    ///
    /// # Errors
    /// Says what was not so.
    pub(crate) fn check_complete(&self, plan: &Plan) -> Result<(), Incomplete> {
        let (sent, planned) = (self.sent, plan.messages());
        match &self.fault {
            Some(fault) => Err(Incomplete::Lost(fault.clone())),
            None if sent < planned => Err(Incomplete::TooFew { sent, planned }),
            None => Ok(()),
        }
    }
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
    crowd.wave(plan.users(), dialect.coming_max, |user| dialect.hello(plan.member(user)))?;
    crowd.wave(plan.users(), dialect.coming_max, |user| dialect.join(plan.member(user)))?;
    crowd.settle()?;
    let conns = crowd.into_conns();
    Load::new(poll, conns, plan, dialect).run(server)
}

/// Polls for `wait` at most, and once more where a signal came between that does not end the program.
fn poll_again(poll: &mut Poll, events: &mut Events, wait: Duration) -> Result<(), EngineError> {
    loop {
        if interrupt::is_requested() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Durability;
    use crate::workload::{Case, Workload};

    #[test]
    fn a_load_that_was_cut_short_or_lost_something_is_not_all() {
        let plan = Case::new(Workload::W6, 8, Durability::Os).plan(Duration::ZERO, 5);
        let outcome = |sent, fault: Option<&str>| Outcome {
            deliveries: 0,
            elapsed: Duration::ZERO,
            cpu: Duration::ZERO,
            memory: [0; 2],
            sent,
            behind: 0,
            latency: latencies(),
            fault: fault.map(str::to_owned),
        };
        assert_eq!(outcome(5_000, None).check_complete(&plan), Ok(()));
        let lost = outcome(5_000, Some("lost")).check_complete(&plan);
        assert_eq!(lost, Err(Incomplete::Lost("lost".into())));
        let short = outcome(4_999, None).check_complete(&plan);
        assert_eq!(short, Err(Incomplete::TooFew { sent: 4_999, planned: 5_000 }));
    }
}
