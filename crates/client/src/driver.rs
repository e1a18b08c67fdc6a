//! Carries out the effects of a client: gives the link and the store what they are to do, and returns what
//! they answer as inputs.

use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use chat_proto::event::Welcome;
use chat_proto::{Timestamp, UserName};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::effect::Effect;
use crate::input::Input;
use crate::link::{Dial, Identity, Link};
use crate::state::State;
use crate::store::{Done, Job, Store, StoreError, StoreTask, Writer};
use crate::update::update;

/// How long the end of a client may wait for the disk: a busy one needs a second or two, and nobody wants to
/// wait for a program to end.
pub const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// Who the client is, and where its state is stored.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name to ask for.
    pub name: UserName,
    /// The server's address: what is stored before the first session is stored under it.
    pub server: String,
    /// The directory of what outlives the program; `None` if nothing does.
    pub directory: Option<PathBuf>,
    /// Who waits for the disk it is on.
    pub writer: Writer,
}

/// Why a client cannot go on. Nothing the network does is among it.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// The directory cannot be used.
    #[error("cannot open the state directory")]
    Open(#[source] StoreError),
    /// The store's task has ended, by a fault of the program.
    #[error("the part of the program that writes to the disk has ended; this is a bug")]
    Store,
    /// The link's task has ended, by a fault of the program.
    #[error("the network part of the program has ended; this is a bug")]
    Link,
}

/// The time of the system.
#[allow(clippy::disallowed_methods, reason = "the edge at which the clock is asked for")]
#[must_use]
pub fn system_clock() -> Timestamp {
    Timestamp::from(SystemTime::now())
}

/// What comes next.
#[allow(clippy::large_enum_variant, reason = "it is moved once; a box would cost an allocation")]
#[derive(Debug)]
pub enum Next<T> {
    /// An input of the store, the clock or the link.
    Input(Input),
    /// The front end's future is ready.
    Front(T),
}

/// Where the messages without an answer are as a client ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Saved {
    /// On the disk.
    Disk,
    /// In memory alone.
    #[default]
    Memory,
    /// The disk has not taken them in time.
    Unknown,
}

/// What the client goes on with, once the store has opened it.
#[derive(Debug)]
enum Opening {
    User,
    Server { session: u64, welcome: Box<Welcome> },
}

/// The tasks of a client, and the time of its next tick.
#[derive(Debug)]
pub struct Driver {
    store: StoreTask,
    /// Set while the store opens what is stored for another user or server.
    opening: Option<Opening>,
    link: Link,
    tick: Option<Instant>,
}

impl Driver {
    /// Opens the state directory and starts to connect. Must be called within a tokio runtime. The state is
    /// to be given [`Input::Start`] first.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be used.
    pub async fn start(config: Config, dial: impl Dial) -> Result<(Self, State), DriverError> {
        let Config { name, server, directory, writer } = config;
        let address = server.clone();
        let open = move || Store::open(directory.as_deref(), &address, name);
        let opened = writer.run(open).await.ok_or(DriverError::Store)?;
        let (store, profile) = opened.map_err(DriverError::Open)?;
        let store = StoreTask::start(store, writer);
        let link = Link::start(dial, Identity::from(&profile));
        let driver = Self { store, opening: None, link, tick: None };
        Ok((driver, State::new(server, profile)))
    }

    /// Whether inputs other than answers of the store may come: not while it is not known whose they are, nor
    /// while too much waits for the disk.
    #[must_use]
    pub const fn may_take(&self) -> bool {
        self.opening.is_none() && !self.store.is_full()
    }

    /// Waits for what comes next, one after the other, the first that is ready: answers of the store, what
    /// the front end waits for, the tick, and last the events of the link, since they alone can be without
    /// end. Safe to cancel.
    ///
    /// # Errors
    /// Returns an error if a task has ended by a fault of the program.
    pub async fn next<T>(
        &mut self,
        front: impl Future<Output = T>,
    ) -> Result<Next<T>, DriverError> {
        let may_take = self.may_take();
        let due = self.tick.filter(|_| may_take);
        let input = tokio::select! {
            biased;
            done = self.store.done() => self.answer(done.ok_or(DriverError::Store)?),
            front = front => return Ok(Next::Front(front)),
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                self.tick = None;
                Input::Tick
            }
            event = self.link.next(), if may_take => Input::Link(event.ok_or(DriverError::Link)?),
        };
        Ok(Next::Input(input))
    }

    /// Returns an event of the link that is there already, if it may come now.
    pub fn ready(&mut self) -> Option<Input> {
        if self.may_take() { self.link.ready().map(Input::Link) } else { None }
    }

    /// Carries out an effect, except one that is for the front end. Returns the input it leads to at once.
    pub fn carry_out(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Store(op) => self.store.give(Job::Store(op)),
            Effect::Become(name) => {
                self.opening = Some(Opening::User);
                self.store.give(Job::Become(name));
            }
            Effect::File { session, welcome } => {
                let journal = welcome.journal.as_ref().map(|journal| journal.id.clone());
                self.opening = Some(Opening::Server { session, welcome });
                self.store.give(Job::File(journal));
            }
            Effect::Tick(after) => {
                let due = Instant::now() + after;
                self.tick = Some(self.tick.map_or(due, |tick| tick.min(due)));
            }
            Effect::Link(request) => {
                return self.link.request(request).is_err().then_some(Input::LinkFull);
            }
            Effect::Received(_)
            | Effect::Alert
            | Effect::RoomOpened(_)
            | Effect::RoomClosed { .. }
            | Effect::RoomsForgotten
            | Effect::DraftChanged(_)
            | Effect::TextReturned(_)
            | Effect::NameRequired(_)
            | Effect::Failed(_) => {}
        }
        None
    }

    /// Waits until all is stored, and sends what waited for that; says goodbye, takes what the server still
    /// answers, and stores that. Takes [`STORE_TIMEOUT`] and [`BYE_TIMEOUT`](crate::link::BYE_TIMEOUT) at
    /// most.
    pub async fn close(mut self, state: &mut State, clock: fn() -> Timestamp) -> Saved {
        let deadline = Instant::now() + STORE_TIMEOUT;
        while !self.store.is_idle() {
            let Ok(Some(done)) = timeout_at(deadline, self.store.done()).await else {
                break;
            };
            let input = self.answer(done);
            for effect in update(state, input, clock()) {
                // A link that is full when all ends takes nothing more.
                let _ = self.carry_out(effect);
            }
        }
        let Self { mut store, link, .. } = self;
        link.close(|event| {
            for effect in update(state, Input::Link(event), clock()) {
                if let Effect::Store(op) = effect {
                    store.give(Job::Store(op));
                }
            }
        })
        .await;
        match store.close(deadline).await {
            Some(store) if store.is_lasting() => Saved::Disk,
            Some(_) => Saved::Memory,
            None => Saved::Unknown,
        }
    }

    /// An answer of the store as an input.
    fn answer(&mut self, done: Done) -> Input {
        let in_words = |error: StoreError| {
            tracing::error!(%error, "not stored");
            error.to_string()
        };
        match done {
            Done::Stored(stored) => Input::Stored(stored.map_err(in_words)),
            Done::Opened(profile) => match (self.opening.take(), profile.map_err(in_words)) {
                (Some(Opening::Server { session, welcome }), profile) => {
                    Input::Filed { session, welcome, profile }
                }
                (_, profile) => Input::Became(profile),
            },
        }
    }
}
