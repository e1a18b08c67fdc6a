//! The link: the task that connects to the server, sends commands, receives events, and reconnects.
//!
//! ```text
//! requests ──▶ redirect / session ──▶ bytes
//! events   ◀── back-off / session ◀── bytes
//! ```
//!
//! One task, with a bounded queue each way. Network trouble is an event like any other; the task ends only
//! when it is asked to.

mod address;
mod backoff;
mod connector;
mod dial;
mod endpoint;
mod opening;
mod race;
mod sanitize;
mod secure;
mod session;
pub mod tls;
pub mod vouched;

use std::time::Duration;

use chat_proto::command::{Hello, VERSION};
use chat_proto::event::{JournalId, Welcome};
use chat_proto::native::UnreadableEvent;
use chat_proto::{
    Command, DeviceId, EndCode, Event, Features, Refusal, Secret, ShortString, UserName,
};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

pub use self::address::{BadAddress, DEFAULT_PORT, ServerAddress};
use self::connector::Connector;
pub use self::dial::{Dial, DialError, Tcp};
pub use self::endpoint::{BadEndpoint, Endpoint};
pub use self::secure::{Secure, ServerStream};
use self::tls::WrongKey;
use crate::outbox::OUTBOX_MAX;
use crate::seed::Seed;
use crate::store::{KnownServer, Profile};

/// Most commands in the queue besides the messages of the outbox: one for each room that the server sends at
/// once, and those of the user meanwhile.
const COMMANDS_MAX: usize = 156;

/// Most requests in the queue: a full outbox, and other commands.
pub const REQUESTS_MAX: usize = OUTBOX_MAX + COMMANDS_MAX;

/// Most events in the queue. If it is full the link stops reading, and the server notices. It holds a few
/// screens full.
pub const EVENTS_MAX: usize = 256;

/// Longest time to connect, whatever the number of addresses: enough for a name look-up and a few lost
/// packets.
pub const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest time for the farewell: a user notices a longer wait for the program to end.
pub const BYE_TIMEOUT: Duration = Duration::from_millis(500);

/// A request to the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkRequest {
    /// Send a command in this session; dropped if the session is over.
    Send {
        /// The number of the session.
        session: u64,
        /// The command.
        command: Command,
    },
    /// Connect at once, as the same user, under this name.
    Connect(UserName),
    /// Connect at once, as another user.
    ConnectAs(Box<Identity>),
    /// Connect at once under this name, as the user whose code or password this is. It is used for one answer of the
    /// server.
    LogIn(UserName, Login),
    /// Forget the refused token, and connect at once as a new user.
    ConnectAsNew,
    /// End the session and the link.
    Close,
}

/// The secret that lets a user in on a device without a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A code that another device of the user has shown, or an owner of the server.
    Code(Secret),
    /// The password of the user who has the name.
    Password(Secret),
    /// The password of the server, for a new user.
    Server(Secret),
}

impl Login {
    /// Whether it lets in a new user, under any name, and not a user who exists.
    const fn is_of_server(&self) -> bool {
        matches!(self, Self::Server(_))
    }
}

/// The identity that a `hello` contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name to ask for.
    pub name: UserName,
    /// The token of a server that is known by its address alone.
    pub token: Option<Secret>,
    /// The servers that are known by their journals. A server is asked for its journal before it gets a token
    /// of one of them, so no server gets the token of another.
    pub known: Vec<KnownServer>,
    /// Makes the token of a new user; `None` if the server makes it.
    pub seed: Option<Seed>,
    /// The device of this run.
    pub device: DeviceId,
    /// The invite of the address line, until a session has begun. It is stored nowhere.
    pub invite: Option<Secret>,
    /// The code or the password that lets the user in, until the server has answered. It is stored nowhere.
    pub login: Option<Login>,
    /// The name that the user has given this machine.
    pub machine: Option<ShortString>,
}

impl From<&Profile> for Identity {
    fn from(profile: &Profile) -> Self {
        let Profile { name, token, known, seed, device, .. } = profile.clone();
        Self { name, token, known, seed, device, invite: None, login: None, machine: None }
    }
}

impl Identity {
    /// The hello to a server with that journal.
    fn hello(&self, journal: Option<&ShortString>) -> Hello {
        let known = self.known.iter().find(|known| journal.is_some_and(|id| known.has(id)));
        let token = known.map(|known| known.token.clone()).or_else(|| self.token.clone());
        let (name, device) = (self.name.clone(), self.device.clone());
        // A server that does not send its journal is of version 0.1.0, and makes the token itself.
        let made = journal.zip(self.seed).filter(|_| token.is_none());
        let made = made.map(|(journal, seed)| seed.token(journal, &name));
        let new = made.is_some();
        let features = Features::all();
        // Also with a token: an invite may give a user another role.
        let invite = self.invite.clone();
        let (link, password) = match self.login.clone() {
            None => (None, None),
            Some(Login::Code(code)) => (Some(code), None),
            Some(Login::Password(password) | Login::Server(password)) => (None, Some(password)),
        };
        // The server looks at a token first.
        let is_login = self.login.as_ref().is_some_and(|login| !login.is_of_server());
        let (token, new) = (token.or(made).filter(|_| !is_login), new && !is_login);
        Hello {
            version: VERSION,
            name,
            token,
            new,
            invite,
            link,
            password,
            device,
            device_name: self.machine.clone(),
            features,
        }
    }

    /// Whether the hello depends on the server's journal.
    const fn needs_journal(&self) -> bool {
        !self.known.is_empty() || (self.token.is_none() && self.seed.is_some())
    }

    /// Stores the token and name of a welcome for the next session.
    fn learn(&mut self, welcome: &Welcome) {
        self.name = welcome.name.clone();
        (self.invite, self.login) = (None, None);
        let Some(token) = welcome.token.clone() else {
            return;
        };
        let Some(JournalId { id, .. }) = &welcome.journal else {
            self.token = Some(token);
            return;
        };
        // A token that was stored under the address is under the journal from now on.
        self.token = None;
        self.known.retain(|known| !known.has(id));
        self.known.push(KnownServer::new(id, token));
    }

    /// Forgets the token for the server with that journal.
    fn forget(&mut self, journal: Option<&ShortString>) {
        self.token = None;
        self.known.retain(|known| !journal.is_some_and(|id| known.has(id)));
    }
}

/// Something that happened to the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// The link is connecting.
    Connecting,
    /// The link connects again in a while; sent every second.
    Waiting {
        /// Seconds left, rounded up.
        seconds: u64,
    },
    /// The server has sent the id of its journal; the hello comes next.
    About {
        /// The id of the journal.
        journal: ShortString,
    },
    /// A session has begun.
    Welcome {
        /// The number of the session, from 1. Requests name it, so that none is sent in a later session.
        session: u64,
        /// The welcome of the server.
        welcome: Welcome,
    },
    /// An event of the server.
    Event(Event),
    /// The server sent a line that this version cannot read.
    Unreadable(Box<UnreadableEvent>),
    /// The server refused the hello. The link waits for [`LinkRequest::Connect`].
    Refused(Box<Refusal>),
    /// The server has another key than it must have. The link waits for [`LinkRequest::Connect`].
    WrongKey(WrongKey),
    /// The session ended, or did not begin. The link connects again, unless [`LinkError::is_final`].
    Lost(LinkError),
}

/// Why there is no session. A front end has words of its own for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The link could not connect.
    #[error("cannot reach the server: {0}")]
    Unreachable(String),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The server sent nothing for too long.
    #[error("the server does not answer")]
    Silent,
    /// The server closed the connection without a reason.
    #[error("the server closed the connection")]
    Closed,
    /// The server closed the connection before the session began.
    #[error("the server closed the connection without an answer")]
    ClosedAtOnce,
    /// The server rejected the connection with this line of plain text.
    #[error("{0}")]
    TurnedAway(String),
    /// Another kind of server answered; this is the beginning of what it sent.
    #[error("another kind of server answered: {0}")]
    Another(String),
    /// A chat-server that does not speak TLS answered.
    #[error("the server does not speak TLS")]
    NoTls,
    /// A server that speaks TLS answered.
    #[error("a server that speaks TLS answered")]
    Tls,
    /// The server ended the session with a reason.
    #[error("{text}")]
    Goodbye {
        /// The reason as a code.
        code: EndCode,
        /// The reason in words.
        text: String,
    },
    /// The user asked to connect again.
    #[error("connecting again")]
    Asked,
}

impl LinkError {
    /// Whether a person has ended the session: a moderator, an owner, or the user from another device. Then the link
    /// waits for [`LinkRequest::Connect`].
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Goodbye { code: EndCode::Kicked | EndCode::Banned, .. })
    }
}

/// The queue of the link is full.
#[derive(Debug, thiserror::Error)]
#[error("{REQUESTS_MAX} requests are waiting for the network")]
pub struct TooManyRequests;

/// The handle of the link.
#[derive(Debug)]
pub struct Link {
    requests: mpsc::Sender<LinkRequest>,
    events: mpsc::Receiver<LinkEvent>,
    task: AbortOnDropHandle<()>,
}

impl Link {
    /// Starts to connect. Must be called within a tokio runtime; dropping the link ends it at once.
    #[must_use]
    pub fn start(dial: impl Dial, identity: Identity) -> Self {
        let (requests, queue) = mpsc::channel(REQUESTS_MAX);
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let connector = Connector::new(dial, identity, queue, sender);
        Self { requests, events, task: AbortOnDropHandle::new(tokio::spawn(connector.run())) }
    }

    /// Waits for the next event. `None` if the task of the link has ended. Safe to cancel.
    pub async fn next(&mut self) -> Option<LinkEvent> {
        self.events.recv().await
    }

    /// Returns the next event if there is one now.
    pub fn ready(&mut self) -> Option<LinkEvent> {
        self.events.try_recv().ok()
    }

    /// Queues a request, without waiting.
    ///
    /// # Errors
    /// Returns an error if [`REQUESTS_MAX`] requests are queued, or the link has ended.
    pub fn request(&self, request: LinkRequest) -> Result<(), TooManyRequests> {
        self.requests.try_send(request).map_err(|_| TooManyRequests)
    }

    /// Says goodbye, for [`BYE_TIMEOUT`] at most. Calls `receive` with the events until then: the server may
    /// still answer earlier commands.
    pub async fn close(self, mut receive: impl FnMut(LinkEvent)) {
        let Self { requests, mut events, task } = self;
        let farewell = async {
            let bye = requests.send(LinkRequest::Close);
            let receiving = async {
                while let Some(event) = events.recv().await {
                    receive(event);
                }
            };
            let _ = tokio::join!(bye, receiving);
            let _ = task.await;
        };
        if timeout(BYE_TIMEOUT, farewell).await.is_err() {
            tracing::info!("the server did not answer the farewell in time");
        }
    }
}

#[cfg(test)]
mod tests;
