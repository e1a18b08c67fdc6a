//! Reading the journal: a bounded number of connections, off the threads that serve sessions.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{JournalError, file};

/// Connections that read at once: as many as there are cores on a small server; more would wait for
/// the disk all the same.
const READERS_MAX: usize = 4;

/// The connections that read the journal.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    file: Arc<PathBuf>,
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
    /// Whether they are off the threads that serve sessions.
    has_threads: bool,
}

impl Readers {
    /// Readers of `file`; each connection is opened when it is first needed.
    pub(super) fn new(file: PathBuf, has_threads: bool) -> Self {
        let free = Arc::new(Semaphore::new(READERS_MAX));
        Self { file: Arc::new(file), free, idle: Arc::default(), has_threads }
    }

    /// Waits for a connection to be free, and reads with it.
    pub(super) async fn read<T, F>(&self, ask: F) -> Result<T, JournalError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let free = Arc::clone(&self.free).acquire_owned();
        let permit = free.await.map_err(|_| JournalError::Closed)?;
        let readers = self.clone();
        let read = move || {
            let _permit = permit;
            let idle = readers.idle().pop();
            let db = idle.map_or_else(|| file::open_to_read(&readers.file), Ok)?;
            let answer = ask(&db)?;
            readers.idle().push(db);
            Ok(answer)
        };
        if !self.has_threads {
            return read();
        }
        let ended = tokio::task::spawn_blocking(read).await;
        ended.map_err(|error| JournalError::ReaderFailed(error.to_string()))?
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
