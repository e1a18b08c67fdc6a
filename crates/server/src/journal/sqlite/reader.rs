//! Reads the journal with a bounded number of connections, on other threads than those that serve sessions.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_proto::{Seq, Timestamp, UserId};
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, spawn_blocking};

use super::rejection::Rejection;
use super::stored::{
    AuditRecord, MentionKey, MentionsPage, Page, Pins, RoomId, StoredMessage, Thread, Unread,
    Versions, View,
};
use super::{JournalError, RoomExtent, audit, date, file, fold, load, mentions, pages, unread};

/// Number of connections that read at once: the number of cores of a small server. More would only wait for the disk.
const READERS_MAX: usize = 4;

/// Reads the journal. It has any number of callers.
#[derive(Debug, Clone)]
pub(in crate::journal) struct Reader(Source);

#[derive(Debug, Clone)]
enum Source {
    File(Readers),
    /// A journal in memory has one connection.
    Memory(Arc<Mutex<Connection>>),
}

impl Reader {
    pub(super) fn of_file(file: PathBuf, has_threads: bool) -> Self {
        Self(Source::File(Readers::new(file, has_threads)))
    }

    pub(super) const fn of_memory(db: Arc<Mutex<Connection>>) -> Self {
        Self(Source::Memory(db))
    }

    /// Returns a reader that shares no connection with this one.
    pub(in crate::journal) fn with_own_connection(&self) -> Self {
        Self(match &self.0 {
            Source::File(readers) => Source::File(readers.with_own_connection()),
            Source::Memory(db) => Source::Memory(Arc::clone(db)),
        })
    }

    /// Returns a reader that shares no connection with this one, and reads on the thread of its caller, with the
    /// priority of that.
    pub(in crate::journal) fn on_own_thread(&self) -> Self {
        Self(match &self.0 {
            Source::File(readers) => {
                Source::File(Readers { has_threads: false, ..readers.with_own_connection() })
            }
            Source::Memory(db) => Source::Memory(Arc::clone(db)),
        })
    }

    /// A page of the messages of `room`, oldest first, as `view` says.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn page(
        &self,
        room: RoomId,
        page: Page,
        view: View,
    ) -> Result<Vec<StoredMessage>, JournalError> {
        self.read(move |db| fold::page(db, room, page, view)).await
    }

    /// The texts that the message `seq` of `room` has had, those after `after`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn versions(
        &self,
        room: RoomId,
        seq: Seq,
        after: Seq,
    ) -> Result<Versions, JournalError> {
        self.read(move |db| fold::versions(db, room, seq, after)).await
    }

    /// The message `seq` of `room` and those that answer it, before `before`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn thread(
        &self,
        (room, seq): (RoomId, Seq),
        before: Seq,
        limit: u32,
        reader: (UserId, Seq),
    ) -> Result<Result<Thread, Rejection>, JournalError> {
        self.read(move |db| pages::thread(db, (room, seq), before, limit, reader)).await
    }

    /// The pinned messages of `room` after `after`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn pins(
        &self,
        room: RoomId,
        after: Seq,
        user: UserId,
    ) -> Result<Pins, JournalError> {
        self.read(move |db| pages::pins(db, room, after, user)).await
    }

    /// Up to `limit` messages in `rooms` that mention `user`, newest first, before `before`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn mentions(
        &self,
        user: UserId,
        rooms: Vec<RoomId>,
        before: Option<MentionKey>,
        limit: u32,
    ) -> Result<MentionsPage, JournalError> {
        self.read(move |db| mentions::page(db, user, &rooms, before, limit)).await
    }

    /// Records of the audit log, newest first, each with its number.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn audit(
        &self,
        by: Option<UserId>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<(u64, AuditRecord)>, JournalError> {
        self.read(move |db| audit::page(db, by, before, limit)).await
    }

    /// Those of the messages `places` that exist, as they are now for `reader`.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn messages_now(
        &self,
        places: Vec<(RoomId, Seq)>,
        reader: UserId,
    ) -> Result<Vec<(RoomId, StoredMessage)>, JournalError> {
        self.read(move |db| fold::each(db, &places, reader)).await
    }

    /// The first message of `room` that was stored at `at` or later; `None` if there is none.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn first_at(
        &self,
        room: RoomId,
        at: Timestamp,
    ) -> Result<Option<Seq>, JournalError> {
        self.read(move |db| date::first_at(db, room, at)).await
    }

    /// Counts the messages of `room` after `read`, up to `last_seq`, that other users than `user` sent.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn unread(
        &self,
        room: RoomId,
        (read, last_seq): (Seq, Seq),
        user: UserId,
    ) -> Result<Unread, JournalError> {
        self.read(move |db| unread::unread(db, room, (read, last_seq), user)).await
    }

    /// The rooms that exist, and the messages that they have.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    pub(in crate::journal) async fn rooms(&self) -> Result<Vec<RoomExtent>, JournalError> {
        self.read(load::extents).await
    }

    async fn read<T, F>(&self, query: F) -> Result<T, JournalError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        match &self.0 {
            Source::File(readers) => readers.read(query).await,
            Source::Memory(db) => {
                let db = db.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(query(&db)?)
            }
        }
    }
}

/// The connections that read the file.
#[derive(Debug, Clone)]
struct Readers {
    file: Arc<PathBuf>,
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
    /// Whether they read on other threads than those that serve sessions.
    has_threads: bool,
}

impl Readers {
    /// Readers of `file`; each connection is opened when it is first needed.
    fn new(file: PathBuf, has_threads: bool) -> Self {
        let free = Arc::new(Semaphore::new(READERS_MAX));
        Self { file: Arc::new(file), free, idle: Arc::default(), has_threads }
    }

    /// Returns one more connection to the file, which no other reader uses.
    fn with_own_connection(&self) -> Self {
        let (file, free) = (Arc::clone(&self.file), Arc::new(Semaphore::new(1)));
        Self { file, free, idle: Arc::default(), has_threads: self.has_threads }
    }

    /// Waits for a connection to be free, and reads with it.
    async fn read<T, F>(&self, query: F) -> Result<T, JournalError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let free = Arc::clone(&self.free).acquire_owned();
        let readers = self.clone();
        let read = move |_permit: OwnedSemaphorePermit| {
            let idle = readers.idle().pop();
            let db = idle.map_or_else(|| file::open_to_read(&readers.file), Ok)?;
            let answer = query(&db)?;
            readers.idle().push(db);
            Ok(answer)
        };
        if !self.has_threads {
            return read(free.await.map_err(|_| JournalError::Closed)?);
        }
        // A task of its own: a session is not polled while its client does not read, and must not hold a permit
        // then.
        let failed = |error: JoinError| JournalError::ReaderFailed(error.to_string());
        let read = async move {
            let permit = free.await.map_err(|_| JournalError::Closed)?;
            spawn_blocking(move || read(permit)).await.map_err(failed)?
        };
        tokio::spawn(read).await.map_err(failed)?
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;
    use tokio::time::timeout;

    use super::*;

    /// Longer than the test may take.
    const DEADLINE: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_read_that_is_not_polled_delays_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("journal");
        Connection::open(&file).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        let readers = Readers::new(file, true);
        let one = |db: &Connection| db.query_row("SELECT 1", [], |row| row.get(0));
        let mut unpolled: Vec<_> =
            (0..3 * READERS_MAX).map(|_| Box::pin(readers.read::<i64, _>(one))).collect();
        for read in &mut unpolled {
            assert!(read.as_mut().now_or_never().is_none());
        }
        let read = timeout(DEADLINE, readers.read::<i64, _>(one)).await;
        assert_eq!(read.expect("a connection is released").unwrap(), 1);
    }
}
