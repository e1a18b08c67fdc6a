//! The answers to messages: a session waits for them, a bounded number at a time, and sends them to its client.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::task::{Context, Poll, ready};

use chat_proto::command::Say;
use chat_proto::event::Accepted;
use chat_proto::{EndCode, Event, Refusal, RefusalCode, RoomName, Seq};
use futures_util::future::Either;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tracing::{debug, error, info};

use super::Session;
use super::end::End;
use crate::config::IN_FLIGHT_MAX;
use crate::hub::{Answer, HubError, Outcome};
use crate::journal::JournalError;

/// The reason of [`RefusalCode::NumberUsed`].
const NUMBER_USED: &str =
    "this device has sent another message under this number; send it again with a greater one";

/// Commands that are taken from a client whose connection is full, until it has read something: a person who did not
/// look for a while says something. An answer that is sent at once has some hundred bytes, so all have 20 KiB.
pub(super) const COMMANDS_WHILE_FULL_MAX: u8 = 64;

/// The answers that a session waits for.
#[derive(Debug, Default)]
pub(super) struct PendingAnswers {
    /// `None` if the client has sent no message for long, as most clients; see [`PendingAnswers::free_memory`].
    channel: Option<(mpsc::Sender<Answer>, mpsc::Receiver<Answer>)>,
    /// Messages in the queue of the hub that are not answered yet.
    in_flight: u32,
    /// Commands that were taken since the connection was full.
    pub(super) taken_while_full: u8,
}

impl PendingAnswers {
    /// Whether [`IN_FLIGHT_MAX`] messages wait for their answers, so that no further message may be queued.
    pub(super) const fn is_full(&self) -> bool {
        self.in_flight as usize >= IN_FLIGHT_MAX
    }

    /// Whether no message waits for its answer.
    pub(super) const fn is_empty(&self) -> bool {
        self.in_flight == 0
    }

    /// The channel to which the hub sends the answer to the next message. It has capacity for that unless `is_full`.
    pub(super) fn sender(&mut self) -> &mpsc::Sender<Answer> {
        &self.channel.get_or_insert_with(|| mpsc::channel(IN_FLIGHT_MAX)).0
    }

    /// Counts a message that was queued.
    pub(super) const fn add(&mut self) {
        self.in_flight += 1;
    }

    /// The next answer; waits forever if no message waits for one. Cancel safe.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        let Some((_, answers)) = &mut self.channel else { return Poll::Pending };
        if self.in_flight == 0 {
            return Poll::Pending;
        }
        match ready!(answers.poll_recv(cx)) {
            Some(answer) => {
                self.in_flight -= 1;
                Poll::Ready(answer)
            }
            None => unreachable!("the session has a sender of the channel itself"),
        }
    }

    /// Returns the next answer if it is there already.
    pub(super) fn try_next(&mut self) -> Option<Answer> {
        let answer = self.channel.as_mut()?.1.try_recv().ok()?;
        self.in_flight = self.in_flight.saturating_sub(1);
        Some(answer)
    }

    /// Frees the channel if no message waits for its answer.
    pub(super) fn free_memory(&mut self) {
        if self.is_empty() {
            self.channel = None;
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Whether another command may be carried out. A client that did not read for a while may still send something.
    pub(super) fn takes_commands(&self) -> bool {
        !self.connection.is_full() || self.answers.taken_while_full < COMMANDS_WHILE_FULL_MAX
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) -> ControlFlow<End> {
        let is_broken_line = refusal.code.is_broken_line();
        if is_broken_line {
            self.log(|| info!(code = %refusal.code, "refused"));
        } else {
            // A client can cause any number of these.
            self.log(|| debug!(code = %refusal.code, "refused"));
        }
        self.connection.send(&Event::Refused(refusal));
        if is_broken_line && self.error_budget.charge(Instant::now()) {
            return ControlFlow::Break(End::Code(EndCode::TooManyErrors));
        }
        ControlFlow::Continue(())
    }

    pub(super) fn refuse_say(&mut self, say: &Say, error: HubError) -> ControlFlow<End> {
        let (n, device, room) = (say.n, say.device.clone(), Some(say.room.clone()));
        self.refuse(Refusal { n, device, room, ..error.into() })
    }

    pub(super) fn refuse_in(&mut self, room: RoomName, error: HubError) -> ControlFlow<End> {
        self.refuse(Refusal { room: Some(room), ..error.into() })
    }

    pub(super) fn refuse_unreadable(
        &mut self,
        room: Option<RoomName>,
        error: &JournalError,
    ) -> ControlFlow<End> {
        let refusal = self.unreadable(error);
        self.refuse(Refusal { room, ..refusal })
    }

    /// Refuses a command about a message.
    pub(super) fn refuse_about(
        &mut self,
        room: RoomName,
        seq: Seq,
        refusal: Refusal,
    ) -> ControlFlow<End> {
        self.refuse(Refusal { room: Some(room), seq: Some(seq), ..refusal })
    }

    /// The refusal of a command for which the journal cannot be read.
    pub(super) fn unreadable(&self, error: &JournalError) -> Refusal {
        self.log(|| error!(%error, "cannot read the journal"));
        let text = format!(
            "older messages cannot be read: {error}; try again, or ask the person who runs the server to run \
             chat-server check"
        );
        Refusal::new(RefusalCode::NotReadable, text)
    }

    /// Sends an answer, and all others that are there by now.
    pub(super) fn send_answers(&mut self, answer: &Answer) -> ControlFlow<End> {
        self.send_answer(answer);
        while let Some(answer) = self.answers.try_next() {
            self.send_answer(&answer);
        }
        ControlFlow::Continue(())
    }

    pub(super) fn send_answer(&mut self, answer: &Answer) {
        let Answer { room, n, device, outcome } = answer;
        let (n, device, room) = (*n, device.clone(), room.clone());
        let refusal = match outcome {
            Outcome::Stored { seq, at } | Outcome::Repeat { seq, at } => {
                let repeat = matches!(outcome, Outcome::Repeat { .. });
                let accepted = Accepted { n, device, room, seq: *seq, at: *at, repeat };
                return self.connection.send(&Event::Accepted(accepted));
            }
            Outcome::NumberUsed => Refusal::new(RefusalCode::NumberUsed, NUMBER_USED),
            Outcome::Refused(error) => match &**error {
                // Not logged here: the journal logs a failure once, not for each message.
                HubError::NotStored(reason) => {
                    let text = format!("not stored: {reason}; send it again in a moment");
                    Refusal::new(RefusalCode::NotKept, text)
                }
                error => {
                    self.log(|| debug!(code = %error.code(), "refused"));
                    error.clone().into()
                }
            },
        };
        self.connection.send(&Event::Refused(Refusal { n, device, room: Some(room), ..refusal }));
    }

    /// Waits for the messages and the command that are still in the queue, so that the user leaves the rooms
    /// after its last message, and the client knows what is stored.
    pub(super) async fn send_last_answers(&mut self) {
        self.pending.drop_paced();
        let deadline = Instant::now() + self.context.config.goodbye_timeout;
        while !self.answers.is_empty() || !self.pending.is_empty() {
            let Self { answers, pending, .. } = self;
            let last = poll_fn(|cx| match answers.poll_next(cx) {
                Poll::Ready(answer) => Poll::Ready(Either::Left(answer)),
                Poll::Pending => pending.poll_next(true, cx).map(Either::Right),
            });
            match timeout_at(deadline, last).await {
                Ok(Either::Left(answer)) => self.send_answer(&answer),
                // The session ends in any case.
                Ok(Either::Right(result)) => drop(self.finish_command(result)),
                Err(_) => return,
            }
        }
    }
}
