//! One session: requests out and events in, until one of both sides ends it.

use std::time::Duration;

use chat_proto::command::Nonce;
use chat_proto::event::{Limits, Welcome};
use chat_proto::native::UnreadableLine;
use chat_proto::{Command, Event, NativeCodec, RefusalCode, UserId};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::codec::Framed;

use super::caller::Requests;
use super::{BYE_TIMEOUT, LinkEvent, LinkRequest, Lost};

/// How long the network may take to take one command off our hands.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// After how much silence the server is pinged, at most: soon enough that a dead line is noticed
/// before somebody talks into it for long.
const PING_AFTER_MAX: Duration = Duration::from_secs(20);

/// And at least, whatever the server's limits are: a ping is not worth more than this.
const PING_AFTER_MIN: Duration = Duration::from_secs(1);

/// How long the server may be silent after a ping before the line counts as dead.
const PONG_TIMEOUT: Duration = Duration::from_secs(10);

/// The connection as lines.
pub(super) type Wire<S> = Framed<S, NativeCodec<Event>>;

/// How a session ended.
pub(super) enum End {
    /// Without our doing.
    Lost(Lost),
    /// By a request to call again.
    Called,
    /// By a request to end.
    Bye,
}

/// Carries a session on until it ends.
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
        // Requests first, since a user gives few, and a server may talk without end; and what has come
        // before the time at which nothing has, so that a machine that slept calls no line dead.
        let step = tokio::select! {
            biased;
            request = requests.queue.recv() => session.obey(request, requests, events).await,
            item = session.wire.next() => {
                pinged = false;
                due = Instant::now() + ping_after;
                session.hear(item, requests, events).await
            }
            () = sleep_until(due) => {
                if pinged {
                    Err(End::Lost(Lost::Silent))
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

/// A third of what the server bears, so that a ping or two may get lost.
fn ping_after(limits: &Limits) -> Duration {
    Duration::from_millis(limits.idle_timeout_ms / 3).clamp(PING_AFTER_MIN, PING_AFTER_MAX)
}

struct Session<S> {
    wire: Wire<S>,
    number: u64,
    /// Our own number at the server.
    id: UserId,
    pings: u64,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    async fn hear(
        &mut self,
        item: Option<std::io::Result<Result<Event, UnreadableLine>>>,
        requests: &mut Requests,
        events: &mpsc::Sender<LinkEvent>,
    ) -> Result<(), End> {
        let told = match read(item).map_err(End::Lost)? {
            Ok(Event::Ping { nonce }) => return self.write(&Command::Pong { nonce }).await,
            // The link's own pings have numbers, the screen's have words.
            Ok(Event::Pong { nonce: Nonce::Number(_) }) => return Ok(()),
            Ok(Event::Goodbye { code, text }) => {
                return Err(End::Lost(Lost::Goodbye { code, text }));
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
                tracing::warn!(why = unreadable.text, "unreadable line");
                LinkEvent::Unreadable(unreadable)
            }
        };
        // Where the screen is gone, the queue of requests ends the session.
        let _ = events.send(told).await;
        Ok(())
    }

    async fn obey(
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
                request @ (LinkRequest::Call(_) | LinkRequest::CallAs(_) | LinkRequest::CallAnew),
            ) => {
                self.bye(requests, events).await;
                requests.change(request);
                Err(End::Called)
            }
            Some(LinkRequest::Bye) | None => {
                self.bye(requests, events).await;
                Err(End::Bye)
            }
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        self.pings += 1;
        self.write(&Command::Ping { nonce: Nonce::Number(self.pings) }).await
    }

    /// Leaves, and listens until the server knows: so what it still answers is heard, and the name is
    /// free for the next call.
    async fn bye(&mut self, requests: &mut Requests, events: &mpsc::Sender<LinkEvent>) {
        let farewell = async {
            if self.write(&Command::Bye).await.is_ok() {
                loop {
                    let item = self.wire.next().await;
                    if self.hear(item, requests, events).await.is_err() {
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

pub(super) async fn write<S>(wire: &mut Wire<S>, command: &Command) -> Result<(), Lost>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match timeout(WRITE_TIMEOUT, wire.send(command)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Lost::Broken(in_words(&error))),
        Err(_) => Err(Lost::Silent),
    }
}

/// Whether a newer server has sent an event of a type that is not known here, which is ignored.
pub(super) fn is_of_unknown_type(line: &UnreadableLine) -> bool {
    let is_unknown = line.code == RefusalCode::UnknownType;
    if is_unknown {
        tracing::debug!(why = line.text, "ignored an event of an unknown type");
    }
    is_unknown
}

/// What went wrong, without the number that only a programmer reads.
pub(super) fn in_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// What came from the wire, or why nothing more will.
pub(super) fn read(
    item: Option<std::io::Result<Result<Event, UnreadableLine>>>,
) -> Result<Result<Event, UnreadableLine>, Lost> {
    match item {
        Some(Ok(item)) => Ok(item),
        Some(Err(error)) => Err(Lost::Broken(in_words(&error))),
        None => Err(Lost::Closed),
    }
}
