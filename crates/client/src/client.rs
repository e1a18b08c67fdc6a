//! A client with its driver, for a program that has no loop of its own.

use std::future::pending;

use chat_proto::Timestamp;

use crate::driver::{CarriedOut, Config, Driver, DriverError, Next, OutboxLocation, system_clock};
use crate::effect::Effect;
use crate::error::RequestError;
use crate::input::Input;
use crate::link::Dial;
use crate::request::Request;
use crate::state::State;
use crate::update::update;

/// A client. It goes on only while [`Client::next`] is awaited.
///
/// ```no_run
/// # use chat_client::{Client, Config, Effect, Endpoint, Request, store::Writer};
/// # async fn answer() -> Result<(), Box<dyn std::error::Error>> {
/// let server = "127.0.0.1:12345";
/// let directory = Some("ping.state".into());
/// let (name, writer) = ("ping".parse()?, Writer::Thread);
/// let config = Config { name, server: server.into(), directory, writer, invite: None, machine: None };
/// let mut bot = Client::start(config, server.parse::<Endpoint>()?.dial()?).await?;
/// loop {
///     for effect in bot.next().await? {
///         if let Effect::Received(message) = effect {
///             println!("{}: {}", message.from.name, message.text.as_str());
///             bot.request(Request::Read { room: message.room, seq: message.seq })?;
///         }
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Client {
    state: State,
    driver: Driver,
    clock: fn() -> Timestamp,
}

impl Client {
    /// Opens the state directory and starts to connect. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be used.
    pub async fn start(config: Config, dial: impl Dial) -> Result<Self, DriverError> {
        let (driver, state) = Driver::start(config, dial).await?;
        let mut client = Self { state, driver, clock: system_clock };
        client.take(Input::Start);
        Ok(client)
    }

    /// The state of the client.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Waits until something happens. Returns the effects that are for the front end, often none. Safe to
    /// cancel.
    ///
    /// # Errors
    /// Returns an error if a task of the client has ended by a fault of the program.
    pub async fn next(&mut self) -> Result<Vec<Effect>, DriverError> {
        match self.driver.next(pending::<()>()).await? {
            Next::Input(input) => Ok(self.take(input)),
            Next::Front(()) => Ok(Vec::new()),
        }
    }

    /// Asks the client for something.
    ///
    /// # Errors
    /// Returns why it is not carried out.
    pub fn request(&mut self, request: Request) -> Result<(), RequestError> {
        let failed = |effect| match effect {
            Effect::Failed(error) => Some(error),
            _ => None,
        };
        self.take(Input::Request(request)).into_iter().find_map(failed).map_or(Ok(()), Err)
    }

    /// Stores pending state, and says goodbye. Returns the state of the client, and whether its
    /// messages without an answer are stored.
    pub async fn close(mut self) -> (State, OutboxLocation) {
        let saved = self.driver.close(&mut self.state, self.clock).await;
        (self.state, saved)
    }

    /// Takes an input and carries out what follows. Returns the effects that are for the front end.
    fn take(&mut self, input: Input) -> Vec<Effect> {
        let (mut for_front, mut next) = (Vec::new(), Some(input));
        while let Some(input) = next.take() {
            for effect in update(&mut self.state, input, (self.clock)()) {
                match self.driver.carry_out(effect) {
                    CarriedOut::Done => {}
                    CarriedOut::Input(input) => next = Some(input),
                    CarriedOut::ForFront(effect) => for_front.push(effect),
                }
            }
        }
        for_front
    }
}
