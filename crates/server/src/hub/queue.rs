//! The queue of the hub, and the loop that commits everything in it.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::HubError;
use super::answer::Response;
use super::commits::Commits;
use super::request::{Item, NewMessage, Request};
use crate::journal::{JournalError, Task, TaskResult};
use crate::watch::reason;

/// Most items in the queue, and in one commit: 64 MiB if each is a text of 16 KiB,
/// 256 KiB at 64 bytes.
pub(crate) const QUEUE_ITEMS: usize = 4096;

/// The sending half of the queue. The loop ends once all clones are dropped.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    items: mpsc::Sender<Item>,
    ended: CancellationToken,
}

/// A request in the queue: it waits for its commit.
#[derive(Debug)]
pub(super) struct PendingRequest(oneshot::Receiver<Result<Response, HubError>>);

impl PendingRequest {
    /// Waits for the response, which comes after the commit. Cancel safe.
    pub(super) async fn response(&mut self) -> Result<Response, HubError> {
        (&mut self.0).await.unwrap_or(Err(HubError::GoingAway))
    }
}

impl Queue {
    /// Starts the loop: on a thread if the engine waits for a disk, otherwise as a task of the runtime,
    /// so that the paused clock of a test does not advance until all work is done.
    ///
    /// # Errors
    /// Returns an error if the system cannot start a thread.
    ///
    /// # Panics
    /// Panics outside a runtime, if the loop is a task of it.
    pub(super) fn start(commits: Commits) -> Result<Self, std::io::Error> {
        let (items, waiting) = mpsc::channel(QUEUE_ITEMS);
        let ended = CancellationToken::new();
        let guard = ended.clone().drop_guard();
        let has_thread = commits.has_thread();
        // Dropped in this order, also if the task is dropped: the token says that the journal is closed.
        let mut open = (commits, guard);
        if has_thread {
            std::thread::Builder::new().name("journal".to_owned()).spawn(move || {
                let run = AssertUnwindSafe(|| run(&mut open.0, waiting));
                log_panic(std::panic::catch_unwind(run));
                drop(open);
            })?;
        } else {
            tokio::spawn(async move {
                let run = AssertUnwindSafe(run_in_task(&mut open.0, waiting));
                log_panic(run.catch_unwind().await);
                drop(open);
            });
        }
        Ok(Self { items, ended })
    }

    /// Number of items that wait for a commit.
    pub(super) fn waiting(&self) -> usize {
        self.items.max_capacity() - self.items.capacity()
    }

    /// Cancelled when the loop has ended and the journal is closed.
    pub(super) fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }

    /// Puts a message into the queue; refuses it if the daemon is going away.
    ///
    /// # Errors
    /// Returns the message if the queue is full.
    pub(super) fn try_send(&self, message: NewMessage) -> Result<(), NewMessage> {
        match self.items.try_reserve() {
            Ok(permit) => permit.send(Item::Message(message.0)),
            Err(TrySendError::Full(())) => return Err(message),
            Err(TrySendError::Closed(())) => message.0.refuse(HubError::GoingAway),
        }
        Ok(())
    }

    /// Puts messages into the queue, one after another; waits until it has capacity for all of them. Refuses them if
    /// the daemon is going away.
    pub(super) async fn send_all(&self, messages: Vec<NewMessage>) {
        match self.items.reserve_many(messages.len()).await {
            Ok(permits) => {
                for (permit, message) in permits.zip(messages) {
                    permit.send(Item::Message(message.0));
                }
            }
            Err(_) => messages.iter().for_each(|message| message.0.refuse(HubError::GoingAway)),
        }
    }

    /// Puts a request into the queue; waits while it is full.
    pub(super) async fn request(&self, request: Request) -> Result<PendingRequest, HubError> {
        let (reply, done) = oneshot::channel();
        self.put(Item::Request(Box::new(request), Some(reply))).await?;
        Ok(PendingRequest(done))
    }

    /// Puts a request without an answer into the queue, or drops it if the queue is full.
    pub(super) fn try_request(&self, request: Request) {
        let _ = self.items.try_send(Item::Request(Box::new(request), None));
    }

    /// Puts a task into the queue, and waits for its result.
    pub(super) async fn run<T>(
        &self,
        (task, result): (Task, TaskResult<T>),
    ) -> Result<T, JournalError> {
        self.items.send(Item::Task(Box::new(task))).await.map_err(|_| JournalError::Closed)?;
        result.await.map_err(|_| JournalError::Closed)?
    }

    /// Makes the loop refuse all later items; returns once all earlier items are answered.
    ///
    /// # Errors
    /// Returns an error if the loop has ended.
    pub(super) async fn close(&self) -> Result<(), HubError> {
        let (closed, done) = oneshot::channel();
        self.put(Item::Close(Some(closed))).await?;
        done.await.map_err(|_| HubError::GoingAway)
    }

    async fn put(&self, item: Item) -> Result<(), HubError> {
        self.items.send(item).await.map_err(|_| HubError::GoingAway)
    }
}

/// Commits everything that is queued, again and again, until the last sender is dropped.
fn run(commits: &mut Commits, mut waiting: mpsc::Receiver<Item>) {
    let mut items = Vec::new();
    while waiting.blocking_recv_many(&mut items, QUEUE_ITEMS) > 0 {
        // The first item wakes this thread, which may take the processor from a session that is about to send
        // more. Without the yield, each of those items would wait for a commit of its own.
        std::thread::yield_now();
        while items.len() < QUEUE_ITEMS
            && let Ok(item) = waiting.try_recv()
        {
            items.push(item);
        }
        commits.commit(&mut items);
        items.clear();
    }
    commits.close();
}

/// The same, without a thread of its own.
async fn run_in_task(commits: &mut Commits, mut waiting: mpsc::Receiver<Item>) {
    let mut items = Vec::new();
    while waiting.recv_many(&mut items, QUEUE_ITEMS).await > 0 {
        commits.commit(&mut items);
        items.clear();
    }
    commits.close();
}

/// Logs the panic that ended the loop, if one did.
fn log_panic(ended: std::thread::Result<()>) {
    if let Err(panic) = ended {
        error!(reason = reason(&*panic), "the journal's writer failed");
    }
}

#[cfg(test)]
impl Queue {
    /// Runs `query` on the journal's connection, in the order of the queue.
    pub(super) async fn with_connection<T: Send + 'static>(
        &self,
        query: impl FnMut(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.run(Task::new(query)).await
    }
}
