//! The link: the task that connects to the server, sends commands, receives events, and reconnects.
//!
//! ```text
//! requests ──▶ redirect / session ──▶ bytes
//! events   ◀── back-off / session ◀── bytes
//! ```
//!
//! One task, with a bounded queue each way. Network trouble is events like any other; the task ends
//! only when it is told to.

mod address;
mod backoff;
mod caller;
mod dial;
mod opening;
mod race;
mod sanitize;
mod session;

use std::time::Duration;

use chat_proto::command::{Hello, VERSION, Word};
use chat_proto::event::{JournalId, Welcome};
use chat_proto::{Command, EndCode, Event, Features, Refusal, Secret, UserName};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

pub use self::address::{BadAddress, DEFAULT_PORT, ServerAddress};
use self::caller::Caller;
pub use self::dial::{Dial, Tcp};
use crate::outbox::OUTBOX_MAX;
use crate::seed::Seed;
use crate::store::{KnownServer, Profile};

/// Most requests that wait for the link: a full outbox, a question for each room that is told at once,
/// and what a user types meanwhile.
pub const REQUESTS_MAX: usize = OUTBOX_MAX + 156;

/// Most events that wait for the screen. Beyond it the link stops reading, and the server notices: a
/// few screens full are there to be drawn by then.
pub const EVENTS_MAX: usize = 256;

/// How long a connection may take, whatever the number of addresses: a name look-up and a few lost
/// packets.
pub const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the farewell may take. Nobody wants to wait for a program to end.
pub const BYE_TIMEOUT: Duration = Duration::from_millis(500);

/// What the link is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkRequest {
    /// Send a command in the session of that number; dropped where that session is over.
    Send {
        /// The number of the session it was meant for.
        session: u64,
        /// The command.
        command: Command,
    },
    /// Call (again) at once, as the same user, under this name.
    Call(UserName),
    /// Call at once, as another user.
    CallAs(Box<Identity>),
    /// Forget the token that was refused, and call at once as a new user.
    CallAnew,
    /// End the session and the link.
    Bye,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name to ask for.
    pub name: UserName,
    /// The token of an earlier welcome, of a server that is known by its address alone.
    pub token: Option<Secret>,
    /// The servers that are known by their journals: such a server is asked for its journal first, and
    /// no other server is shown its token.
    pub known: Vec<KnownServer>,
    /// Makes the token of a new user; `None` if the server has to.
    pub seed: Option<Seed>,
    /// The device of this run.
    pub device: Word,
}

impl From<&Profile> for Identity {
    fn from(profile: &Profile) -> Self {
        let Profile { name, token, known, seed, device, .. } = profile.clone();
        Self { name, token, known, seed, device }
    }
}

impl Identity {
    /// The hello to a server with that journal.
    fn hello(&self, journal: Option<&Word>) -> Hello {
        let known = self.known.iter().find(|known| journal.is_some_and(|id| known.has(id)));
        let token = known.map(|known| known.token.clone()).or_else(|| self.token.clone());
        let (name, device) = (self.name.clone(), self.device.clone());
        // A server that does not tell its journal is of version 0.1.0, and makes the token itself.
        let made = journal.zip(self.seed).filter(|_| token.is_none());
        let made = made.map(|(journal, seed)| seed.token(journal, &name));
        let new = made.is_some();
        let features = Features::all();
        Hello { version: VERSION, name, token: token.or(made), new, device, features }
    }

    /// Whether the hello depends on the server's journal.
    const fn needs_journal(&self) -> bool {
        !self.known.is_empty() || (self.token.is_none() && self.seed.is_some())
    }

    /// Stores the token and name of a welcome for the next session.
    fn learn(&mut self, welcome: &Welcome) {
        self.name = welcome.name.clone();
        let Some(token) = welcome.token.clone() else {
            return;
        };
        let Some(JournalId { id, .. }) = &welcome.journal else {
            self.token = Some(token);
            return;
        };
        // Where it was stored under the address, it is under the journal from now on.
        self.token = None;
        self.known.retain(|known| !known.has(id));
        self.known.push(KnownServer::new(id, token));
    }

    /// Forgets the token for the server with that journal.
    fn forget(&mut self, journal: Option<&Word>) {
        self.token = None;
        self.known.retain(|known| !journal.is_some_and(|id| known.has(id)));
    }
}

/// What the link tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// The server is being called.
    Dialling,
    /// The server will be called again in so many seconds; told every second.
    Waiting {
        /// Seconds left, rounded up.
        seconds: u64,
    },
    /// The server has told which journal it has; the hello comes next.
    About {
        /// The id of the journal.
        journal: Word,
    },
    /// A session has begun.
    Welcome {
        /// Its number, from 1: the link's own, to tell its requests apart.
        session: u64,
        /// What the server said.
        welcome: Welcome,
    },
    /// The server tells something.
    Event(Event),
    /// The server said something this version cannot read.
    Unreadable(Box<Refusal>),
    /// The server does not let us in. The link waits for [`LinkRequest::Call`].
    Refused(Box<Refusal>),
    /// There is no session (any more).
    Lost(Lost),
}

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// No connection came about.
    #[error("cannot reach the server: {0}")]
    Unreachable(String),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The server did not say anything for too long.
    #[error("the server does not answer")]
    Silent,
    /// The server closed the connection without a word.
    #[error("the server closed the connection")]
    Closed,
    /// The same before the session began.
    #[error("The server closed the connection without an answer. Check that it is a chat-server.")]
    ClosedAtOnce,
    /// The server turned the connection away in a line of plain text: this one.
    #[error("{0}")]
    TurnedAway(String),
    /// Something else answers; this is the beginning of what it has sent.
    #[error("That is not a chat-server (it said: {0}). Check the address.")]
    Another(String),
    /// Something answers that speaks TLS.
    #[error("That server speaks TLS, which chat-tui does not. Check the address and the port.")]
    Tls,
    /// The server ended the session and said why.
    #[error("{text}")]
    Goodbye {
        /// Why, in a word.
        code: EndCode,
        /// Why, for a person.
        text: String,
    },
    /// The user asked for a new call.
    #[error("calling again, as you asked")]
    Asked,
}

/// There is no room for another request now.
#[derive(Debug, thiserror::Error)]
#[error("{REQUESTS_MAX} requests are waiting for the network")]
pub struct TooManyRequests;

/// The screen's end of the link.
#[derive(Debug)]
pub struct Link {
    requests: mpsc::Sender<LinkRequest>,
    events: mpsc::Receiver<LinkEvent>,
    task: AbortOnDropHandle<()>,
}

impl Link {
    /// Starts calling. Must be called within a tokio runtime; dropping the link ends it at once.
    #[must_use]
    pub fn start(dial: impl Dial, identity: Identity) -> Self {
        let (requests, queue) = mpsc::channel(REQUESTS_MAX);
        let (tell, events) = mpsc::channel(EVENTS_MAX);
        let caller = Caller::new(dial, identity, queue, tell);
        Self { requests, events, task: AbortOnDropHandle::new(tokio::spawn(caller.run())) }
    }

    /// Waits for events. `None` once the link's task has ended. Safe to cancel.
    pub async fn next(&mut self) -> Option<LinkEvent> {
        self.events.recv().await
    }

    /// Events that are there already.
    pub fn ready(&mut self) -> Option<LinkEvent> {
        self.events.try_recv().ok()
    }

    /// Gives a request, without waiting.
    ///
    /// # Errors
    /// Where [`REQUESTS_MAX`] requests wait already, or the link has ended.
    pub fn request(&self, request: LinkRequest) -> Result<(), TooManyRequests> {
        self.requests.try_send(request).map_err(|_| TooManyRequests)
    }

    /// Says goodbye, for [`BYE_TIMEOUT`] at most. Calls `hear` with the events that come meanwhile: the
    /// server may still answer what was sent.
    pub async fn close(self, mut hear: impl FnMut(LinkEvent)) {
        let Self { requests, mut events, task } = self;
        let farewell = async {
            let bye = requests.send(LinkRequest::Bye);
            let hearing = async {
                while let Some(event) = events.recv().await {
                    hear(event);
                }
            };
            let _ = tokio::join!(bye, hearing);
            let _ = task.await;
        };
        if timeout(BYE_TIMEOUT, farewell).await.is_err() {
            tracing::info!("the server did not answer the farewell in time");
        }
    }
}

#[cfg(test)]
mod tests;
