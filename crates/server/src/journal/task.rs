//! A task: work on the journal that is neither a message nor a change. It runs in the order of the queue,
//! within the transaction of a commit.

use chat_proto::{DeviceId, Timestamp, UserId};
use tokio::sync::oneshot;
use tracing::warn;

use super::JournalError;
use super::repeat::{Repeat, ResentMessage};
#[cfg(test)]
use super::sqlite::Work;
use super::stored::RoomId;

/// Receives the result of a [`Task`] once the commit is durable.
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
    /// Looks up a message that was sent before.
    FindRepeat {
        /// The message.
        sent: ResentMessage,
        /// Receives `None` if no stored message has its number.
        reply: Reply<Option<Repeat>>,
    },
    /// Removes the oldest messages of a room.
    Trim {
        /// The room.
        room: RoomId,
        /// Older messages are removed.
        before: Timestamp,
        /// The current time: a message with a later time has a wrong one.
        now: Timestamp,
        /// Receives the number of messages that were removed.
        reply: Reply<usize>,
    },
    /// Looks for mentions in messages of earlier versions.
    FindMentions {
        /// Receives true if there may be more.
        reply: Reply<bool>,
    },
    /// Clears unused parts of the file.
    ClearUnused {
        /// The first page.
        first: u32,
        /// Receives the page to continue with; `None` at the end.
        reply: Reply<Option<u32>>,
    },
    /// Has the engine refuse to store anything, or store again.
    Refuse {
        /// Whether it refuses.
        refuse: bool,
        /// Receives the end of the task.
        reply: Reply<()>,
    },
    /// A test's work on SQLite's connection.
    #[cfg(test)]
    Sqlite(Box<dyn Work>),
}

/// The result of a task until the commit is durable, and its receiver.
#[derive(Debug)]
pub(crate) struct Reply<T> {
    value: Option<T>,
    /// Taken when the result is sent.
    sender: Option<oneshot::Sender<Result<T, JournalError>>>,
}

impl<T> Reply<T> {
    pub(super) fn new() -> (Self, TaskResult<T>) {
        let (sender, result) = oneshot::channel();
        (Self { value: None, sender: Some(sender) }, result)
    }

    /// Sets the result that is sent after the commit; called again if the commit is tried again.
    pub(super) fn set(&mut self, value: T) {
        self.value = Some(value);
    }

    /// Sends the result after the commit, or the error of the commit.
    pub(super) fn send(&mut self, committed: Result<(), JournalError>) {
        let Some(sender) = self.sender.take() else { return };
        let value = committed.map(|()| self.value.take().expect("a task runs before its commit"));
        let _ = sender.send(value); // fails only if the caller has been dropped
    }
}

impl Task {
    /// Finds the greatest `n` accepted from a device of `user`; 0 if there is none.
    pub(crate) fn last_n(user: UserId, device: DeviceId) -> (Self, TaskResult<u64>) {
        let (reply, result) = Reply::new();
        (Self::LastN { user, device, reply }, result)
    }

    /// Looks up a message that was sent before; `None` if no stored message has its number.
    pub(crate) fn find_repeat(sent: ResentMessage) -> (Self, TaskResult<Option<Repeat>>) {
        let (reply, result) = Reply::new();
        (Self::FindRepeat { sent, reply }, result)
    }

    /// Removes up to [`super::TRIM_MESSAGES`] of the oldest messages of `room`, if they are older than `before`, but
    /// never the last message. The result is their number. A message whose time is after `now` has a wrong time: the
    /// messages around it decide about it.
    pub(crate) fn trim(
        room: RoomId,
        before: Timestamp,
        now: Timestamp,
    ) -> (Self, TaskResult<usize>) {
        let (reply, result) = Reply::new();
        (Self::Trim { room, before, now, reply }, result)
    }

    /// Looks for mentions in some messages of earlier versions, which recorded none. The result is true if there may be
    /// more.
    pub(crate) fn find_mentions() -> (Self, TaskResult<bool>) {
        let (reply, result) = Reply::new();
        (Self::FindMentions { reply }, result)
    }

    /// Clears unused parts of the file, in which copies of deleted texts may be, in a few pages from `first` on. The
    /// result is the page to continue with; `None` at the end.
    pub(crate) fn clear_unused(first: u32) -> (Self, TaskResult<Option<u32>>) {
        let (reply, result) = Reply::new();
        (Self::ClearUnused { first, reply }, result)
    }

    /// Has the engine refuse to store anything, or store again: for tests.
    pub(crate) fn refuse(refuse: bool) -> (Self, TaskResult<()>) {
        let (reply, result) = Reply::new();
        (Self::Refuse { refuse, reply }, result)
    }

    /// Replaces the result of [`Task::last_n`] by 0 if the table of numbers is damaged and cannot be rebuilt. That is
    /// enough for a client: it sends again what is not acknowledged.
    pub(crate) fn last_n_or_zero(last: Result<u64, JournalError>) -> Result<u64, JournalError> {
        match last {
            Err(error @ JournalError::Damaged(_)) => {
                warn!(%error, "cannot read the last number of a device; continuing with 0");
                Ok(0)
            }
            last => last,
        }
    }

    /// Sends the result after the commit, or the error of the commit.
    pub(crate) fn finish(&mut self, committed: Result<(), JournalError>) {
        match self {
            Self::LastN { reply, .. } => reply.send(committed),
            Self::FindRepeat { reply, .. } => reply.send(committed),
            Self::Trim { reply, .. } => reply.send(committed),
            Self::FindMentions { reply } => reply.send(committed),
            Self::ClearUnused { reply, .. } => reply.send(committed),
            Self::Refuse { reply, .. } => reply.send(committed),
            #[cfg(test)]
            Self::Sqlite(work) => work.finish(committed),
        }
    }
}
