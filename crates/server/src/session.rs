//! A session: one connected client, from its first bytes to the end of the connection. The only place that
//! uses both a door and the hub.
//!
//! [`serve`] leads a connection through its stages: `admit` and `handshake` let the client in, `turn` is
//! the loop of the session, and `end` closes the connection. `commands` carries out commands, `rooms` and
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
mod results;
mod roles;
mod rooms;
mod sanctions;
mod search;
mod subscriptions;
#[cfg(test)]
mod tests;
mod tried_secret;
mod turn;
mod unread;
mod web;

use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::{Arc, OnceLock};

use chat_proto::{AddressLine, DeviceId};
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, field, info, info_span};

use self::admit::admit;
use self::answers::PendingAnswers;
use self::end::{ClosingConnection, End};
use self::error_budget::ErrorBudget;
use self::handshake::Handshake;
pub(crate) use self::invites::{InviteTerms, invite};
use self::live::{ClientFeatures, LiveState};
use self::login::Origin;
pub(crate) use self::operator::{operate, turn_operator_away};
pub(crate) use self::peer::Peer;
use self::pending::PendingCommand;
use self::rooms::RoomSync;
pub(crate) use self::search::find_all;
use self::subscriptions::Subscriptions;
use crate::config::{Config, ROOM_RING_BATCHES};
use crate::door::{Connection, Incoming, WriteStep};
use crate::feed::FeedItem;
use crate::hub::{Hub, Member};
use crate::journal::{CredentialId, Location, RoomId};
use crate::late::LateBrowsers;
use crate::logins::Logins;
use crate::networks::{Networks, Slot};
use crate::search::Search;
use crate::strangers::StrangerLog;
use crate::tls::Tls;

/// Commands of one client that are carried out before its session polls its rooms again. Each may become a
/// batch of its own in a room's ring, so this is a part of [`ROOM_RING_BATCHES`].
const COMMANDS_IN_TURN: usize = ROOM_RING_BATCHES / 4;

/// The state that the sessions of a daemon share.
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
    pub strangers: Arc<StrangerLog>,
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
        let Some(mut session) = admitted.await else { return };
        let end = {
            // In the task, which has room for it, and not in the session.
            let mut idle_check = pin!(session.idle_check());
            let session = &mut *session;
            poll_fn(move |cx| session.poll_turns(idle_check.as_mut(), cx)).await
        };
        Box::pin(session.finish(end)).await;
    }
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
    /// The features of the client.
    shows: ClientFeatures,
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
    /// Whether it has had a turn.
    has_begun: bool,
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
        Self {
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
            received_at: Instant::now(),
            pinged: false,
            has_begun: false,
        }
    }

    /// Sends the last answers, leaves the rooms, and closes the connection.
    async fn finish(mut self: Box<Self>, end: End) {
        self.send_last_answers().await;
        self.into_closing(end).close().await;
    }

    fn into_closing(self, end: End) -> ClosingConnection<S> {
        let span = self.span();
        span.in_scope(|| info!(reason = %end, "left"));
        drop(self.subscriptions);
        self.member.leave(end.leave_reason(self.connection.capabilities()));
        ClosingConnection { connection: self.connection, end, context: self.context, span }
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

    /// Delivers an item, and all others that are ready, and writes them.
    fn deliver_and_write(&mut self, item: (RoomId, FeedItem)) -> ControlFlow<End> {
        self.drain_feeds(item)?;
        self.write_now()
    }

    /// Tries a non-blocking write right away. To write in the next turn, after another poll of all sources, would
    /// double the cost of a delivery.
    fn write_now(&mut self) -> ControlFlow<End> {
        if !self.connection.wants_write() {
            return ControlFlow::Continue(());
        }
        match self.connection.write().now_or_never() {
            Some(step) => self.finish_write(step),
            None => ControlFlow::Continue(()),
        }
    }

    fn finish_write(&mut self, step: io::Result<WriteStep>) -> ControlFlow<End> {
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
