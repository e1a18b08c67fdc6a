//! The task of the link: one connection after the other, with a pause after one that failed.

use std::time::Duration;

use chat_proto::command::Word;
use chat_proto::{Refusal, RefusalCode};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::backoff::Backoff;
use super::opening::{Failed, open};
use super::session::{self, End};
use super::{Dial, Identity, Lost, News, Order};

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

/// The orders, and what they change: who calls.
pub(super) struct Orders {
    pub(super) queue: mpsc::Receiver<Order>,
    pub(super) identity: Identity,
    /// The journal of the server that was called last, if it told it.
    pub(super) journal: Option<Word>,
}

impl Orders {
    /// Waits for an order that changes the course. Whatever was meant for a session that is over
    /// goes away; the outbox still has it.
    pub(super) async fn redirect(&mut self) -> Next {
        loop {
            match self.queue.recv().await {
                Some(Order::Send { .. }) => {}
                Some(Order::Bye) | None => return Next::End,
                Some(order) => {
                    self.change(order);
                    return Next::Call;
                }
            }
        }
    }

    /// Takes from an order who calls from now on.
    pub(super) fn change(&mut self, order: Order) {
        match order {
            Order::Call(name) => self.identity.name = name,
            Order::CallAs(identity) => self.identity = *identity,
            Order::CallAnew => self.identity.forget(self.journal.as_ref()),
            Order::Send { .. } | Order::Bye => {}
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
    orders: Orders,
    news: mpsc::Sender<News>,
    backoff: Backoff,
    sessions: u64,
}

impl<D: Dial> Caller<D> {
    pub(super) fn new(
        dial: D,
        identity: Identity,
        queue: mpsc::Receiver<Order>,
        news: mpsc::Sender<News>,
    ) -> Self {
        let orders = Orders { queue, identity, journal: None };
        Self { dial, orders, news, backoff: Backoff::default(), sessions: 0 }
    }

    /// Calls, talks and pauses until it is told to end.
    pub(super) async fn run(mut self) {
        let mut next = Next::Call;
        loop {
            next = match next {
                Next::Call => self.call().await,
                Next::Pause => self.pause().await,
                Next::Stop => self.orders.redirect().await,
                Next::End => return,
            };
        }
    }

    /// Calls the server and stays until the session ends.
    async fn call(&mut self) -> Next {
        self.tell(News::Dialling).await;
        self.orders.journal = None;
        let identity = self.orders.identity.clone();
        let mut journal = None;
        // What the user wants comes before what the server says, and chance decides nothing.
        let opened = tokio::select! {
            biased;
            next = self.orders.redirect() => return next,
            opened = open(&mut self.dial, &identity, &mut journal) => opened,
        };
        if let Some(journal) = journal {
            self.orders.journal = Some(journal.clone());
            self.tell(News::About { journal }).await;
        }
        let (wire, welcome) = match opened {
            Ok(opened) => opened,
            Err(Failed::Lost(why)) => return self.lost(why).await,
            Err(Failed::Refused(refusal)) if self.orders.is_made_in_vain(&refusal) => {
                tracing::info!("the server takes no token of a new user; it makes the token");
                self.orders.identity.seed = None;
                return Next::Call;
            }
            Err(Failed::Refused(refusal)) => {
                tracing::warn!(code = %refusal.code, text = refusal.text, "hello refused");
                self.tell(News::Refused(refusal)).await;
                return Next::Stop;
            }
        };
        self.sessions += 1;
        tracing::info!(session = self.sessions, id = welcome.id, "connected");
        let session = self.sessions;
        // Whatever becomes of the session, the next one is the same user's.
        self.orders.identity.learn(&welcome);
        self.tell(News::Welcome { session, welcome: welcome.clone() }).await;
        let began = Instant::now();
        let end = session::run(wire, session, &welcome, &mut self.orders, &self.news).await;
        if began.elapsed() >= STEADY_AFTER {
            self.backoff.reset();
        }
        match end {
            End::Lost(why) => self.lost(why).await,
            End::Called => {
                self.tell(News::Lost(Lost::Asked)).await;
                Next::Call
            }
            End::Bye => Next::End,
        }
    }

    async fn lost(&mut self, why: Lost) -> Next {
        // As a string it is escaped: a server's goodbye must not write lines of its own.
        tracing::warn!(why = why.to_string(), "no session");
        self.tell(News::Lost(why)).await;
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
            self.tell(News::Waiting { seconds: next_second + 1 }).await;
            tokio::select! {
                biased;
                next = self.orders.redirect() => return next,
                () = sleep_until(until - Duration::from_secs(next_second)) => {}
            }
        }
    }

    /// Tells the screen. Where it is gone, the queue of orders will say so, too.
    async fn tell(&mut self, news: News) {
        let _ = self.news.send(news).await;
    }
}
