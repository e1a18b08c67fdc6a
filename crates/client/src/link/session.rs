//! One session: sends commands and receives events until one side ends it.

use std::time::Duration;

use chat_proto::command::Nonce;
use chat_proto::event::{Limits, Welcome};
use chat_proto::native::UnreadableEvent;
use chat_proto::{Command, Event, NativeCodec, RefusalCode, UserId};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::codec::Framed;

use super::connector::Requests;
use super::{BYE_TIMEOUT, LinkError, LinkEvent, LinkRequest};

/// Longest time to write one command: a server that reads nothing for so long is not alive.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest silence after which the server is pinged: short enough that a dead connection is noticed before
/// the user writes much.
const PING_AFTER_MAX: Duration = Duration::from_secs(20);

/// Shortest silence after which the server is pinged, whatever its limits are.
const PING_AFTER_MIN: Duration = Duration::from_secs(1);

/// Longest silence after a ping; then the connection counts as dead. A slow network answers in a few seconds.
const PONG_TIMEOUT: Duration = Duration::from_secs(10);

/// The connection as lines.
pub(super) type Wire<S> = Framed<S, NativeCodec<Event>>;

/// How a session ended.
pub(super) enum End {
    /// By the server or the network.
    Lost(LinkError),
    /// By a request to connect again.
    Reconnect,
    /// By a request to end.
    Close,
}

/// Runs a session until it ends.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    wire: Wire<S>,
    number: u64,
    welcome: &Welcome,
    requests: &mut Requests,
    events: &mpsc::Sender<LinkEvent>,
) -> End {
    let ping_after = ping_after(&welcome.limits);
    let mut session = Session { wire, number, id: welcome.id, pings: 0 };
    let mut pinged = false;
    let mut due = Instant::now() + ping_after;
    loop {
        // Requests first, since a user makes few, and a server may send without end. Bytes before the timer,
        // so that no connection counts as dead after the machine slept.
        let step = tokio::select! {
            biased;
            request = requests.queue.recv() => session.carry_out(request, requests, events).await,
            item = session.wire.next() => {
                pinged = false;
                due = Instant::now() + ping_after;
                session.on_item(item, requests, events).await
            }
            () = sleep_until(due) => {
                if pinged {
                    Err(End::Lost(LinkError::Silent))
                } else {
                    pinged = true;
                    due = Instant::now() + PONG_TIMEOUT;
                    session.ping().await
                }
            }
        };
        if let Err(end) = step {
            return end;
        }
    }
}

/// A third of the idle time that the server allows, so that one or two pings may be lost.
fn ping_after(limits: &Limits) -> Duration {
    Duration::from_millis(limits.idle_timeout_ms / 3).clamp(PING_AFTER_MIN, PING_AFTER_MAX)
}

struct Session<S> {
    wire: Wire<S>,
    number: u64,
    /// The number of the user.
    id: UserId,
    pings: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    async fn on_item(
        &mut self,
        item: Option<std::io::Result<Result<Event, Box<UnreadableEvent>>>>,
        requests: &mut Requests,
        events: &mpsc::Sender<LinkEvent>,
    ) -> Result<(), End> {
        let event = match read(item).map_err(End::Lost)? {
            Ok(Event::Ping { nonce }) => return self.write(&Command::Pong { nonce }).await,
            // The pings of the link have numbers, those of the state have words.
            Ok(Event::Pong { nonce: Nonce::Number(_) }) => return Ok(()),
            Ok(Event::Goodbye { code, text }) => {
                return Err(End::Lost(LinkError::Goodbye { code, text }));
            }
            Ok(event) => {
                if let Event::Renamed { user, name } = &event
                    && user.id == self.id
                {
                    requests.identity.name = name.clone();
                }
                LinkEvent::Event(event)
            }
            Err(unknown) if is_of_unknown_type(&unknown) => return Ok(()),
            Err(unreadable) => {
                tracing::warn!(why = unreadable.refusal.text, "unreadable line");
                LinkEvent::Unreadable(unreadable)
            }
        };
        // If nobody receives it, the closed queue of requests ends the session.
        let _ = events.send(event).await;
        Ok(())
    }

    async fn carry_out(
        &mut self,
        request: Option<LinkRequest>,
        requests: &mut Requests,
        events: &mpsc::Sender<LinkEvent>,
    ) -> Result<(), End> {
        match request {
            Some(LinkRequest::Send { session, command }) if session == self.number => {
                self.write(&command).await
            }
            Some(LinkRequest::Send { .. }) => Ok(()),
            Some(
                request @ (LinkRequest::Connect(_)
                | LinkRequest::ConnectAs(_)
                | LinkRequest::LogIn(..)
                | LinkRequest::ConnectAsNew),
            ) => {
                self.bye(requests, events).await;
                requests.change(request);
                Err(End::Reconnect)
            }
            Some(LinkRequest::Close) | None => {
                self.bye(requests, events).await;
                Err(End::Close)
            }
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.pings += 1;
        self.write(&Command::Ping { nonce: Nonce::Number(self.pings) }).await
    }

    /// Says goodbye and reads until the server closes the connection: its last answers are not lost, and the
    /// name is free for the next session.
    async fn bye(&mut self, requests: &mut Requests, events: &mpsc::Sender<LinkEvent>) {
        let farewell = async {
            if self.write(&Command::Bye).await.is_ok() {
                loop {
                    let item = self.wire.next().await;
                    if self.on_item(item, requests, events).await.is_err() {
                        break;
                    }
                }
            }
        };
        let _ = timeout(BYE_TIMEOUT, farewell).await;
    }

    async fn write(&mut self, command: &Command) -> Result<(), End> {
        write(&mut self.wire, command).await.map_err(End::Lost)
    }
}

pub(super) async fn write<S>(wire: &mut Wire<S>, command: &Command) -> Result<(), LinkError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match timeout(WRITE_TIMEOUT, wire.send(command)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(LinkError::Broken(in_words(&error))),
        Err(_) => Err(LinkError::Silent),
    }
}

/// Whether a newer server sent an event of an unknown type, which is ignored.
pub(super) fn is_of_unknown_type(line: &UnreadableEvent) -> bool {
    let is_unknown = line.refusal.code == RefusalCode::UnknownType;
    if is_unknown {
        tracing::debug!(why = line.refusal.text, "ignored an event of an unknown type");
    }
    is_unknown
}

/// The error without its number, which says nothing to a user.
pub(super) fn in_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// An item of the connection, or why there are no more.
pub(super) fn read(
    item: Option<std::io::Result<Result<Event, Box<UnreadableEvent>>>>,
) -> Result<Result<Event, Box<UnreadableEvent>>, LinkError> {
    match item {
        Some(Ok(item)) => Ok(item),
        Some(Err(error)) => Err(LinkError::Broken(in_words(&error))),
        None => Err(LinkError::Closed),
    }
}
