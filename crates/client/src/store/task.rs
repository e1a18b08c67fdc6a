//! The store as a task with a queue, so that nothing else waits for the disk.

use std::time::Duration;

use chat_proto::{ShortString, UserName};

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::{Profile, Store, StoreError, StoreOp};

/// Most jobs in the queue until the client takes no more keys and events: with two for each message, more
/// than anybody types while a disk is busy.
pub const JOBS_MAX: usize = 256;

/// Most jobs of one input, for which there is room besides: one for each message that a page of older
/// messages acknowledges, and the drafts.
const JOBS_AT_ONCE_MAX: usize = 512;

/// A job of the store.
#[derive(Debug)]
pub enum Job {
    /// [`Store::apply`].
    Store(StoreOp),
    /// [`Store::open_user`].
    OpenUser(UserName),
    /// [`Store::open_server`].
    OpenServer(Option<ShortString>),
}

/// The answer to a job.
#[derive(Debug)]
pub enum JobResult {
    /// It is stored, or the reason why not.
    Stored(Result<(), StoreError>),
    /// The stored profile of the user or for the server.
    Opened(Result<Box<Profile>, StoreError>),
}

/// The thread or the task that waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// A thread of the runtime.
    Thread,
    /// The task itself, for this long: for tests and simulations, whose clock must not depend on a thread.
    Task(Duration),
}

impl Writer {
    /// Runs something that may wait for the disk. `None` if it panicked.
    pub async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        match self {
            Self::Thread => spawn_blocking(work).await.ok(),
            Self::Task(time) => {
                if !time.is_zero() {
                    sleep(time).await;
                }
                Some(work())
            }
        }
    }
}

/// The queue of a store, and its answers.
#[derive(Debug)]
pub struct StoreTask {
    jobs: mpsc::Sender<Job>,
    done: mpsc::Receiver<JobResult>,
    /// Jobs without an answer.
    waiting: usize,
    task: AbortOnDropHandle<Option<Store>>,
}

impl StoreTask {
    /// Starts the task. Must be called within a tokio runtime; dropping it ends the task at once.
    #[must_use]
    pub fn start(store: Store, writer: Writer) -> Self {
        let (jobs, queue) = mpsc::channel(JOBS_MAX + JOBS_AT_ONCE_MAX);
        let (answers, done) = mpsc::channel(JOBS_MAX + JOBS_AT_ONCE_MAX);
        let task = AbortOnDropHandle::new(tokio::spawn(run(store, writer, queue, answers)));
        Self { jobs, done, waiting: 0, task }
    }

    /// Queues a job. Answers come in the same order.
    pub fn give(&mut self, job: Job) {
        if let Err(error) = self.jobs.try_send(job) {
            // `done` returns the end of the task.
            tracing::error!(%error, waiting = self.waiting, "the store takes no job");
            self.task.abort();
        }
        self.waiting += 1;
    }

    /// Whether no more inputs should be taken until some jobs are done.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.waiting >= JOBS_MAX
    }

    /// Whether all jobs have their answers.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.waiting == 0
    }

    /// Waits for the next answer. `None` if the task has ended, by a fault of the program. Safe to cancel.
    pub async fn done(&mut self) -> Option<JobResult> {
        let done = self.done.recv().await?;
        self.waiting -= 1;
        Some(done)
    }

    /// Ends the task after all its jobs, and returns the store; `None` if it has not ended by `deadline`.
    pub async fn close(self, deadline: Instant) -> Option<Store> {
        let Self { jobs, mut done, task, .. } = self;
        drop(jobs);
        let ends = async {
            while let Some(done) = done.recv().await {
                if let JobResult::Stored(Err(error)) = done {
                    tracing::error!(%error, "not stored");
                }
            }
            task.await.ok().flatten()
        };
        timeout_at(deadline, ends).await.ok().flatten()
    }
}

async fn run(
    mut store: Store,
    writer: Writer,
    mut jobs: mpsc::Receiver<Job>,
    answers: mpsc::Sender<JobResult>,
) -> Option<Store> {
    while let Some(job) = jobs.recv().await {
        let carry_out = move || {
            let done = store.carry_out(job);
            (store, done)
        };
        let done;
        (store, done) = writer.run(carry_out).await?;
        // If nobody receives the answer, the rest is stored all the same.
        let _ = answers.send(done).await;
    }
    Some(store)
}

impl Store {
    fn carry_out(&mut self, job: Job) -> JobResult {
        match job {
            Job::Store(op) => JobResult::Stored(self.apply(op)),
            Job::OpenUser(name) => JobResult::Opened(self.open_user(name).map(Box::new)),
            Job::OpenServer(journal) => JobResult::Opened(self.open_server(journal).map(Box::new)),
        }
    }
}
