//! The task of the link: one connection after the other, with a pause after one that failed.

use std::time::Duration;

use chat_proto::command::Word;
use chat_proto::{Refusal, RefusalCode};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::backoff::Backoff;
use super::opening::{Failed, open};
use super::session::{self, End};
use super::{Dial, Identity, LinkEvent, LinkRequest, Lost};

/// How long a session must last for the pauses to start over: a server that lets everybody in and ends
/// at once is not called more often than one that is not there.
const STEADY_AFTER: Duration = Duration::from_secs(5);

/// What the link does next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Call at once.
    Call,
    /// Call after a pause.
    Pause,
    /// Do nothing until the user asks for it.
    Stop,
    /// Nothing any more.
    End,
}

/// The requests, and what they change: who calls.
pub(super) struct Requests {
    pub(super) queue: mpsc::Receiver<LinkRequest>,
    pub(super) identity: Identity,
    /// The journal of the server that was called last, if it told it.
    pub(super) journal: Option<Word>,
}

impl Requests {
    /// Waits for a request that changes the course. Whatever was meant for a session that is over
    /// goes away; the outbox still has it.
    pub(super) async fn redirect(&mut self) -> Next {
        loop {
            match self.queue.recv().await {
                Some(LinkRequest::Send { .. }) => {}
                Some(LinkRequest::Bye) | None => return Next::End,
                Some(request) => {
                    self.change(request);
                    return Next::Call;
                }
            }
        }
    }

    /// Takes from a request who calls from now on.
    pub(super) fn change(&mut self, request: LinkRequest) {
        match request {
            LinkRequest::Call(name) => self.identity.name = name,
            LinkRequest::CallAs(identity) => self.identity = *identity,
            LinkRequest::CallAnew => self.identity.forget(self.journal.as_ref()),
            LinkRequest::Send { .. } | LinkRequest::Bye => {}
        }
    }

    /// Whether the server has refused the token that this client made for a new user, as one that knows
    /// `about` but not `new`.
    fn is_made_in_vain(&self, refusal: &Refusal) -> bool {
        refusal.code == RefusalCode::BadToken && self.identity.hello(self.journal.as_ref()).new
    }
}

/// The task of the link.
pub(super) struct Caller<D> {
    dial: D,
    requests: Requests,
    events: mpsc::Sender<LinkEvent>,
    backoff: Backoff,
    sessions: u64,
}

impl<D: Dial> Caller<D> {
    pub(super) fn new(
        dial: D,
        identity: Identity,
        queue: mpsc::Receiver<LinkRequest>,
        events: mpsc::Sender<LinkEvent>,
    ) -> Self {
        let requests = Requests { queue, identity, journal: None };
        Self { dial, requests, events, backoff: Backoff::default(), sessions: 0 }
    }

    /// Calls, talks and pauses until it is told to end.
    pub(super) async fn run(mut self) {
        let mut next = Next::Call;
        loop {
            next = match next {
                Next::Call => self.call().await,
                Next::Pause => self.pause().await,
                Next::Stop => self.requests.redirect().await,
                Next::End => return,
            };
        }
    }

    /// Calls the server and stays until the session ends.
    async fn call(&mut self) -> Next {
        self.tell(LinkEvent::Dialling).await;
        self.requests.journal = None;
        let identity = self.requests.identity.clone();
        let mut journal = None;
        // What the user wants comes before what the server says, and chance decides nothing.
        let opened = tokio::select! {
            biased;
            next = self.requests.redirect() => return next,
            opened = open(&mut self.dial, &identity, &mut journal) => opened,
        };
        if let Some(journal) = journal {
            self.requests.journal = Some(journal.clone());
            self.tell(LinkEvent::About { journal }).await;
        }
        let (wire, welcome) = match opened {
            Ok(opened) => opened,
            Err(Failed::Lost(why)) => return self.lost(why).await,
            Err(Failed::Refused(refusal)) if self.requests.is_made_in_vain(&refusal) => {
                tracing::info!("the server takes no token of a new user; it makes the token");
                self.requests.identity.seed = None;
                return Next::Call;
            }
            Err(Failed::Refused(refusal)) => {
                tracing::warn!(code = %refusal.code, text = refusal.text, "hello refused");
                self.tell(LinkEvent::Refused(refusal)).await;
                return Next::Stop;
            }
        };
        self.sessions += 1;
        tracing::info!(session = self.sessions, id = %welcome.id, "connected");
        let session = self.sessions;
        // Whatever becomes of the session, the next one is the same user's.
        self.requests.identity.learn(&welcome);
        self.tell(LinkEvent::Welcome { session, welcome: welcome.clone() }).await;
        let began = Instant::now();
        let end = session::run(wire, session, &welcome, &mut self.requests, &self.events).await;
        if began.elapsed() >= STEADY_AFTER {
            self.backoff.reset();
        }
        match end {
            End::Lost(why) => self.lost(why).await,
            End::Called => {
                self.tell(LinkEvent::Lost(Lost::Asked)).await;
                Next::Call
            }
            End::Bye => Next::End,
        }
    }

    async fn lost(&mut self, why: Lost) -> Next {
        // As a string it is escaped: a server's goodbye must not write lines of its own.
        tracing::warn!(why = why.to_string(), "no session");
        self.tell(LinkEvent::Lost(why)).await;
        Next::Pause
    }

    /// Counts down to the next call, unless the user wants it now.
    async fn pause(&mut self) -> Next {
        let until = Instant::now() + self.backoff.next(fastrand::f64());
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let seconds = left.as_millis().div_ceil(1000);
            let Some(next_second) = u64::try_from(seconds).ok().and_then(|s| s.checked_sub(1))
            else {
                return Next::Call;
            };
            self.tell(LinkEvent::Waiting { seconds: next_second + 1 }).await;
            tokio::select! {
                biased;
                next = self.requests.redirect() => return next,
                () = sleep_until(until - Duration::from_secs(next_second)) => {}
            }
        }
    }

    /// Tells the screen. Where it is gone, the queue of requests will say so, too.
    async fn tell(&mut self, event: LinkEvent) {
        let _ = self.events.send(event).await;
    }
}
