//! The link to the server: dials, says hello, pings, and calls again when a line is lost.
//!
//! ```text
//! orders ──▶ redirect / session ──▶ bytes
//! news   ◀── back-off / session ◀── bytes
//! ```
//!
//! One task, with a bounded queue each way. Network trouble is news like any other; the task ends
//! only when it is told to.

mod backoff;
mod dial;
mod session;

use std::time::Duration;

use chat_proto::command::Hello;
use chat_proto::event::Welcome;
use chat_proto::{Command, EndCode, Event, Refusal, UserName};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::task::AbortOnDropHandle;

use self::backoff::Backoff;
pub use self::dial::{Dial, Tcp};
use self::session::{End, Failed, open};
use crate::state::OUTBOX_MAX;

/// Most orders that wait for the link: a full outbox, and what a user types meanwhile.
pub const ORDERS_MAX: usize = OUTBOX_MAX + 28;

/// Most news that wait for the screen. Beyond it the link stops reading, and the server notices: a
/// few screens full are there to be drawn by then.
pub const NEWS_MAX: usize = 256;

/// How long a server may take to let us in: a name look-up and a few lost packets.
pub const DIAL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the farewell may take. Nobody wants to wait for a program to end.
pub const BYE_TIMEOUT: Duration = Duration::from_millis(500);

/// What the link is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Send a command in the session of that number; dropped where that session is over.
    Send {
        /// The number of the session it was meant for.
        session: u64,
        /// The command.
        command: Command,
    },
    /// Call (again) at once, under this name.
    Call(UserName),
    /// End the session and the link.
    Bye,
}

/// What the link tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The server is being called.
    Dialling,
    /// The server will be called again in so many seconds; told every second.
    Waiting {
        /// Seconds left, rounded up.
        seconds: u64,
    },
    /// A session has begun.
    Welcome {
        /// Its number, from 1: the link's own, to tell its orders apart.
        session: u64,
        /// What the server said.
        welcome: Welcome,
    },
    /// The server tells something.
    Event(Event),
    /// The server said something this version cannot read.
    Unreadable(Box<Refusal>),
    /// The server does not let us in. The link waits for [`Order::Call`].
    Refused(Box<Refusal>),
    /// There is no session (any more).
    Lost {
        /// Why.
        why: Lost,
        /// The highest `n` of a `say` that went out in the session, 0 for none.
        written: u64,
    },
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

/// There is no room for another order now.
#[derive(Debug, thiserror::Error)]
#[error("{ORDERS_MAX} orders are waiting for the network")]
pub struct TooManyOrders;

/// The screen's end of the link.
#[derive(Debug)]
pub struct Link {
    orders: mpsc::Sender<Order>,
    news: mpsc::Receiver<News>,
    task: AbortOnDropHandle<()>,
}

impl Link {
    /// Starts calling. Must be called within a tokio runtime; dropping the link ends it at once.
    #[must_use]
    pub fn start(dial: impl Dial, hello: Hello) -> Self {
        let (orders, queue) = mpsc::channel(ORDERS_MAX);
        let (tell, news) = mpsc::channel(NEWS_MAX);
        let orders_in = Orders { queue, hello };
        let caller = Caller {
            dial,
            orders: orders_in,
            news: tell,
            backoff: Backoff::default(),
            sessions: 0,
        };
        Self { orders, news, task: AbortOnDropHandle::new(tokio::spawn(caller.run())) }
    }

    /// Waits for news. `None` once the link's task has ended. Safe to cancel.
    pub async fn news(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// News that are there already.
    pub(crate) fn ready(&mut self) -> Option<News> {
        self.news.try_recv().ok()
    }

    /// Gives an order, without waiting.
    ///
    /// # Errors
    /// Where [`ORDERS_MAX`] orders wait already, or the link has ended.
    pub fn order(&self, order: Order) -> Result<(), TooManyOrders> {
        self.orders.try_send(order).map_err(|_| TooManyOrders)
    }

    /// Says goodbye, for [`BYE_TIMEOUT`] at most.
    pub async fn close(self) {
        let Self { orders, news, task } = self;
        drop(news);
        let farewell = async {
            let _ = orders.send(Order::Bye).await;
            let _ = task.await;
        };
        if timeout(BYE_TIMEOUT, farewell).await.is_err() {
            tracing::info!("the server did not answer the farewell in time");
        }
    }
}

/// What the link does next.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Call at once.
    Call,
    /// Call after a pause.
    Pause,
    /// Do nothing until the user asks for it.
    Stop,
    /// Nothing any more.
    End,
}

/// The orders, and what they change: the name to call under.
struct Orders {
    queue: mpsc::Receiver<Order>,
    hello: Hello,
}

impl Orders {
    /// Waits for an order that changes the course. Whatever was meant for a session that is over
    /// goes away; the outbox still has it.
    async fn redirect(&mut self) -> Next {
        loop {
            match self.queue.recv().await {
                Some(Order::Send { .. }) => {}
                Some(Order::Call(name)) => {
                    self.hello.name = name;
                    return Next::Call;
                }
                Some(Order::Bye) | None => return Next::End,
            }
        }
    }
}

/// The task of the link.
struct Caller<D> {
    dial: D,
    orders: Orders,
    news: mpsc::Sender<News>,
    backoff: Backoff,
    sessions: u64,
}

impl<D: Dial> Caller<D> {
    async fn run(mut self) {
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
        let hello = self.orders.hello.clone();
        let opened = tokio::select! {
            opened = open(&mut self.dial, hello) => opened,
            next = self.orders.redirect() => return next,
        };
        let (wire, welcome) = match opened {
            Ok(opened) => opened,
            Err(Failed::Lost(why)) => return self.lost(why, 0).await,
            Err(Failed::Refused(refusal)) => {
                tracing::warn!(code = %refusal.code, text = refusal.text, "hello refused");
                self.tell(News::Refused(refusal)).await;
                return Next::Stop;
            }
        };
        self.backoff.reset();
        self.sessions += 1;
        tracing::info!(session = self.sessions, id = welcome.id, "connected");
        let session = self.sessions;
        self.tell(News::Welcome { session, welcome: welcome.clone() }).await;
        let (end, written) =
            session::run(wire, session, &welcome, &mut self.orders, &self.news).await;
        match end {
            End::Lost(why) => self.lost(why, written).await,
            End::Called => {
                self.tell(News::Lost { why: Lost::Asked, written }).await;
                Next::Call
            }
            End::Bye => Next::End,
        }
    }

    async fn lost(&mut self, why: Lost, written: u64) -> Next {
        tracing::warn!(%why, written, "no session");
        self.tell(News::Lost { why, written }).await;
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
                () = sleep_until(until - Duration::from_secs(next_second)) => {}
                next = self.orders.redirect() => return next,
            }
        }
    }

    /// Tells the screen. Where it is gone, the queue of orders will say so, too.
    async fn tell(&mut self, news: News) {
        let _ = self.news.send(news).await;
    }
}

#[cfg(test)]
mod tests;
