//! A session: one connected client, from its first bytes to the end of the connection. The only place that
//! uses both a door and the hub.
//!
//! [`serve`] leads a connection through its stages: `admit` and `handshake` let the client in, [`Session::turn`]
//! is the loop of the session, and `end` closes the connection. `commands` carries out commands, `rooms` and
//! `subscriptions` deliver the events of the rooms, `answers` and `pending` wait for the hub.

mod accounts;
mod admit;
mod answers;
mod commands;
mod end;
mod error_budget;
mod events;
mod figures;
mod handshake;
mod history;
mod hooks;
mod invites;
mod lists;
mod live;
mod log;
mod login;
mod operator;
mod pace;
mod peer;
mod pending;
mod roles;
mod rooms;
mod sanctions;
mod search;
mod subscriptions;
#[cfg(test)]
mod tests;
mod unread;
mod web;

use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::Poll;

use chat_proto::{AddressLine, DeviceId, EndCode};
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, field, info, info_span};

use self::admit::{Admission, admit};
use self::answers::PendingAnswers;
use self::end::{Closing, End};
use self::error_budget::ErrorBudget;
use self::handshake::Handshake;
pub(crate) use self::invites::{Asked, invite};
use self::live::{LiveState, Shows};
use self::login::Origin;
pub(crate) use self::operator::{operate, turn_operator_away};
pub(crate) use self::peer::Peer;
use self::pending::{CommandResult, PendingCommand};
use self::rooms::RoomSync;
pub(crate) use self::search::find_all;
use self::subscriptions::Subscriptions;
use crate::config::{Config, ROOM_RING_BATCHES};
use crate::door::{Connection, Incoming, WriteStep};
use crate::feed::FeedItem;
use crate::hub::{Answer, Counts, Hub, Member, Takes};
use crate::journal::{CredentialId, Location, RoomId};
use crate::late::LateBrowsers;
use crate::logins::Logins;
use crate::networks::{Networks, Slot};
use crate::search::Search;
use crate::tls::Tls;

/// Commands of one client that are carried out before its session polls its rooms again. Each may become a
/// batch of its own in a room's ring, so this is a part of [`ROOM_RING_BATCHES`].
const COMMANDS_IN_TURN: usize = ROOM_RING_BATCHES / 4;

/// What the sessions of a daemon share.
#[derive(Debug)]
pub(crate) struct Context {
    pub config: Config,
    pub tls: Arc<Tls>,
    pub hub: Arc<Hub>,
    pub location: Location,
    /// `None` if it is switched off.
    pub search: Option<Search>,
    pub networks: Arc<Networks>,
    pub logins: Logins,
    pub late: LateBrowsers,
    /// Cancelled when the daemon shuts down, for connections without a session. A session ends when its rooms
    /// end.
    pub closing: CancellationToken,
    /// The address line of the daemon, without a secret, once it listens.
    pub address: OnceLock<AddressLine>,
}

/// Serves the connection of `peer` to its end. `slot` is dropped once the session has ended, or the client was refused.
/// An error of the connection is logged here, once.
///
/// The stages before and after the session, and their spans, are boxed, so that a session holds no memory for them.
pub(crate) fn serve<S, P>(
    stream: S,
    peer: P,
    context: Arc<Context>,
    slot: Slot,
) -> impl Future<Output = ()> + use<S, P>
where
    S: AsyncRead + AsyncWrite + Unpin,
    P: Into<Peer>,
{
    let peer = peer.into();
    let span =
        info_span!("session", peer = %peer.address, door = field::Empty, user = field::Empty);
    let admitted = Box::pin(admit(stream, peer, context, slot).instrument(span));
    async {
        let closing = match admitted.await {
            Admission::In(mut session) => {
                let end = session.run().await;
                Box::new(session.finish(end))
            }
            Admission::Refused(closing) => closing,
            Admission::Closed => return,
        };
        Box::pin(closing.close()).await;
    }
}

/// What one turn of a session handles.
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

/// A client that is in.
struct Session<S> {
    context: Arc<Context>,
    /// The address and the port of the client: a `SocketAddr` takes 12 bytes more.
    peer: (IpAddr, u16),
    /// Whether nobody on the way can read what is sent.
    is_private: bool,
    slot: Slot,
    connection: Connection<S>,
    subscriptions: Subscriptions,
    room_sync: RoomSync,
    member: Member,
    device: DeviceId,
    /// What the client shows.
    shows: Shows,
    live: LiveState,
    answers: PendingAnswers,
    pending: PendingCommand,
    error_budget: ErrorBudget,
    /// The password with which the user has logged in.
    password: Option<NonZero<CredentialId>>,
    /// When the client last sent something.
    received_at: Instant,
    /// Whether it was sent a ping since.
    pinged: bool,
    /// Completes at the next [`TurnInput::IdleCheck`].
    idle_check: Pin<Box<Sleep>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    fn new(
        connection: Connection<S>,
        peer: SocketAddr,
        origin: Origin,
        slot: Slot,
        handshake: Handshake,
        context: Arc<Context>,
    ) -> Self {
        let Handshake { member, device, shows, password } = handshake;
        let received_at = Instant::now();
        Self {
            idle_check: Box::pin(sleep_until(received_at + context.config.idle_timeout)),
            context,
            peer: (peer.ip(), peer.port()),
            is_private: origin.is_private,
            slot,
            connection,
            subscriptions: Subscriptions::default(),
            room_sync: RoomSync::Initial,
            member,
            device,
            shows,
            password,
            live: LiveState::default(),
            answers: PendingAnswers::default(),
            pending: PendingCommand::default(),
            error_budget: ErrorBudget::default(),
            received_at,
            pinged: false,
        }
    }

    /// Runs the session to its end; returns the reason.
    async fn run(&mut self) -> End {
        // Once, and not in each turn: a session is a task of its own, whose waker does not change.
        poll_fn(|cx| {
            self.slot.wake(cx.waker());
            Poll::Ready(())
        })
        .await;
        let end = loop {
            if let ControlFlow::Break(end) = self.turn().await {
                break end;
            }
        };
        self.pending.drop_paced();
        Box::pin(self.send_last_answers()).await;
        end
    }

    /// Leaves the rooms.
    fn finish(self, end: End) -> Closing<S> {
        let span = self.span();
        span.in_scope(|| info!(reason = %end, "left"));
        drop(self.subscriptions);
        self.member.leave(end.leave_reason(self.connection.capabilities()));
        Closing { connection: self.connection, end, context: self.context, span }
    }

    /// One turn of the loop: waits for the first source that is ready, and handles its input. Rooms that the client
    /// does not know yet are sent before its next command is read.
    ///
    /// The order of the sources is fixed, so that runs can be repeated. Writing is last, so that one write takes the
    /// output of all of them. If the connection is full, its rooms are not read from, and the client for a few commands
    /// only: no more than [`crate::config::OUT_BYTES_MAX`], the output of one turn and the answers to
    /// [`answers::COMMANDS_WHILE_FULL_MAX`] wait to be written.
    async fn turn(&mut self) -> ControlFlow<End> {
        let has_capacity = !self.connection.is_full();
        if has_capacity {
            self.answers.taken_while_full = 0;
        }
        if has_capacity && self.room_sync != RoomSync::Done && self.pending.is_empty() {
            return self.sync_rooms_counting();
        }
        // A command may depend on the one before.
        let reads = self.room_sync == RoomSync::Done
            && self.takes_commands()
            && !self.answers.is_full()
            && self.pending.is_empty();
        match self.next_input(has_capacity, reads).await {
            TurnInput::Replaced => ControlFlow::Break(End::Code(EndCode::Busy)),
            TurnInput::Expelled => self.expelled(),
            TurnInput::IdleCheck => self.check_idle(),
            TurnInput::Incoming(incoming) => self.take_incoming(incoming),
            TurnInput::Answer(answer) => self.send_answers(&answer),
            TurnInput::CommandResult(result) => self.finish_command(result),
            TurnInput::Changed(counts) => self.take_changes(counts),
            TurnInput::FeedItem(room, item) => {
                self.drain_feeds((room, item))?;
                self.write_now()
            }
            TurnInput::Write(step) => self.written(step),
        }
    }

    /// Waits for the first source that is ready. `has_capacity` says whether the connection takes more output, and
    /// `reads` whether the client is read from. Polls by hand instead of with `select!`, since reading and writing
    /// both borrow the connection.
    async fn next_input(&mut self, has_capacity: bool, reads: bool) -> TurnInput {
        let Self { slot, idle_check, connection, answers, pending, member, subscriptions, .. } =
            self;
        let answers_pings = connection.capabilities().answers_pings;
        // What a command of this session has changed is sent with its answer, and the rest after it: if the client has
        // sent a `join` with `since` meanwhile, that opens the room. A command that waits for a budget changes nothing.
        let takes = match has_capacity {
            true if pending.is_empty() || pending.is_paced() => Takes::All,
            true => Takes::Typing,
            false => Takes::Nothing,
        };
        let mut next_change = pin!(member.next_change());
        poll_fn(|cx| {
            if slot.is_ended() {
                return Poll::Ready(TurnInput::Replaced);
            }
            // Before the client is read, so that one that sends without a pause cannot delay its end.
            if member.is_expelled() {
                return Poll::Ready(TurnInput::Expelled);
            }
            if answers_pings && idle_check.as_mut().poll(cx).is_ready() {
                return Poll::Ready(TurnInput::IdleCheck);
            }
            if reads && let Poll::Ready(incoming) = connection.poll_next(cx) {
                return Poll::Ready(TurnInput::Incoming(incoming));
            }
            if has_capacity && let Poll::Ready(answer) = answers.poll_next(cx) {
                return Poll::Ready(TurnInput::Answer(answer));
            }
            if let Poll::Ready(result) = pending.poll_next(has_capacity, cx) {
                return Poll::Ready(TurnInput::CommandResult(result));
            }
            // Without capacity, an expulsion has to wake the session.
            let changed = member.poll_changed(next_change.as_mut(), takes, cx);
            if let Poll::Ready(counts) = changed {
                return Poll::Ready(TurnInput::Changed(counts));
            }
            if has_capacity && let Poll::Ready((room, item)) = subscriptions.poll_next(cx) {
                return Poll::Ready(TurnInput::FeedItem(room, item));
            }
            if connection.wants_write() {
                return connection.poll_write(cx).map(TurnInput::Write);
            }
            Poll::Pending
        })
        .await
    }

    /// Carries out a command, and the commands that were received with it.
    fn take_incoming(&mut self, mut incoming: io::Result<Option<Incoming>>) -> ControlFlow<End> {
        self.leave_lost_rooms()?;
        self.received_at = Instant::now();
        self.slot.touch(self.received_at);
        self.pinged = false;
        for commands in 1.. {
            match incoming {
                Ok(Some(incoming)) => self.take_paced(incoming)?,
                Ok(None) => return ControlFlow::Break(End::Left),
                Err(error) => return ControlFlow::Break(End::Failed(error)),
            }
            if self.connection.is_full() {
                self.answers.taken_while_full += 1;
            }
            if !self.takes_commands() || self.answers.is_full() || !self.pending.takes_more() {
                break;
            }
            if commands % COMMANDS_IN_TURN == 0 {
                self.keep_up()?;
            }
            match self.connection.try_next() {
                Ok(None) => break,
                more => incoming = more,
            }
        }
        self.keep_up()
    }

    /// Delivers what has happened in the rooms by now. Otherwise a client that sends without a pause falls behind the
    /// ring with its own messages, and these are read from the journal and sent to it again.
    fn keep_up(&mut self) -> ControlFlow<End> {
        if self.connection.is_full() {
            return ControlFlow::Continue(());
        }
        match self.subscriptions.next().now_or_never() {
            Some(item) => self.drain_feeds(item),
            None => ControlFlow::Continue(()),
        }
    }

    /// Tries a non-blocking write right away. To write in the next turn, after another poll of all sources, would
    /// double the cost of a delivery.
    fn write_now(&mut self) -> ControlFlow<End> {
        if !self.connection.wants_write() {
            return ControlFlow::Continue(());
        }
        match self.connection.write().now_or_never() {
            Some(step) => self.written(step),
            None => ControlFlow::Continue(()),
        }
    }

    fn written(&mut self, step: io::Result<WriteStep>) -> ControlFlow<End> {
        match step {
            Ok(WriteStep::Wrote) => ControlFlow::Continue(()),
            Ok(WriteStep::ListDue) => {
                self.list_users();
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(End::of_write(error)),
        }
    }
}
