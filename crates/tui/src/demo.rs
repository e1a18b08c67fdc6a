//! A chat without a server, for `chat-tui --demo` and for the pictures of the documentation: a scripted
//! server in the same process, behind the client's [`Dial`]. It uses no network and stores nothing.
//!
//! * `script`: who is there and what they write.
//! * `world`: what a server would know, and how it answers.

mod script;
mod welcome;
mod world;

use std::io;

use chat_client::link::{Dial, DialError};
use chat_proto::{Command, Event, NativeCodec, Timestamp, UserName};
use futures_util::{SinkExt, StreamExt};
use tokio::io::DuplexStream;
use tokio::time::sleep_until;
use tokio_util::codec::Framed;

use self::world::World;

/// The address of the demo in notices and in `/status`.
pub const SERVER: &str = "demo";

/// Bytes that one side may write before the other has read: a page of messages.
const BUFFER_BYTES: usize = 64 * 1024;

/// Connects to the scripted server.
#[derive(Debug)]
pub struct Demo {
    world: Option<World>,
}

impl Demo {
    /// A demo for a user of that name, on this clock. Times of the script are relative to now.
    #[must_use]
    pub fn new(name: &UserName, clock: fn() -> Timestamp) -> Self {
        Self { world: Some(World::new(name.clone(), clock)) }
    }

    /// The same, with an invite as an answer to `/invite`: for a picture, since its line leads nowhere.
    #[must_use]
    pub fn with_invite(name: &UserName, clock: fn() -> Timestamp) -> Self {
        let mut world = World::new(name.clone(), clock);
        world.invites = true;
        Self { world: Some(world) }
    }
}

impl Dial for Demo {
    type Stream = DuplexStream;

    async fn dial(&mut self) -> Result<DuplexStream, DialError> {
        let world = self.world.take().ok_or(io::Error::from(io::ErrorKind::ConnectionRefused))?;
        let (server, client) = tokio::io::duplex(BUFFER_BYTES);
        tokio::spawn(serve(Framed::new(server, NativeCodec::default()), world));
        Ok(client)
    }
}

/// Answers commands and plays the script until the client closes the connection.
async fn serve(mut wire: Framed<DuplexStream, NativeCodec<Command>>, mut world: World) {
    loop {
        let due = world.next_due();
        let events = tokio::select! {
            biased;
            command = wire.next() => match command {
                Some(Ok(Ok(command))) => world.answer(command),
                Some(Ok(Err(unreadable))) => vec![world.unreadable(&unreadable)],
                Some(Err(_)) | None => return,
            },
            () = sleep_until(due.unwrap_or_else(tokio::time::Instant::now)), if due.is_some() => {
                world.play()
            }
        };
        for event in events {
            let is_last = matches!(event, Event::Goodbye { .. });
            if wire.send(&event).await.is_err() || is_last {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
