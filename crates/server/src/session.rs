//! A session: one connected client, from its first bytes to the end of the connection. The only place that
//! knows both a door and the hub.
//!
//! [`serve`] leads a connection through its stages: `admit` and `handshake` let the client in, [`Session::turn`]
//! is the loop of the session, and `end` closes the connection. `commands` carries out commands, `rooms` and
//! `subscriptions` deliver what happens in the rooms, `answers` and `pending` wait for the hub.

mod admit;
mod answers;
mod commands;
mod end;
mod error_budget;
mod handshake;
mod lists;
mod pending;
mod rooms;
mod subscriptions;
#[cfg(test)]
mod tests;
mod unread;

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use chat_proto::command::{Nonce, Word};
use chat_proto::event::Accepted;
use chat_proto::{Command, EndCode, Event, Refusal, RefusalCode};
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span, debug, field, info, info_span};

use self::admit::{Admission, admit};
use self::answers::Answers;
use self::end::{End, Leaving};
use self::error_budget::ErrorBudget;
use self::handshake::Handshake;
use self::pending::{CommandResult, PendingCommand};
use self::rooms::Due;
use self::subscriptions::Subscriptions;
use crate::config::{Config, ROOM_RING_BATCHES};
use crate::door::{Connection, Heard, Turn};
use crate::feed::FeedItem;
use crate::hub::{Answer, Hub, HubError, Member, Outcome};
use crate::journal::RoomId;
use crate::socket::Unacknowledged;

/// Why a message is refused whose number another one has.
const NUMBER_USED: &str =
    "this device has sent another message under this number; send it again with a greater one";

/// Commands of one client that are carried out before its session looks at the rooms again. Each may be a
/// batch of its own in a room's ring, so this is a part of [`ROOM_RING_BATCHES`].
const COMMANDS_IN_TURN: usize = ROOM_RING_BATCHES / 4;

/// What every session needs of its daemon.
#[derive(Debug)]
pub(crate) struct Context {
    /// The settings.
    pub config: Config,
    /// Who is who, and who is where.
    pub hub: Arc<Hub>,
    /// Cancelled when the daemon goes away, for the connections that have not said who they are. The
    /// others see the end of their rooms.
    pub closing: CancellationToken,
}

/// The other end of a connection.
pub(crate) struct Peer {
    /// Where it is.
    pub address: SocketAddr,
    /// How to ask which bytes it has yet to acknowledge, if the system can be asked.
    pub unacknowledged: Option<Unacknowledged>,
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self { address, unacknowledged: None }
    }
}

/// Serves the connection of `peer` to its end. `unidentified` is dropped once the peer has said who
/// it is. Trouble with the connection is logged here, once.
///
/// The stages before and after the session are boxed, and have a span of the log, so that a session does not
/// hold memory for them.
pub(crate) fn serve<S, P, U>(
    stream: S,
    peer: P,
    context: Arc<Context>,
    unidentified: U,
) -> impl Future<Output = ()> + use<S, P, U>
where
    S: AsyncRead + AsyncWrite + Unpin,
    P: Into<Peer>,
{
    let peer = peer.into();
    let span =
        info_span!("session", peer = %peer.address, door = field::Empty, user = field::Empty);
    let admitted = Box::pin(admit(stream, peer, context, unidentified).instrument(span));
    async {
        let leaving = match admitted.await {
            Admission::In(mut session) => {
                let end = session.run().await;
                Box::new(session.finish(end))
            }
            Admission::Refused(leaving) => leaving,
            Admission::Closed => return,
        };
        Box::pin(leaving.farewell()).await;
    }
}

/// What one turn of a session is for.
enum Happened {
    /// It is time to look whether the client was silent for too long.
    Silence,
    /// Something came in.
    Heard(io::Result<Option<Heard>>),
    /// A message is answered.
    Answer(Answer),
    /// A command that has waited is done.
    Result(Box<CommandResult>),
    /// The rooms of the user, or how far it has read them, have changed.
    Changed,
    /// A subscription has an item.
    FeedItem(RoomId, FeedItem),
    /// The connection was written to, or failed.
    Write(io::Result<Turn>),
}

/// One client that is in.
struct Session<S> {
    context: Arc<Context>,
    peer: SocketAddr,
    connection: Connection<S>,
    subscriptions: Subscriptions,
    due: Due,
    member: Member,
    device: Word,
    /// Whether the client shows how much its user has not read.
    shows_unread: bool,
    answers: Answers,
    pending: PendingCommand,
    strikes: ErrorBudget,
    /// When the client was last heard.
    heard_at: Instant,
    /// Whether it has been pinged since.
    pinged: bool,
    /// When to look whether it was silent for too long.
    silence: Pin<Box<Sleep>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    fn new(
        connection: Connection<S>,
        peer: SocketAddr,
        handshake: Handshake,
        context: Arc<Context>,
    ) -> Self {
        let Handshake { member, device, shows_unread } = handshake;
        let heard_at = Instant::now();
        Self {
            silence: Box::pin(sleep_until(heard_at + context.config.idle_timeout)),
            context,
            peer,
            connection,
            subscriptions: Subscriptions::default(),
            due: Due::Entry,
            member,
            device,
            shows_unread,
            answers: Answers::default(),
            pending: PendingCommand::default(),
            strikes: ErrorBudget::default(),
            heard_at,
            pinged: false,
        }
    }

    /// Serves the client until it is over; returns why it is.
    async fn run(&mut self) -> End {
        let end = loop {
            if let ControlFlow::Break(end) = self.turn().await {
                break end;
            }
        };
        Box::pin(self.tell_last_answers()).await;
        end
    }

    /// Leaves, for that reason.
    fn finish(self, end: End) -> Leaving<S> {
        let span = self.span();
        span.in_scope(|| info!(reason = %end, "left"));
        drop(self.subscriptions);
        self.member.leave(end.leave_reason(self.connection.capabilities()));
        Leaving { connection: self.connection, end, context: self.context, span }
    }

    /// Logs something of this session. Most have nothing to log for hours, and a span takes memory.
    fn log(&self, event: impl FnOnce()) {
        self.span().in_scope(event);
    }

    fn span(&self) -> Span {
        let (peer, door, user) =
            (self.peer, self.connection.door().protocol(), self.member.user().name);
        info_span!("session", %peer, %door, %user)
    }

    /// One turn of the loop: waits for the first of its sources that is ready, and handles it. Rooms that the
    /// client does not know of yet are sent before it is read from.
    ///
    /// The order of the sources is fixed, so that runs can be repeated. Writing is last, so that one write
    /// takes all that has happened. If the door is full, nothing is read from the client or its rooms: no more
    /// than [`crate::config::OUT_BYTES_MAX`] and what one step adds wait to be written.
    async fn turn(&mut self) -> ControlFlow<End> {
        let takes = !self.connection.is_full();
        if takes && self.due != Due::Nothing && self.pending.is_empty() {
            return self.follow_counting();
        }
        // A command may depend on the one before.
        let listens = takes && !self.answers.is_full() && self.pending.is_empty();
        match self.happens(takes, listens).await {
            Happened::Silence => self.look_for_silence(),
            // Boxed, to keep the session's future small.
            Happened::Heard(heard) => Box::pin(self.hear(heard)).await,
            Happened::Answer(answer) => self.tell_answers(&answer),
            Happened::Result(result) => Box::pin(self.finish_command(*result)).await,
            Happened::Changed => self.follow_counting(),
            Happened::FeedItem(room, item) => {
                self.drain_feeds((room, item))?;
                self.write_now()
            }
            Happened::Write(turn) => self.wrote(turn),
        }
    }

    /// Waits for the first source that is ready. `takes` says whether the client is sent more, `listens`
    /// whether it is read from. By hand rather than with `select!`, since reading and writing are both of
    /// the connection.
    async fn happens(&mut self, takes: bool, listens: bool) -> Happened {
        let Self { silence, connection, answers, pending, member, subscriptions, .. } = self;
        let answers_pings = connection.capabilities().answers_pings;
        // What a command of this session has changed is sent with its answer.
        let follows = takes && pending.is_empty();
        let mut news = pin!(member.news());
        poll_fn(|cx| {
            if answers_pings && silence.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Happened::Silence);
            }
            if listens && let Poll::Ready(heard) = connection.poll_next(cx) {
                return Poll::Ready(Happened::Heard(heard));
            }
            if takes && let Poll::Ready(answer) = answers.poll_next(cx) {
                return Poll::Ready(Happened::Answer(answer));
            }
            if takes && let Poll::Ready(result) = pending.poll_next(cx) {
                return Poll::Ready(Happened::Result(result));
            }
            if follows && news.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Happened::Changed);
            }
            if takes && let Poll::Ready((room, item)) = subscriptions.poll_next(cx) {
                return Poll::Ready(Happened::FeedItem(room, item));
            }
            if connection.wants_write() {
                return connection.poll_write(cx).map(Happened::Write);
            }
            Poll::Pending
        })
        .await
    }

    /// Carries out a command, and those that were received with it.
    async fn hear(&mut self, heard: io::Result<Option<Heard>>) -> ControlFlow<End> {
        self.heard_at = Instant::now();
        self.pinged = false;
        let mut heard = heard;
        for commands in 1.. {
            match heard {
                Ok(Some(Heard::Command(Command::Say(say)))) => self.say(say).await?,
                Ok(Some(Heard::Command(command))) => Box::pin(self.dispatch(command)).await?,
                Ok(Some(Heard::Unreadable(refusal))) => self.refuse(*refusal)?,
                Ok(None) => return ControlFlow::Break(End::Left),
                Err(error) => return ControlFlow::Break(End::Failed(error)),
            }
            if self.connection.is_full() || self.answers.is_full() || !self.pending.is_empty() {
                break;
            }
            if commands % COMMANDS_IN_TURN == 0 {
                self.keep_up()?;
            }
            match self.connection.ready() {
                Ok(None) => break,
                more => heard = more,
            }
        }
        self.keep_up()
    }

    /// Passes on what has happened in the rooms by now, so that a client that sends without a pause does not
    /// fall behind by its own messages: those would be read from the journal, and sent to it again.
    fn keep_up(&mut self) -> ControlFlow<End> {
        if self.connection.is_full() {
            return ControlFlow::Continue(());
        }
        match self.subscriptions.next().now_or_never() {
            Some(item) => self.drain_feeds(item),
            None => ControlFlow::Continue(()),
        }
    }

    fn refuse(&mut self, refusal: Refusal) -> ControlFlow<End> {
        let is_broken_line = refusal.code.is_broken_line();
        if is_broken_line {
            self.log(|| info!(code = %refusal.code, "refused"));
        } else {
            // As often as a client likes, and at any speed.
            self.log(|| debug!(code = %refusal.code, "refused"));
        }
        self.connection.tell(&Event::Refused(refusal));
        if is_broken_line && self.strikes.is_one_too_many(Instant::now()) {
            return ControlFlow::Break(End::Code(EndCode::TooManyErrors));
        }
        ControlFlow::Continue(())
    }

    /// Tells the client what became of what it said, and of all else that is answered by now.
    fn tell_answers(&mut self, answer: &Answer) -> ControlFlow<End> {
        self.tell_answer(answer);
        while let Some(answer) = self.answers.ready() {
            self.tell_answer(&answer);
        }
        ControlFlow::Continue(())
    }

    fn tell_answer(&mut self, answer: &Answer) {
        let Answer { room, n, device, outcome } = answer;
        let (n, device, room) = (*n, device.clone(), room.clone());
        let refusal = match outcome {
            Outcome::Stored { seq, at } | Outcome::Repeat { seq, at } => {
                let repeat = matches!(outcome, Outcome::Repeat { .. });
                let accepted = Accepted { n, device, room, seq: *seq, at: *at, repeat };
                return self.connection.tell(&Event::Accepted(accepted));
            }
            Outcome::NumberUsed => Refusal::new(RefusalCode::NumberUsed, NUMBER_USED),
            Outcome::Refused(HubError::NotKept(reason)) => {
                // Not logged for each: the journal has logged it once.
                let text = format!("not stored: {reason}; send it again in a moment");
                Refusal::new(RefusalCode::NotKept, text)
            }
            Outcome::Refused(error) => {
                self.log(|| debug!(code = %error.code(), "refused"));
                error.clone().into()
            }
        };
        self.connection.tell(&Event::Refused(Refusal { n, device, room: Some(room), ..refusal }));
    }

    /// Waits for what is still on its way into the journal, so that the user leaves after its last
    /// words, and the client knows what is kept.
    async fn tell_last_answers(&mut self) {
        let deadline = Instant::now() + self.context.config.goodbye_timeout;
        while !self.answers.is_empty()
            && let Ok(answer) = timeout_at(deadline, self.answers.next()).await
        {
            self.tell_answer(&answer);
        }
        if !self.pending.is_empty()
            && let Ok(result) = timeout_at(deadline, self.pending.next()).await
        {
            // The session ends in any case.
            let _ = self.finish_command(*result).await;
        }
    }

    /// Writes what goes out without waiting: nothing but writing is left to the turn, and another look
    /// at all that comes before it costs as much as the rest of it.
    fn write_now(&mut self) -> ControlFlow<End> {
        if !self.connection.wants_write() {
            return ControlFlow::Continue(());
        }
        match self.connection.write().now_or_never() {
            Some(turn) => self.wrote(turn),
            None => ControlFlow::Continue(()),
        }
    }

    fn wrote(&mut self, turn: io::Result<Turn>) -> ControlFlow<End> {
        match turn {
            Ok(Turn::Wrote) => ControlFlow::Continue(()),
            Ok(Turn::ListDue) => {
                self.list_users();
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(End::of_write(error)),
        }
    }

    /// Sends who is in the lobby.
    fn list_users(&mut self) {
        let Some(lobby) = self.subscriptions.get(RoomId::LOBBY) else { return };
        let own = self.member.user();
        let connection = &mut self.connection;
        lobby.room.with_users(|users| connection.list_users(&own, users.values(), users.len()));
    }

    /// Pings a client that was silent for too long, and gives up one that was pinged.
    fn look_for_silence(&mut self) -> ControlFlow<End> {
        let now = Instant::now();
        let mut look_at = self.heard_at + self.context.config.idle_timeout;
        if look_at <= now {
            if self.pinged {
                return ControlFlow::Break(End::Code(EndCode::Idle));
            }
            self.pinged = true;
            look_at = now + self.context.config.idle_timeout;
            self.answers.rest();
            self.connection.tell(&Event::Ping { nonce: Nonce::default() });
        }
        self.silence.as_mut().reset(look_at);
        ControlFlow::Continue(())
    }
}
