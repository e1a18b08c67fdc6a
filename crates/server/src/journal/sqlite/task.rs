//! Runs a task within the transaction of a commit.

use rusqlite::Connection;

use super::super::TRIM_MESSAGES;
use super::super::commit::EntryResult;
use super::super::task::Task;
use super::numbers::NumbersDraft;
use super::{backlog, clear, messages, repeat};

/// Returns true if a task uses the tables of message numbers directly, so that all numbers must be in them.
pub(super) const fn uses_tables(task: &Task) -> bool {
    match task {
        Task::LastN { .. }
        | Task::FindRepeat { .. }
        | Task::FindMentions { .. }
        | Task::ClearUnused { .. }
        | Task::Refuse { .. } => false,
        Task::Trim { .. } => true,
        #[cfg(test)]
        Task::Sqlite(_) => true,
    }
}

/// Runs `task`; its result is sent after the commit.
pub(super) fn run(
    task: &mut Task,
    db: &Connection,
    numbers: &NumbersDraft<'_>,
) -> rusqlite::Result<EntryResult> {
    match task {
        Task::LastN { user, device, reply } => {
            reply.set(numbers.last(db, &(*user, device.clone()))?);
        }
        Task::FindRepeat { sent, reply } => {
            let device = (sent.user, sent.device.clone());
            let message = (sent.room, &sent.body);
            reply.set(repeat::find(db, numbers, (&device, sent.n), message)?);
        }
        Task::Trim { room, before, now, reply } => {
            let removed = messages::trim(db, *room, *before, *now, TRIM_MESSAGES)?;
            reply.set(removed.count);
            if removed.count > 0 {
                return Ok(EntryResult::Trimmed { room: *room, first: removed.last.next() });
            }
        }
        Task::FindMentions { reply } => reply.set(backlog::step(db)?),
        Task::ClearUnused { first, reply } => {
            let next = clear::step(db, *first)?;
            reply.set(next);
            if next.is_none() {
                return Ok(EntryResult::Cleared);
            }
        }
        Task::Refuse { refuse, reply } => {
            db.pragma_update(None, "query_only", *refuse)?;
            reply.set(());
        }
        #[cfg(test)]
        Task::Sqlite(work) => work.run(db)?,
    }
    Ok(EntryResult::Task)
}

#[cfg(test)]
pub(crate) use self::tests::Work;

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::super::super::task::{Reply, TaskResult};
    use super::*;
    use crate::journal::JournalError;

    /// A test's work on the connection.
    pub(crate) trait Work: Send + fmt::Debug {
        fn run(&mut self, db: &Connection) -> rusqlite::Result<()>;
        fn finish(&mut self, committed: Result<(), JournalError>);
    }

    struct FnWork<T, F> {
        run: F,
        reply: Reply<T>,
    }

    impl<T: Send, F: FnMut(&Connection) -> rusqlite::Result<T> + Send> Work for FnWork<T, F> {
        fn run(&mut self, db: &Connection) -> rusqlite::Result<()> {
            self.reply.set((self.run)(db)?);
            Ok(())
        }

        fn finish(&mut self, committed: Result<(), JournalError>) {
            self.reply.send(committed);
        }
    }

    impl<T, F> fmt::Debug for FnWork<T, F> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("FnWork")
        }
    }

    impl Task {
        /// A task that calls `run`; more than once if a commit fails.
        pub(crate) fn new<T, F>(run: F) -> (Self, TaskResult<T>)
        where
            T: Send + 'static,
            F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
        {
            let (reply, result) = Reply::new();
            (Self::Sqlite(Box::new(FnWork { run, reply })), result)
        }
    }
}
