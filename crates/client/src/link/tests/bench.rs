//! A link between a test that answers its calls and one that hears its events. Whatever is waited for has
//! a deadline, on the paused clock.

use std::io;

use chat_proto::command::Say;
use chat_proto::{NativeCodec, RoomName, Text};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;
use tokio_util::codec::Framed;

use super::super::*;
use crate::testing::{DEADLINE, journal, name, welcome, within};

/// Connections as the test hands them out: each call takes the next.
pub(super) struct Calls(mpsc::Receiver<io::Result<DuplexStream>>);

impl Dial for Calls {
    type Stream = DuplexStream;

    async fn dial(&mut self) -> io::Result<DuplexStream> {
        match self.0.recv().await {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

/// The server's end of a connection.
pub(super) struct Server {
    pub(super) line: Framed<DuplexStream, NativeCodec<Command>>,
    /// What it has heard last.
    heard: Option<Command>,
}

impl Server {
    pub(super) async fn hears(&mut self) -> Command {
        let what = format!("a command after {:?}", self.heard);
        let command = within(what, self.line.next()).await.unwrap().unwrap().unwrap();
        self.heard = Some(command.clone());
        command
    }

    pub(super) async fn tells(&mut self, event: &Event) {
        within(format!("{event:?} told"), self.line.send(event)).await.unwrap();
    }

    /// Sends a line as it is.
    pub(super) async fn writes(&mut self, line: &str) {
        let line = format!("{line}\n");
        let stream = self.line.get_mut();
        within("a line written", stream.write_all(line.as_bytes())).await.unwrap();
    }

    /// Lets the client in, and returns the name it said.
    pub(super) async fn welcomes(&mut self) -> UserName {
        self.greets().await.name
    }

    /// Is asked for its journal, and tells it.
    pub(super) async fn is_asked(&mut self, id: &str) {
        assert_eq!(self.hears().await, Command::About);
        let (server, journal) = (welcome(7, "bob").server, journal(id, "epoch"));
        self.tells(&Event::About { server, journal }).await;
    }

    /// Lets the client in, and returns its hello. Whoever is known already asks for the journal first.
    pub(super) async fn greets(&mut self) -> Hello {
        self.greets_as("journal").await
    }

    /// The same, with that journal.
    pub(super) async fn greets_as(&mut self, id: &str) -> Hello {
        let mut first = self.hears().await;
        if first == Command::About {
            let (server, journal) = (welcome(7, "bob").server, journal(id, "epoch"));
            self.tells(&Event::About { server, journal }).await;
            first = self.hears().await;
        }
        let Command::Hello(hello) = first else { panic!("no hello but {first:?}") };
        let journal = Some(journal(id, "epoch"));
        self.tells(&Event::Welcome(Welcome { journal, ..welcome(7, hello.name.as_str()) })).await;
        hello
    }
}

/// A link, and where its calls are answered.
pub(super) struct Bench {
    pub(super) link: Link,
    calls: mpsc::Sender<io::Result<DuplexStream>>,
    /// What the link has told last.
    heard: Option<LinkEvent>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with_seed(None)
    }

    /// The same, of a client that makes the tokens of its new users.
    pub(super) fn with_seed(seed: Option<Seed>) -> Self {
        let (calls, answers) = mpsc::channel(8);
        let device = Word::new("test").unwrap();
        let identity = Identity { name: name("bob"), token: None, known: Vec::new(), seed, device };
        Self { link: Link::start(Calls(answers), identity), calls, heard: None }
    }

    /// Answers the next call.
    pub(super) async fn answers(&self) -> Server {
        let (ours, theirs) = duplex(4096);
        within("a call answered", self.calls.send(Ok(theirs))).await.unwrap();
        Server { line: Framed::new(ours, NativeCodec::default()), heard: None }
    }

    /// Refuses the next calls.
    pub(super) async fn refuses(&self, calls: usize) {
        for _ in 0..calls {
            let refused = Err(io::ErrorKind::ConnectionRefused.into());
            within("a call refused", self.calls.send(refused)).await.unwrap();
        }
    }

    pub(super) async fn hears(&mut self) -> LinkEvent {
        self.hears_that("events", Some).await
    }

    /// Hears events until there is a session; returns its number.
    pub(super) async fn session(&mut self) -> u64 {
        let session = |events| match events {
            LinkEvent::Welcome { session, .. } => Some(session),
            _ => None,
        };
        self.hears_that("a session", session).await
    }

    /// Hears events until there is no session any more.
    pub(super) async fn lost(&mut self) -> Lost {
        let lost = |events| match events {
            LinkEvent::Lost(why) => Some(why),
            _ => None,
        };
        self.hears_that("the line lost", lost).await
    }

    /// Hears events until there is `what`, and fails with the last of them where there never is.
    pub(super) async fn hears_that<T>(
        &mut self,
        what: &str,
        wanted: impl Fn(LinkEvent) -> Option<T>,
    ) -> T {
        let hearing = async {
            loop {
                let events = self.link.next().await.unwrap();
                self.heard = Some(events.clone());
                if let Some(found) = wanted(events) {
                    return found;
                }
            }
        };
        let found = timeout(DEADLINE, hearing).await;
        found.unwrap_or_else(|_| panic!("not {what}, but at last {:?}", self.heard))
    }

    pub(super) fn says(&self, session: u64, n: u64) {
        let text = Text::new(format!("text {n}")).unwrap();
        let say = Say {
            room: RoomName::lobby(),
            kind: Default::default(),
            n: Some(n),
            device: None,
            text,
        };
        self.link.request(LinkRequest::Send { session, command: Command::Say(say) }).unwrap();
    }
}
