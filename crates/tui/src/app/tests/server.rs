//! Servers at the other end of a pipe, and waits that end, for the tests of the loop.

use std::io;
use std::time::Duration;

use chat_client::link::{Dial, DialError};
use chat_client::store::Writer;
use chat_proto::command::Hello;
use chat_proto::event::Welcome;
use chat_proto::{Command, DeviceId, Event, NativeCodec};
use futures_util::{SinkExt, StreamExt};
use tokio::io::DuplexStream;
use tokio::time::timeout;
use tokio_util::codec::Framed;

use crate::Options;
use crate::fixture::{DEADLINE, name, room_event, welcome, within};
use crate::testing::Client;

/// The server's end of a connection.
pub(super) type Server = Framed<DuplexStream, NativeCodec<Command>>;

/// A server that nobody reaches.
pub(super) struct Nobody;

impl Dial for Nobody {
    type Stream = DuplexStream;

    async fn dial(&mut self) -> Result<Self::Stream, DialError> {
        std::future::pending().await
    }
}

/// One connection; the next one is refused.
pub(super) struct Once(pub(super) Option<DuplexStream>);

impl Dial for Once {
    type Stream = DuplexStream;

    async fn dial(&mut self) -> Result<Self::Stream, DialError> {
        self.0.take().ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionRefused).into())
    }
}

/// Several connections, the last first.
pub(super) struct Several(pub(super) Vec<DuplexStream>);

impl Dial for Several {
    type Stream = DuplexStream;

    async fn dial(&mut self) -> Result<Self::Stream, DialError> {
        self.0.pop().ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionRefused).into())
    }
}

pub(super) fn options() -> Options {
    let writer = Writer::Task(Duration::ZERO);
    Options { writer, ..Options::new(name("bob"), "nowhere:1") }
}

/// Lets the client in, and sends it the journal first if it asks for it.
pub(super) async fn accept_client(server: DuplexStream) -> (Server, Hello) {
    accept_client_with(server, welcome(7, "bob")).await
}

/// The same, with this welcome.
pub(super) async fn accept_client_with(server: DuplexStream, welcome: Welcome) -> (Server, Hello) {
    let mut server = Framed::new(server, NativeCodec::<Command>::default());
    let mut first = receive(&mut server).await;
    if first == Command::About {
        let journal = welcome.journal.clone().unwrap();
        send_event(
            &mut server,
            &Event::About { server: welcome.server.clone(), journal, key: None, search: None },
        )
        .await;
        first = receive(&mut server).await;
    }
    let Command::Hello(hello) = first else { panic!("no hello but {first:?}") };
    for event in [Event::Welcome(welcome), room_event("#lobby", 0, 0)] {
        send_event(&mut server, &event).await;
    }
    (server, *hello)
}

pub(super) async fn send_event(server: &mut Server, event: &Event) {
    within(format!("{event:?} sent"), server.send(event)).await.unwrap();
}

/// The next command of the client.
pub(super) async fn receive(server: &mut Server) -> Command {
    receive_that(server, "a command", Some).await
}

/// The next message, by its device, number and text.
pub(super) async fn receive_say(server: &mut Server) -> (Option<DeviceId>, Option<u64>, String) {
    let say = |command| match command {
        Command::Say(say) => Some((say.device, say.n, say.body.as_str().to_owned())),
        _ => None,
    };
    receive_that(server, "a message", say).await
}

/// The read position that the client sends next.
pub(super) async fn receive_read(server: &mut Server) -> u64 {
    let read = |command| match command {
        Command::Read { seq, .. } => Some(seq.get()),
        _ => None,
    };
    receive_that(server, "a read position", read).await
}

/// Waits for `what` among the commands, and panics with the received ones if it does not come.
pub(super) async fn receive_that<T>(
    server: &mut Server,
    what: &str,
    wanted: impl Fn(Command) -> Option<T>,
) -> T {
    let mut received = Vec::new();
    let receiving = async {
        while let Some(command) = server.next().await {
            let command = command.unwrap().unwrap();
            received.push(format!("{command:?}"));
            if let Some(found) = wanted(command) {
                return Some(found);
            }
        }
        None
    };
    let found = timeout(DEADLINE, receiving).await;
    found.ok().flatten().unwrap_or_else(|| panic!("not {what}, but {received:#?}"))
}

/// Waits until `text` is on the screen, and returns the screen as it is then.
pub(super) async fn sees(client: &mut Client, text: &str) -> String {
    wait_until(client, &format!("{text:?}"), |screen| screen.contains(text)).await
}

/// Waits until the screen is as `wanted`, in words `what`, and fails with the screen if it never is.
pub(super) async fn wait_until(
    client: &mut Client,
    what: &str,
    wanted: impl Fn(&str) -> bool,
) -> String {
    match timeout(DEADLINE, client.wait_until(wanted)).await {
        Ok(screen) => screen,
        Err(_) => panic!("no {what} on\n{}", client.screen()),
    }
}
