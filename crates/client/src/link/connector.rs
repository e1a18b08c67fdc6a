//! The task of the link: connects again and again, with a pause after each failure.

use std::time::Duration;

use chat_proto::{Refusal, RefusalCode, ShortString};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::backoff::Backoff;
use super::opening::{OpenError, open};
use super::session::{self, End};
use super::{Dial, Identity, LinkError, LinkEvent, LinkRequest, Login};

/// How long a session must last until pauses start over at the shortest. So a server that ends each session
/// at once is not connected to more often than one that does not answer.
const STEADY_AFTER: Duration = Duration::from_secs(5);

/// The next step of the link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Connect at once.
    Connect,
    /// Connect after a pause.
    Pause,
    /// Do nothing until the user asks for it.
    Wait,
    /// End.
    End,
}

/// The queue of requests, and what they change: the identity.
pub(super) struct Requests {
    pub(super) queue: mpsc::Receiver<LinkRequest>,
    pub(super) identity: Identity,
    /// The journal of the server of the last connection, if the server sent it.
    pub(super) journal: Option<ShortString>,
}

impl Requests {
    /// Waits for a request to connect or to end. Drops commands for earlier sessions: the outbox still has
    /// the messages.
    pub(super) async fn redirect(&mut self) -> Next {
        loop {
            match self.queue.recv().await {
                Some(LinkRequest::Send { .. }) => {}
                Some(LinkRequest::Close) | None => return Next::End,
                Some(request) => {
                    self.change(request);
                    return Next::Connect;
                }
            }
        }
    }

    /// Changes the identity as a request says.
    pub(super) fn change(&mut self, request: LinkRequest) {
        match request {
            LinkRequest::Connect(name) => {
                if name != self.identity.name {
                    self.forget_login_of_user();
                }
                self.identity.name = name;
            }
            LinkRequest::ConnectAs(identity) => {
                // An unused invite and the password of the server are valid for another name, too.
                let invite = identity.invite.clone().or_else(|| self.identity.invite.take());
                self.forget_login_of_user();
                let login = self.identity.login.take();
                let machine = self.identity.machine.take();
                self.identity = Identity { invite, machine, login, ..*identity };
            }
            LinkRequest::LogIn(name, login) => {
                (self.identity.name, self.identity.login) = (name, Some(login));
            }
            LinkRequest::ConnectAsNew => self.identity.forget(self.journal.as_ref()),
            LinkRequest::Send { .. } | LinkRequest::Close => {}
        }
    }

    /// Forgets the code, the password or the invite, unless the server has refused the name alone.
    fn forget_login(&mut self, refusal: &Refusal) {
        match refusal.code {
            RefusalCode::NameTaken | RefusalCode::BadName => self.forget_login_of_user(),
            _ => self.identity.login = None,
        }
    }

    /// Forgets the password or the code of a user, since the name is another one. The password of the server is for
    /// all names.
    fn forget_login_of_user(&mut self) {
        self.identity.login = self.identity.login.take().filter(Login::is_of_server);
    }

    /// Whether the server has refused the token that this client made for a new user: some versions know
    /// `about` but not `new`.
    fn is_token_unsupported(&self, refusal: &Refusal) -> bool {
        refusal.code == RefusalCode::BadToken && self.identity.hello(self.journal.as_ref()).new
    }
}

/// The task of the link.
pub(super) struct Connector<D> {
    dial: D,
    requests: Requests,
    events: mpsc::Sender<LinkEvent>,
    backoff: Backoff,
    sessions: u64,
}

impl<D: Dial> Connector<D> {
    pub(super) fn new(
        dial: D,
        identity: Identity,
        queue: mpsc::Receiver<LinkRequest>,
        events: mpsc::Sender<LinkEvent>,
    ) -> Self {
        let requests = Requests { queue, identity, journal: None };
        Self { dial, requests, events, backoff: Backoff::default(), sessions: 0 }
    }

    /// Connects, runs sessions and pauses until it is asked to end.
    pub(super) async fn run(mut self) {
        let mut next = Next::Connect;
        loop {
            next = match next {
                Next::Connect => self.connect().await,
                Next::Pause => self.pause().await,
                Next::Wait => self.requests.redirect().await,
                Next::End => return,
            };
        }
    }

    /// Connects, and runs the session until it ends.
    async fn connect(&mut self) -> Next {
        self.send(LinkEvent::Connecting).await;
        self.requests.journal = None;
        let identity = self.requests.identity.clone();
        let mut journal = None;
        // Requests of the user come first; a fixed order makes runs reproducible.
        let opened = tokio::select! {
            biased;
            next = self.requests.redirect() => return next,
            opened = open(&mut self.dial, &identity, &mut journal) => opened,
        };
        if let Some(journal) = journal {
            self.requests.journal = Some(journal.clone());
            self.send(LinkEvent::About { journal }).await;
        }
        let (wire, welcome) = match opened {
            Ok(opened) => opened,
            Err(OpenError::Lost(why)) => return self.report_loss(why).await,
            Err(OpenError::WrongKey(wrong)) => {
                tracing::warn!(expected = ?wrong.expected, found = ?wrong.found, "wrong key");
                self.send(LinkEvent::WrongKey(wrong)).await;
                return Next::Wait;
            }
            Err(OpenError::Refused(refusal)) if self.requests.is_token_unsupported(&refusal) => {
                tracing::info!("the server takes no token of a new user; it makes the token");
                self.requests.identity.seed = None;
                return Next::Connect;
            }
            Err(OpenError::Refused(refusal)) => {
                tracing::warn!(code = %refusal.code, text = refusal.text, "hello refused");
                self.requests.forget_login(&refusal);
                self.send(LinkEvent::Refused(refusal)).await;
                return Next::Wait;
            }
        };
        self.sessions += 1;
        tracing::info!(session = self.sessions, id = %welcome.id, "connected");
        let session = self.sessions;
        // However the session ends, the next one is of the same user.
        self.requests.identity.learn(&welcome);
        self.send(LinkEvent::Welcome { session, welcome: welcome.clone() }).await;
        let began = Instant::now();
        let end = session::run(wire, session, &welcome, &mut self.requests, &self.events).await;
        if began.elapsed() >= STEADY_AFTER {
            self.backoff.reset();
        }
        match end {
            End::Lost(why) => self.report_loss(why).await,
            End::Reconnect => {
                self.send(LinkEvent::Lost(LinkError::Asked)).await;
                Next::Connect
            }
            End::Close => Next::End,
        }
    }

    async fn report_loss(&mut self, why: LinkError) -> Next {
        // As a string it is escaped: a goodbye of the server must not write lines of its own.
        tracing::warn!(why = why.to_string(), "no session");
        let is_final = why.is_final();
        self.send(LinkEvent::Lost(why)).await;
        if is_final { Next::Wait } else { Next::Pause }
    }

    /// Counts down to the next connection, unless the user asks for it now.
    async fn pause(&mut self) -> Next {
        let until = Instant::now() + self.backoff.next(fastrand::f64());
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let seconds = left.as_millis().div_ceil(1000);
            let Some(next_second) = u64::try_from(seconds).ok().and_then(|s| s.checked_sub(1))
            else {
                return Next::Connect;
            };
            self.send(LinkEvent::Waiting { seconds: next_second + 1 }).await;
            tokio::select! {
                biased;
                next = self.requests.redirect() => return next,
                () = sleep_until(until - Duration::from_secs(next_second)) => {}
            }
        }
    }

    /// Sends an event. If nobody receives it, the queue of requests is closed, too, and ends the task.
    async fn send(&mut self, event: LinkEvent) {
        let _ = self.events.send(event).await;
    }
}
