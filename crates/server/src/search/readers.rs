//! Reads the index with a bounded number of connections, on other threads than those that serve sessions.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{Notify, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::error::SearchError;
use super::file;

/// Searches that run at once. More would take the machine from those who talk.
const READERS_MAX: usize = 2;

/// Time that one search may take: a person waits no longer.
const TIME_MAX: Duration = Duration::from_secs(1);

/// Time that a search may wait for the others.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Steps of SQLite between two looks at the clock: some 100 µs.
const STEPS: i32 = 10_000;

/// Where the index is.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// In a file, with the connections to it that are free.
    File { path: Arc<PathBuf>, idle: Arc<Mutex<Vec<Connection>>> },
    /// In memory, with one connection.
    Memory(Arc<Mutex<Connection>>),
}

/// The bounds of all searches.
#[derive(Debug)]
pub(super) struct Readers {
    free: Arc<Semaphore>,
    has_threads: bool,
    /// Notified if the index turns out to be damaged.
    damaged: Arc<Notify>,
}

impl Source {
    pub(super) fn file(path: PathBuf) -> Self {
        Self::File { path: Arc::new(path), idle: Arc::default() }
    }

    /// Reads, but no longer than until `deadline`.
    fn read<T>(
        &self,
        deadline: Option<Instant>,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let (path, idle) = match self {
            Self::Memory(db) => return query(&db.lock().unwrap_or_else(PoisonError::into_inner)),
            Self::File { path, idle } => (path, idle),
        };
        let free = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut db = free.map_or_else(|| file::open_to_read(path), Ok)?;
        if let Some(deadline) = deadline {
            db.progress_handler(STEPS, Some(move || Instant::now() >= deadline))?;
        }
        let answer = query(&db)?;
        idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        Ok(answer)
    }
}

impl Readers {
    pub(super) fn new(has_threads: bool, damaged: Arc<Notify>) -> Self {
        Self { free: Arc::new(Semaphore::new(READERS_MAX)), has_threads, damaged }
    }

    /// Waits for its turn, and reads.
    ///
    /// # Errors
    /// Returns an error if that takes too long, or the index cannot be read.
    pub(super) async fn read<T, F>(&self, source: Source, query: F) -> Result<T, SearchError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let free = timeout(WAIT_MAX, Arc::clone(&self.free).acquire_owned());
        let (has_threads, damaged) = (self.has_threads, Arc::clone(&self.damaged));
        let read = async move {
            let permit = free.await.map_err(|_| SearchError::Busy)?;
            let _permit = permit.map_err(|_| SearchError::NotReady)?;
            let answer = if has_threads {
                let read = move || source.read(Some(Instant::now() + TIME_MAX), query);
                spawn_blocking(read).await.map_err(|error| SearchError::Index(error.to_string()))?
            } else {
                // In simulated time, a search takes none.
                source.read(None, query)
            };
            answer.map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::OperationInterrupted) => SearchError::TooBroad,
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    damaged.notify_one();
                    SearchError::NotReady
                }
                _ => SearchError::Index(error.to_string()),
            })
        };
        // A task of its own: a session is not polled while its client does not read, and must not hold a permit then.
        tokio::spawn(read).await.map_err(|error| SearchError::Index(error.to_string()))?
    }
}
