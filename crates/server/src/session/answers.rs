//! The answers to messages that a session has sent to the hub, and how many are still to come.

use std::future::{Future, poll_fn};
use std::task::{Context, Poll, ready};

use tokio::sync::mpsc;

use crate::config::IN_FLIGHT_MAX;
use crate::hub::Answer;

/// Where the journal answers what one client says.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// `None` for a client that has said nothing for long: most have not, and it takes memory.
    way: Option<(mpsc::Sender<Answer>, mpsc::Receiver<Answer>)>,
    /// How many have yet to come.
    in_flight: usize,
}

impl Answers {
    /// Whether so many have yet to come that nothing more should be said.
    pub(super) const fn is_full(&self) -> bool {
        self.in_flight >= IN_FLIGHT_MAX
    }

    /// Whether none is to come.
    pub(super) const fn is_empty(&self) -> bool {
        self.in_flight == 0
    }

    /// Where to send the answer to what is said next. It has room for it unless it is full.
    pub(super) fn sender(&mut self) -> &mpsc::Sender<Answer> {
        &self.way.get_or_insert_with(|| mpsc::channel(IN_FLIGHT_MAX)).0
    }

    /// Counts one more that is to come.
    pub(super) const fn expect_one(&mut self) {
        self.in_flight += 1;
    }

    /// The next one. Cancel safe; waits for ever where none is to come.
    pub(super) fn next(&mut self) -> impl Future<Output = Answer> {
        poll_fn(|cx| self.poll_next(cx))
    }

    /// See [`Answers::next`].
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        let Some((_, answers)) = &mut self.way else { return Poll::Pending };
        if self.in_flight == 0 {
            return Poll::Pending;
        }
        match ready!(answers.poll_recv(cx)) {
            Some(answer) => {
                self.in_flight -= 1;
                Poll::Ready(answer)
            }
            None => Poll::Pending, // not while this has a sender itself
        }
    }

    /// One that has come already.
    pub(super) fn ready(&mut self) -> Option<Answer> {
        let answer = self.way.as_mut()?.1.try_recv().ok()?;
        self.in_flight = self.in_flight.saturating_sub(1);
        Some(answer)
    }

    /// Gives back the memory where nothing is to come.
    pub(super) fn rest(&mut self) {
        if self.is_empty() {
            self.way = None;
        }
    }
}
