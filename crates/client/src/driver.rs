//! Carries out the effects of a client: passes them to the tasks of the link and the store, and returns the
//! answers as inputs. The only part of the client besides these tasks that does I/O or asks for the time.

use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use chat_proto::event::Welcome;
use chat_proto::{Secret, ShortString, Timestamp, UserName};
use tokio::time::{Instant, timeout_at};

use crate::effect::Effect;
use crate::input::Input;
use crate::link::{Dial, Identity, Link};
use crate::state::State;
use crate::store::{Job, JobResult, Store, StoreError, StoreTask, Writer};
use crate::timer::Timer;
use crate::update::update;

/// How long a client that ends waits for the disk: a busy disk needs a second or two, and the user waits
/// for the program to end.
pub const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// The identity of a client, and the directory of its state.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name to ask for.
    pub name: UserName,
    /// The server's address: until the first session, the state is stored under it.
    pub server: String,
    /// The state directory; `None` to store nothing.
    pub directory: Option<PathBuf>,
    /// The thread or the task that waits for the disk.
    pub writer: Writer,
    /// The invite of the address line, if it has one: used for the first session, and not stored.
    pub invite: Option<Secret>,
    /// What the user calls this machine, such as its host name: the user finds the device by it. Nobody else sees it
    /// but the owners of the server. `None` to send nothing.
    pub machine: Option<ShortString>,
}

/// Why a client cannot go on. Never an error of the network.
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

/// The result of [`Driver::next`].
#[allow(clippy::large_enum_variant, reason = "it is moved once; a box would cost an allocation")]
#[derive(Debug)]
pub enum Next<T> {
    /// An input of the store, the clock or the link.
    Input(Input),
    /// The front end's future is ready.
    Front(T),
}

/// The result of [`Driver::carry_out`].
#[allow(clippy::large_enum_variant, reason = "it is moved once; a box would cost an allocation")]
#[derive(Debug)]
pub enum CarriedOut {
    /// It is done, or waits in a queue.
    Done,
    /// It leads to this input at once.
    Input(Input),
    /// It is for the front end.
    ForFront(Effect),
}

/// The location of the messages without an answer when a client ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OutboxLocation {
    /// On the disk.
    Disk,
    /// In memory alone.
    #[default]
    Memory,
    /// The disk did not store them in time.
    Unknown,
}

/// The user or the server whose profile the store is opening.
#[derive(Debug)]
enum Opening {
    User,
    Server { session: u64, welcome: Box<Welcome> },
}

/// The tasks of a client, and the time of its next tick.
#[derive(Debug)]
pub struct Driver {
    store: StoreTask,
    /// Set while the store opens the profile of another user or server.
    opening: Option<Opening>,
    link: Link,
    tick: Option<Instant>,
    tick_timer: Timer,
}

impl Driver {
    /// Opens the state directory and starts to connect. Must be called within a tokio runtime. The first
    /// input of the state must be [`Input::Start`].
    ///
    /// # Errors
    /// Returns an error if the directory cannot be used.
    pub async fn start(config: Config, dial: impl Dial) -> Result<(Self, State), DriverError> {
        let Config { name, server, directory, writer, invite, machine } = config;
        let address = server.clone();
        let open = move || Store::open(directory.as_deref(), &address, name);
        let opened = writer.run(open).await.ok_or(DriverError::Store)?;
        let (store, profile) = opened.map_err(DriverError::Open)?;
        let store = StoreTask::start(store, writer);
        let link = Link::start(dial, Identity { invite, machine, ..Identity::from(&profile) });
        let driver = Self { store, opening: None, link, tick: None, tick_timer: Timer::default() };
        Ok((driver, State::new(server, profile)))
    }

    /// Whether inputs other than answers of the store may come: not while another profile is being
    /// opened, which they would belong to, nor while too many jobs wait for the disk.
    #[must_use]
    pub const fn may_take(&self) -> bool {
        self.opening.is_none() && !self.store.is_full()
    }

    /// Waits for the next input, or for the future of the front end. If several are ready, the order is:
    /// answers of the store, the front end, the tick, the events of the link. The link is last, since a
    /// server can send without a pause. Safe to cancel.
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
            () = self.tick_timer.wait(due) => {
                self.tick = None;
                Input::Tick
            }
            event = self.link.next(), if may_take => Input::Link(event.ok_or(DriverError::Link)?),
        };
        Ok(Next::Input(input))
    }

    /// Returns an event of the link if one is ready and may come now.
    pub fn ready(&mut self) -> Option<Input> {
        if self.may_take() { self.link.ready().map(Input::Link) } else { None }
    }

    /// Carries out an effect.
    pub fn carry_out(&mut self, effect: Effect) -> CarriedOut {
        match effect {
            Effect::Store(op) => self.store.give(Job::Store(op)),
            Effect::OpenUser(name) => {
                self.opening = Some(Opening::User);
                self.store.give(Job::OpenUser(name));
            }
            Effect::OpenServer { session, welcome } => {
                let journal = welcome.journal.as_ref().map(|journal| journal.id.clone());
                self.opening = Some(Opening::Server { session, welcome });
                self.store.give(Job::OpenServer(journal));
            }
            Effect::Tick(after) => {
                let due = Instant::now() + after;
                self.tick = Some(self.tick.map_or(due, |tick| tick.min(due)));
            }
            Effect::Link(request) => {
                if self.link.request(request).is_err() {
                    return CarriedOut::Input(Input::LinkFull);
                }
            }
            effect => return CarriedOut::ForFront(effect),
        }
        CarriedOut::Done
    }

    /// Waits until all jobs are stored, and sends the messages that waited for that; says goodbye, takes
    /// the last answers of the server, and stores them. Takes [`STORE_TIMEOUT`] and
    /// [`BYE_TIMEOUT`](crate::link::BYE_TIMEOUT) at most.
    pub async fn close(mut self, state: &mut State, clock: fn() -> Timestamp) -> OutboxLocation {
        let deadline = Instant::now() + STORE_TIMEOUT;
        while !self.store.is_idle() {
            let Ok(Some(done)) = timeout_at(deadline, self.store.done()).await else {
                break;
            };
            let input = self.answer(done);
            for effect in update(state, input, clock()) {
                // If the link is full at the end, the request is lost; the message stays in the outbox.
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
            Some(store) if store.is_lasting() => OutboxLocation::Disk,
            Some(_) => OutboxLocation::Memory,
            None => OutboxLocation::Unknown,
        }
    }

    /// An answer of the store as an input.
    fn answer(&mut self, done: JobResult) -> Input {
        let in_words = |error: StoreError| {
            tracing::error!(%error, "not stored");
            error.to_string()
        };
        match done {
            JobResult::Stored(stored) => Input::Stored(stored.map_err(in_words)),
            JobResult::Opened(profile) => {
                let profile = profile.map_err(in_words);
                match self.opening.take().expect("the store opens a profile only on request") {
                    Opening::Server { session, welcome } => {
                        Input::ServerOpened { session, welcome, profile }
                    }
                    Opening::User => Input::UserOpened(profile),
                }
            }
        }
    }
}
