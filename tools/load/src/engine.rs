//! The load generator: connects the users, sends their messages, and counts each delivery.
//!
//! One thread, large reads, and no allocation per delivery, since it shares the machine with the server that it
//! measures.

mod conn;
mod crowd;
mod load;
mod storm;
mod stream;
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
use crate::progress::Stall;
use crowd::Crowd;
use load::Load;
pub(crate) use storm::{IdleCost, Storm, idle, storm};

/// Bytes of one read: what a reader receives while the generator serves the others.
const READ_BYTES: usize = 256 * 1024;

/// The shortest and the longest latency of the histogram, in nanoseconds.
const LATENCY_NS: (u64, u64) = (1_000, 60_000_000_000);

/// Significant decimal digits of a latency.
const LATENCY_DIGITS: u8 = 3;

/// The result of a load.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Deliveries in the counted time.
    pub(crate) deliveries: u64,
    /// The counted time.
    pub(crate) elapsed: Duration,
    /// Processor time of the server in the counted time.
    pub(crate) cpu: Duration,
    /// Private memory of the server at half of the counted time and at its end, in bytes.
    pub(crate) memory: [u64; 2],
    /// Messages that all senders sent, warm-up included.
    pub(crate) sent: u64,
    /// Messages that the laggard had not read at the end of the counted time; 0 without a laggard.
    pub(crate) behind: u64,
    /// Time from sending a message to each of its deliveries, of a sample, in nanoseconds.
    pub(crate) latency: Histogram<u64>,
    /// The first loss, duplicate or reordering; if there is one, the other figures are not valid.
    pub(crate) fault: Option<String>,
}

/// Why a load did not send and deliver all planned messages.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IncompleteLoad {
    #[error("a message was lost: {0}")]
    Lost(String),
    #[error("only {sent} of {planned} messages were sent in time; is the machine busy?")]
    TooFew { sent: u64, planned: u64 },
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error("the generator cannot use the network or the process table")]
    Io(#[from] io::Error),
    #[error("user {user} cannot connect")]
    Connect { user: usize, source: io::Error },
    #[error("only {ready} of {users} users joined within {} s; user {user} received {received:?}", crowd::DEADLINE.as_secs())]
    StepTimeout { ready: usize, users: usize, user: usize, received: String },
    #[error("the server still notified users of others after {} s", crowd::QUIET_MAX.as_secs())]
    NotQuiet,
    #[error("the server closed the connection of user {user}, who received {received:?}")]
    Closed { user: usize, received: String },
    #[error("the server closed the connection of user {user} under load")]
    ClosedUnderLoad { user: usize },
    #[error(transparent)]
    Stall(#[from] Stall),
    #[error("the connection of user {user} broke")]
    Broken { user: usize, source: io::Error },
    #[error("interrupted by a signal")]
    Interrupted,
}

impl Outcome {
    /// Returns an error unless all messages of `plan` were sent and delivered. Required before a figure is divided by
    /// their number.
    pub(crate) fn check_complete(&self, plan: &Plan) -> Result<(), IncompleteLoad> {
        let (sent, planned) = (self.sent, plan.messages());
        match &self.fault {
            Some(fault) => Err(IncompleteLoad::Lost(fault.clone())),
            None if sent < planned => Err(IncompleteLoad::TooFew { sent, planned }),
            None => Ok(()),
        }
    }
}

/// Puts the server that listens on `address` under the load of `plan`.
///
/// # Errors
/// If users cannot join or are disconnected. A lost message is not an error but [`Outcome::fault`].
pub(crate) fn run(
    plan: &Plan,
    dialect: &Dialect,
    address: SocketAddr,
    server: Process,
) -> Result<Outcome, EngineError> {
    let mut poll = Poll::new()?;
    let mut crowd = Crowd::new(&mut poll, address, plan.laggard(), dialect.carrier);
    crowd.run_step(plan.users(), dialect.joining_max, |user| dialect.hello(plan.member(user)))?;
    crowd.run_step(plan.users(), dialect.joining_max, |user| dialect.join(plan.member(user)))?;
    crowd.wait_until_quiet()?;
    let conns = crowd.into_conns();
    Load::new(poll, conns, plan, dialect).run(server)
}

/// Waits for events, `wait` at most. Polls again if a signal interrupts it that does not end the program.
fn poll_events(poll: &mut Poll, events: &mut Events, wait: Duration) -> Result<(), EngineError> {
    loop {
        if interrupt::is_requested() {
            return Err(EngineError::Interrupted);
        }
        match poll.poll(events, Some(wait)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            polled => return Ok(polled?),
        }
    }
}

/// Returns an empty histogram of latencies.
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
    fn a_load_that_is_cut_short_or_loses_a_message_is_incomplete() {
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
        assert_eq!(lost, Err(IncompleteLoad::Lost("lost".into())));
        let short = outcome(4_999, None).check_complete(&plan);
        assert_eq!(short, Err(IncompleteLoad::TooFew { sent: 4_999, planned: 5_000 }));
    }
}
