//! A task: work on the journal that is neither a message nor a change. It runs in the order of the queue,
//! within the transaction of a commit.

use chat_proto::{DeviceId, Timestamp, UserId};
use tokio::sync::oneshot;
use tracing::warn;

use super::JournalError;
use super::repeat::{Repeat, Sent};
#[cfg(test)]
use super::sqlite::Work;
use super::stored::RoomId;

/// Where the result of a [`Task`] comes once the commit is durable.
pub(crate) type TaskResult<T> = oneshot::Receiver<Result<T, JournalError>>;

/// Work on the journal. Its result is sent after the commit, since it may depend on messages of the same
/// commit.
#[derive(Debug)]
pub(crate) enum Task {
    /// Finds the greatest `n` accepted from a device of a user; 0 if there is none.
    LastN {
        /// The user's number.
        user: UserId,
        /// The device.
        device: DeviceId,
        /// Receives the number.
        reply: Reply<u64>,
    },
    /// Finds out what became of a message that was sent before.
    SentBefore {
        /// The message.
        sent: Sent,
        /// Receives `None` if no stored message has its number.
        reply: Reply<Option<Repeat>>,
    },
    /// Removes the oldest messages of a room.
    Trim {
        /// The room.
        room: RoomId,
        /// A message from before is removed.
        before: Timestamp,
        /// The time of a message that is after this is wrong.
        now: Timestamp,
        /// Receives how many messages were removed.
        reply: Reply<usize>,
    },
    /// Has the engine refuse to store anything, or store again.
    Refuse {
        /// Whether it refuses.
        refuse: bool,
        /// Receives the end of it.
        reply: Reply<()>,
    },
    /// What a test does with SQLite's connection.
    #[cfg(test)]
    Sqlite(Box<dyn Work>),
}

/// Who waits for a task, and the result until the commit is durable.
#[derive(Debug)]
pub(crate) struct Reply<T> {
    done: Option<T>,
    /// Taken when the result is sent.
    result: Option<oneshot::Sender<Result<T, JournalError>>>,
}

impl<T> Reply<T> {
    pub(super) fn new() -> (Self, TaskResult<T>) {
        let (result, done) = oneshot::channel();
        (Self { done: None, result: Some(result) }, done)
    }

    /// Sets the result that is sent after the commit; again if the commit is tried again.
    pub(super) fn set(&mut self, done: T) {
        self.done = Some(done);
    }

    /// Sends the result, after the commit or instead of it.
    pub(super) fn send(&mut self, committed: Result<(), JournalError>) {
        let Some(result) = self.result.take() else { return };
        let done = committed.map(|()| self.done.take().expect("a task runs before its commit"));
        let _ = result.send(done); // fails only if the caller is gone
    }
}

impl Task {
    /// Finds the greatest `n` accepted from a device of `user`; 0 if there is none.
    pub(crate) fn last_n(user: UserId, device: DeviceId) -> (Self, TaskResult<u64>) {
        let (reply, result) = Reply::new();
        (Self::LastN { user, device, reply }, result)
    }

    /// Finds out what became of a message that was sent before; `None` if no stored message has its number.
    pub(crate) fn sent_before(sent: Sent) -> (Self, TaskResult<Option<Repeat>>) {
        let (reply, result) = Reply::new();
        (Self::SentBefore { sent, reply }, result)
    }

    /// Removes up to [`super::TRIM_MESSAGES`] of the oldest messages of `room`, those that are from before
    /// `before`, but never the last; the result is how many. A message whose time is after `now` has a wrong
    /// one: the messages around it decide about it.
    pub(crate) fn trim(
        room: RoomId,
        before: Timestamp,
        now: Timestamp,
    ) -> (Self, TaskResult<usize>) {
        let (reply, result) = Reply::new();
        (Self::Trim { room, before, now, reply }, result)
    }

    /// Has the engine refuse to store anything, or store again: for tests.
    pub(crate) fn refuse(refuse: bool) -> (Self, TaskResult<()>) {
        let (reply, result) = Reply::new();
        (Self::Refuse { refuse, reply }, result)
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

    /// Sends the result, after the commit or instead of it.
    pub(crate) fn finish(&mut self, committed: Result<(), JournalError>) {
        match self {
            Self::LastN { reply, .. } => reply.send(committed),
            Self::SentBefore { reply, .. } => reply.send(committed),
            Self::Trim { reply, .. } => reply.send(committed),
            Self::Refuse { reply, .. } => reply.send(committed),
            #[cfg(test)]
            Self::Sqlite(work) => work.finish(committed),
        }
    }
}
