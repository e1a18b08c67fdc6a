//! The store as a task: what is to be stored waits in a queue, so that nothing else waits for the disk.

use std::time::Duration;

use chat_proto::UserName;
use chat_proto::command::Word;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::{Profile, Store, StoreError, StoreOp};

/// Most jobs that wait for the disk before the client takes no more keys and news: with two for each
/// message, more than anybody types while a disk is busy.
pub const JOBS_MAX: usize = 256;

/// Most jobs that one input gives, which have room besides: one for each message that a page of older
/// messages answers, and what is typed.
const JOBS_AT_ONCE_MAX: usize = 512;

/// What the store is asked to do.
#[derive(Debug)]
pub enum Job {
    /// [`Store::keep`].
    Store(StoreOp),
    /// [`Store::turn_into`].
    Become(UserName),
    /// [`Store::file_under`].
    File(Option<Word>),
}

/// What has become of a job.
#[derive(Debug)]
pub enum Done {
    /// It is stored, or why not.
    Stored(Result<(), StoreError>),
    /// What is stored of the user, or for the server, with which the client goes on.
    Opened(Result<Box<Profile>, StoreError>),
}

/// Who waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// A thread of the runtime.
    Thread,
    /// The task itself, for as long and no longer: for tests and simulations, whose clock must not depend
    /// on a thread.
    Task(Duration),
}

impl Writer {
    /// Does something that may wait for the disk. `None` if it panicked.
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
    done: mpsc::Receiver<Done>,
    /// How many jobs have no answer.
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

    /// Puts a job behind all others. Its answer comes in the same order.
    pub fn give(&mut self, job: Job) {
        if let Err(error) = self.jobs.try_send(job) {
            // It is told as the end of the task, by `done`.
            tracing::error!(%error, waiting = self.waiting, "the store takes no job");
            self.task.abort();
        }
        self.waiting += 1;
    }

    /// Whether no more inputs are to be taken until it has done some of its jobs.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.waiting >= JOBS_MAX
    }

    /// Whether all jobs have their answers.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.waiting == 0
    }

    /// Waits for an answer. `None` once the task has ended, by a fault of the program. Safe to cancel.
    pub async fn done(&mut self) -> Option<Done> {
        let done = self.done.recv().await?;
        self.waiting -= 1;
        Some(done)
    }

    /// Ends the task after all its jobs, and returns the store; `None` if that is not so by `deadline`.
    pub async fn close(self, deadline: Instant) -> Option<Store> {
        let Self { jobs, mut done, task, .. } = self;
        drop(jobs);
        let ends = async {
            while let Some(done) = done.recv().await {
                if let Done::Stored(Err(error)) = done {
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
    answers: mpsc::Sender<Done>,
) -> Option<Store> {
    while let Some(job) = jobs.recv().await {
        let carry_out = move || {
            let done = store.carry_out(job);
            (store, done)
        };
        let done;
        (store, done) = writer.run(carry_out).await?;
        // Where nobody listens any more, the rest is stored all the same.
        let _ = answers.send(done).await;
    }
    Some(store)
}

impl Store {
    fn carry_out(&mut self, job: Job) -> Done {
        match job {
            Job::Store(keep) => Done::Stored(self.keep(keep)),
            Job::Become(name) => Done::Opened(self.turn_into(name).map(Box::new)),
            Job::File(journal) => Done::Opened(self.file_under(journal).map(Box::new)),
        }
    }
}
