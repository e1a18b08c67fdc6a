//! The turns of a session: which of its sources is next.
//!
//! They are polled, and not awaited, since the task of each idle session holds what it awaits.

use std::future::Future;
use std::io;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use chat_proto::EndCode;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Sleep, sleep_until};

use super::Session;
use super::end::End;
use super::pending::CommandResult;
use super::rooms::RoomSync;
use crate::door::{Incoming, WriteStep};
use crate::feed::FeedItem;
use crate::hub::{Answer, Counts, NotificationFilter};
use crate::journal::RoomId;

/// The input of one turn of a session.
enum TurnInput {
    /// There are too many connections, and another one needs the place of this one.
    Replaced,
    /// The user was kicked or banned.
    Expelled,
    /// It is time to check whether the client was silent for too long.
    IdleCheck,
    /// The client sent something, closed the connection (`None`), or the connection failed.
    Incoming(io::Result<Option<Incoming>>),
    /// The answer to a message.
    Answer(Answer),
    /// The result of the command that waits.
    CommandResult(CommandResult),
    /// The rooms of the user have changed, or how far the user has read them; or another user is writing.
    Changed(Counts),
    /// An item of the subscription to a room.
    FeedItem(RoomId, FeedItem),
    /// The connection took bytes, or failed.
    Write(io::Result<WriteStep>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// The timer of [`Session::poll_turns`]: it completes when it is time to check whether the client is silent.
    pub(super) fn idle_check(&self) -> Sleep {
        sleep_until(self.received_at + self.context.config.idle_timeout)
    }

    /// Takes turns until the session ends; returns the reason.
    pub(super) fn poll_turns(
        &mut self,
        mut idle_check: Pin<&mut Sleep>,
        cx: &mut Context<'_>,
    ) -> Poll<End> {
        if !std::mem::replace(&mut self.has_begun, true) {
            // Once, and not in each turn: a session is a task of its own, whose waker does not change.
            self.slot.register_waker(cx.waker());
            self.member.register_waker(cx.waker());
        }
        loop {
            if let ControlFlow::Break(end) = ready!(self.poll_turn(idle_check.as_mut(), cx)) {
                return Poll::Ready(end);
            }
        }
    }

    /// One turn of the loop: waits for the first source that is ready, and handles its input. Rooms that the client
    /// does not know yet are sent before its next command is read.
    ///
    /// The order of the sources is fixed, so that runs can be repeated. Writing is last, so that one write takes the
    /// output of all of them. If the connection is full, its rooms are not read from, and the client for a few commands
    /// only: no more than [`crate::config::OUT_BYTES_MAX`], the output of one turn and the answers to
    /// [`super::answers::COMMANDS_WHILE_FULL_MAX`] wait to be written.
    fn poll_turn(
        &mut self,
        mut idle_check: Pin<&mut Sleep>,
        cx: &mut Context<'_>,
    ) -> Poll<ControlFlow<End>> {
        let has_capacity = !self.connection.is_full();
        if has_capacity {
            self.answers.taken_while_full = 0;
        }
        if has_capacity && self.room_sync != RoomSync::Done && self.pending.is_empty() {
            return Poll::Ready(self.sync_rooms_counting());
        }
        // A command may depend on the one before.
        let reads = self.room_sync == RoomSync::Done
            && self.takes_commands()
            && !self.answers.is_full()
            && self.pending.is_empty();
        let input = ready!(self.poll_input(has_capacity, reads, idle_check.as_mut(), cx));
        Poll::Ready(match input {
            TurnInput::Replaced => ControlFlow::Break(End::Code(EndCode::Busy)),
            TurnInput::Expelled => self.end_expelled(),
            TurnInput::IdleCheck => self.check_idle(idle_check),
            TurnInput::Incoming(incoming) => self.take_incoming(incoming),
            TurnInput::Answer(answer) => self.send_answers(&answer),
            TurnInput::CommandResult(result) => self.finish_command(result),
            TurnInput::Changed(counts) => self.take_changes(counts),
            TurnInput::FeedItem(room, item) => self.deliver_and_write((room, item)),
            TurnInput::Write(step) => self.finish_write(step),
        })
    }

    /// Waits for the first source that is ready. `has_capacity` says whether the connection takes more output, and
    /// `reads` whether the client is read from.
    fn poll_input(
        &mut self,
        has_capacity: bool,
        reads: bool,
        idle_check: Pin<&mut Sleep>,
        cx: &mut Context<'_>,
    ) -> Poll<TurnInput> {
        let Self { slot, connection, answers, pending, member, subscriptions, .. } = self;
        if slot.is_ended() {
            return Poll::Ready(TurnInput::Replaced);
        }
        // Before the client is read, so that one that sends without a pause cannot delay its end.
        if member.is_expelled() {
            return Poll::Ready(TurnInput::Expelled);
        }
        if connection.capabilities().answers_pings && idle_check.poll(cx).is_ready() {
            return Poll::Ready(TurnInput::IdleCheck);
        }
        if reads && let Poll::Ready(incoming) = connection.poll_next(cx) {
            return Poll::Ready(TurnInput::Incoming(incoming));
        }
        if has_capacity && let Poll::Ready(answer) = answers.poll_next(cx) {
            return Poll::Ready(TurnInput::Answer(answer));
        }
        // What a command of this session has changed is sent with its answer, and the rest after it: if the client has
        // sent a `join` with `since` meanwhile, that opens the room. A command that waits for a budget changes nothing.
        let filter = match has_capacity {
            true if pending.is_empty() || pending.is_paced() => NotificationFilter::All,
            true => NotificationFilter::Typing,
            false => NotificationFilter::Nothing,
        };
        if let Poll::Ready(result) = pending.poll_next(has_capacity, cx) {
            return Poll::Ready(TurnInput::CommandResult(result));
        }
        if let Some(counts) = member.changed(filter) {
            return Poll::Ready(TurnInput::Changed(counts));
        }
        if has_capacity && let Poll::Ready((room, item)) = subscriptions.poll_next(cx) {
            return Poll::Ready(TurnInput::FeedItem(room, item));
        }
        if connection.wants_write() {
            return connection.poll_write(cx).map(TurnInput::Write);
        }
        Poll::Pending
    }
}
