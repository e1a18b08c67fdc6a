//! A task: work on the journal that is neither a message nor a change. It runs in the order of the queue,
//! within the transaction of a commit.

use std::fmt;

use chat_proto::Timestamp;
use rusqlite::Connection;
use tokio::sync::oneshot;
use tracing::warn;

use super::numbers::{self, Device, Run};
use super::repeat::{self, Repeat, Sent};
use super::stored::RoomId;
use super::{JournalError, TRIM_MESSAGES, messages};

/// Where the result of a [`Task`] comes once the commit is durable.
pub(crate) type TaskResult<T> = oneshot::Receiver<Result<T, JournalError>>;

/// Work on the journal's connection. Its result is sent after the commit, since it may depend on messages
/// of the same commit.
pub(crate) struct Task(Box<dyn Work>);

trait Work: Send {
    fn run(&mut self, db: &Connection) -> rusqlite::Result<()>;
    fn finish(&mut self, committed: Result<(), JournalError>);
}

struct Typed<T, F> {
    run: F,
    done: Option<T>,
    /// Taken when the result is sent.
    result: Option<oneshot::Sender<Result<T, JournalError>>>,
}

impl<T, F> Work for Typed<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, db: &Connection) -> rusqlite::Result<()> {
        self.done = Some((self.run)(db)?);
        Ok(())
    }

    fn finish(&mut self, committed: Result<(), JournalError>) {
        let Some(result) = self.result.take() else { return };
        let done = committed.map(|()| self.done.take().expect("a task runs before its commit"));
        let _ = result.send(done); // fails only if the caller is gone
    }
}

impl Task {
    /// A task that calls `run`, again if a commit fails.
    pub(crate) fn new<T, F>(run: F) -> (Self, TaskResult<T>)
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (result, done) = oneshot::channel();
        (Self(Box::new(Typed { run, done: None, result: Some(result) })), done)
    }

    /// The greatest `n` accepted from a device of `user`; 0 if there is none.
    pub(crate) fn last_n(device: Device) -> (Self, TaskResult<u64>) {
        Self::new(move |db| Ok(numbers::last(db, &device)?.map_or(0, Run::last)))
    }

    /// What became of a message that was sent before; `None` if no stored message has its number.
    pub(crate) fn sent_before(sent: Sent) -> (Self, TaskResult<Option<Repeat>>) {
        let device = (sent.user, sent.device);
        Self::new(move |db| repeat::find(db, &device, sent.n, (sent.room, sent.kind, &sent.text)))
    }

    /// Removes up to [`TRIM_MESSAGES`] of the oldest messages of `room`, those that are from before
    /// `before`, but never the last; the result is how many. See `messages::trim` for messages whose time
    /// is after `now`, and so is wrong.
    pub(crate) fn trim(
        room: RoomId,
        before: Timestamp,
        now: Timestamp,
    ) -> (Self, TaskResult<usize>) {
        Self::new(move |db| messages::trim(db, room, before, now, TRIM_MESSAGES))
    }

    /// What [`Task::last_n`] means for a session: 0 if the number cannot be known, because the table that
    /// has it is damaged and cannot be made again. A client needs no more: it sends again what it has no
    /// answer for.
    pub(crate) fn known_last_n(last: Result<u64, JournalError>) -> Result<u64, JournalError> {
        match last {
            Err(error @ JournalError::Damaged(_)) => {
                warn!(%error, "cannot read the last number of a device; continuing with 0");
                Ok(0)
            }
            last => last,
        }
    }

    pub(super) fn run(&mut self, db: &Connection) -> rusqlite::Result<()> {
        self.0.run(db)
    }

    /// Sends the result, after the commit or instead of it.
    pub(crate) fn finish(&mut self, committed: Result<(), JournalError>) {
        self.0.finish(committed);
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}
