//! A link whose connections a test accepts and whose events it receives. Each wait has a deadline, on the
//! paused clock.

use std::io;

use chat_proto::command::{Body, Say};
use chat_proto::{NativeCodec, RoomName, Text};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;
use tokio_util::codec::Framed;

use super::super::*;
use crate::testing::{DEADLINE, journal, name, welcome, within};

/// The connections that the test accepts: each dial takes the next.
pub(super) struct Dials(mpsc::Receiver<io::Result<DuplexStream>>);

impl Dial for Dials {
    type Stream = DuplexStream;

    async fn dial(&mut self) -> Result<DuplexStream, DialError> {
        match self.0.recv().await {
            Some(answer) => Ok(answer?),
            None => std::future::pending().await,
        }
    }
}

/// The server's end of a connection.
pub(super) struct Server {
    pub(super) wire: Framed<DuplexStream, NativeCodec<Command>>,
    /// The last command.
    last: Option<Command>,
}

impl Server {
    pub(super) async fn receive(&mut self) -> Command {
        let what = format!("a command after {:?}", self.last);
        let command = within(what, self.wire.next()).await.unwrap().unwrap().unwrap();
        self.last = Some(command.clone());
        command
    }

    pub(super) async fn send_event(&mut self, event: &Event) {
        within(format!("{event:?} sent"), self.wire.send(event)).await.unwrap();
    }

    /// Sends a line as it is.
    pub(super) async fn write_line(&mut self, line: &str) {
        let line = format!("{line}\n");
        let stream = self.wire.get_mut();
        within("a line written", stream.write_all(line.as_bytes())).await.unwrap();
    }

    /// Lets the client in, and returns the name in its hello.
    pub(super) async fn welcome(&mut self) -> UserName {
        self.accept_hello().await.name
    }

    /// Receives `about`, and sends the journal.
    pub(super) async fn answer_about(&mut self, id: &str) {
        assert_eq!(self.receive().await, Command::About);
        let (server, journal) = (welcome(7, "bob").server, journal(id, "epoch"));
        self.send_event(&Event::About { server, journal, key: None, search: None }).await;
    }

    /// Lets the client in, and returns its hello. A client with a token asks for the journal first.
    pub(super) async fn accept_hello(&mut self) -> Hello {
        self.accept_hello_as("journal").await
    }

    /// The same, with that journal.
    pub(super) async fn accept_hello_as(&mut self, id: &str) -> Hello {
        let hello = self.hello(id).await;
        let journal = Some(journal(id, "epoch"));
        self.send_event(&Event::Welcome(Welcome { journal, ..welcome(7, hello.name.as_str()) }))
            .await;
        hello
    }
}

impl Server {
    /// Receives the hello; a client with a token asks for the journal first.
    async fn hello(&mut self, id: &str) -> Hello {
        let mut first = self.receive().await;
        if first == Command::About {
            let (server, journal) = (welcome(7, "bob").server, journal(id, "epoch"));
            self.send_event(&Event::About { server, journal, key: None, search: None }).await;
            first = self.receive().await;
        }
        let Command::Hello(hello) = first else { panic!("no hello but {first:?}") };
        *hello
    }

    /// Does not let the client in, and returns its hello.
    pub(super) async fn refuse_hello(&mut self, refusal: &Event) -> Hello {
        let hello = self.hello("journal").await;
        self.send_event(refusal).await;
        hello
    }
}

/// A user without anything that identifies it.
pub(super) fn new_user(written: &str) -> Identity {
    Identity {
        name: name(written),
        token: None,
        known: Vec::new(),
        seed: None,
        device: DeviceId::default(),
        invite: None,
        login: None,
        machine: None,
    }
}

/// A link, and the connections for it.
pub(super) struct Harness {
    pub(super) link: Link,
    dials: mpsc::Sender<io::Result<DuplexStream>>,
    /// The last event of the link.
    last: Option<LinkEvent>,
}

impl Harness {
    pub(super) fn new() -> Self {
        Self::with_seed(None)
    }

    /// The same, with a client that makes the tokens of its new users.
    pub(super) fn with_seed(seed: Option<Seed>) -> Self {
        let device = DeviceId::new("test").unwrap();
        Self::with_identity(Identity { seed, device, ..new_user("bob") })
    }

    /// The same, with a client that says this.
    pub(super) fn with_identity(identity: Identity) -> Self {
        let (dials, answers) = mpsc::channel(8);
        Self { link: Link::start(Dials(answers), identity), dials, last: None }
    }

    /// Accepts the next connection.
    pub(super) async fn answers(&self) -> Server {
        let (ours, theirs) = duplex(4096);
        within("a connection accepted", self.dials.send(Ok(theirs))).await.unwrap();
        Server { wire: Framed::new(ours, NativeCodec::default()), last: None }
    }

    /// Refuses the next connections.
    pub(super) async fn refuses(&self, dials: usize) {
        for _ in 0..dials {
            let refused = Err(io::ErrorKind::ConnectionRefused.into());
            within("a connection refused", self.dials.send(refused)).await.unwrap();
        }
    }

    pub(super) async fn next_event(&mut self) -> LinkEvent {
        self.next_event_that("an event", Some).await
    }

    /// Waits for a session; returns its number.
    pub(super) async fn session(&mut self) -> u64 {
        let session = |event| match event {
            LinkEvent::Welcome { session, .. } => Some(session),
            _ => None,
        };
        self.next_event_that("a session", session).await
    }

    /// Waits for the end of the session.
    pub(super) async fn lost(&mut self) -> LinkError {
        let lost = |event| match event {
            LinkEvent::Lost(why) => Some(why),
            _ => None,
        };
        self.next_event_that("the end of the session", lost).await
    }

    /// Waits for an event that is `wanted`, in words `what`. Panics with the last event at the deadline.
    pub(super) async fn next_event_that<T>(
        &mut self,
        what: &str,
        wanted: impl Fn(LinkEvent) -> Option<T>,
    ) -> T {
        let receiving = async {
            loop {
                let event = self.link.next().await.unwrap();
                self.last = Some(event.clone());
                if let Some(found) = wanted(event) {
                    return found;
                }
            }
        };
        let found = timeout(DEADLINE, receiving).await;
        found.unwrap_or_else(|_| panic!("not {what}, but at last {:?}", self.last))
    }

    pub(super) fn says(&self, session: u64, n: u64) {
        let text = Text::new(format!("text {n}")).unwrap();
        let (room, body) = (RoomName::lobby(), Body::text(text));
        let say = Say { room, n: Some(n), device: None, body, named_at: None };
        self.link.request(LinkRequest::Send { session, command: Command::Say(say) }).unwrap();
    }
}
