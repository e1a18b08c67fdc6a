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

/// Steps of SQLite between two looks at the clock: some µs of them. FTS5 counts few for each page of the index that it
/// reads, and none for the words on it, so the clock is looked at once in some ten pages.
const STEPS: i32 = 100;

/// The location of the index.
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
    /// Notified if the index turns out to be damaged, or is gone.
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
                Some(
                    ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::CannotOpen,
                ) => {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Longer than anybody would wait.
    const ENDLESS: &str =
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT max(n) FROM n";

    #[tokio::test]
    async fn a_search_that_takes_too_long_is_ended_and_the_next_one_runs() {
        let directory = tempfile::tempdir().unwrap();
        let path = file::of(directory.path());
        drop(file::open(&path).unwrap());
        let (readers, source) = (Readers::new(true, Arc::default()), Source::file(path));
        let endless = |db: &Connection| db.query_row(ENDLESS, [], |row| row.get::<_, i64>(0));
        let error = readers.read(source.clone(), endless).await.unwrap_err();
        assert!(matches!(error, SearchError::TooBroad), "{error}");
        let one = |db: &Connection| db.query_row("SELECT 1", [], |row| row.get::<_, i64>(0));
        assert_eq!(readers.read(source, one).await.unwrap(), 1);
    }

    /// FTS5 compares the lists without a step of SQLite's.
    #[test]
    fn a_search_that_compares_long_lists_and_finds_nothing_is_ended_as_well() {
        let directory = tempfile::tempdir().unwrap();
        let path = file::of(directory.path());
        let db = file::open(&path).unwrap();
        db.execute_batch(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 100000)
             INSERT INTO word (rowid, text, parts, meta) SELECT n, 'be', '', '' FROM n",
        )
        .unwrap();
        drop(db);
        let find = |db: &Connection| {
            let sql = "SELECT rowid FROM word WHERE word MATCH 'be NOT be'";
            db.prepare(sql)?
                .query_map([], |row| row.get::<_, i64>(0))?
                .collect::<Result<Vec<_>, _>>()
        };
        let source = Source::file(path);
        assert!(source.read(None, find).unwrap().is_empty());
        let error = source.read(Some(Instant::now()), find).unwrap_err();
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::OperationInterrupted));
    }

    #[tokio::test]
    async fn a_search_that_finds_the_index_damaged_has_it_built_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = file::of(directory.path());
        std::fs::write(&path, vec![b'x'; 8192]).unwrap();
        let damaged = Arc::new(Notify::new());
        let readers = Readers::new(true, Arc::clone(&damaged));
        let one = |db: &Connection| {
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        };
        let error = readers.read(Source::file(path), one).await.unwrap_err();
        assert!(matches!(error, SearchError::NotReady), "{error}");
        damaged.notified().await;
    }
}
