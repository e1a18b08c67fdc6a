//! Search: an index of the words of all messages, in a file of its own, and the look-ups in it.
//!
//! ```text
//! Journal::follow ─→ indexer ─ batches ─→ search.sqlite ─→ places of messages ─→ Journal::messages_now ─→ Page
//! ```
//!
//! The index follows the journal, on a thread of low priority, and delays no commit. It can be deleted and is built
//! again. It may be behind the journal; so what it finds is read from the journal, as it is now, before a client is
//! sent it: a text that was deleted is in no answer.

mod batch;
mod cleaner;
mod error;
mod expression;
mod file;
mod find;
mod indexer;
mod matches;
mod pace;
mod progress;
mod query;
mod readers;
mod store;
#[cfg(test)]
mod tests;
mod words;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use chat_proto::command::SearchOrder;
use chat_proto::event::SearchState;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

pub(crate) use self::error::SearchError;
pub(crate) use self::expression::Scope;
use self::expression::rooms;
pub(crate) use self::find::Cursor;
use self::find::{Criteria, Hits, LOOKED_AT_MAX};
pub(crate) use self::matches::Excerpt;
use self::progress::Progress;
pub(crate) use self::query::{Query, TERMS_MAX};
use self::readers::{Readers, Source};
use self::store::Store;
use crate::journal::{self, Journal, JournalError, Location, RoomId, StoredMessage};

/// Messages on one page at most: more than a screen shows.
pub(crate) const HITS_MAX: u32 = 50;

/// Messages on one page, if the client does not say.
pub(crate) const HITS_DEFAULT: u32 = 20;

/// The priority of the thread that builds the index, the lowest there is: everything else comes first.
const NICE: i32 = 19;

/// The question of a client.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) query: Query,
    pub(crate) scope: Scope,
    pub(crate) order: SearchOrder,
    pub(crate) after: Option<Cursor>,
    pub(crate) limit: u32,
}

/// A page of messages that were found.
#[derive(Debug)]
pub(crate) struct Page {
    /// Each with the part of its text that is shown, and where the page after it begins.
    pub(crate) hits: Vec<Hit>,
    /// The beginning of the next page, if there may be one.
    pub(crate) next: Option<Cursor>,
    /// Percent of the messages that are in the index; `None` for all.
    pub(crate) indexed: Option<u8>,
}

/// A message that was found.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) room: RoomId,
    pub(crate) message: StoredMessage,
    pub(crate) excerpt: Excerpt,
    /// The beginning of the page after it.
    pub(crate) cursor: Cursor,
}

/// The search. Ends the index when it is dropped.
#[derive(Debug)]
pub(crate) struct Search {
    shared: Arc<Shared>,
    readers: Readers,
    /// With a connection of its own, so that searches do not delay the history of others.
    journal: Journal,
    /// Messages that a page looks at if its query leaves some out, at most.
    looked_at_max: i64,
    closing: CancellationToken,
    ended: CancellationToken,
}

/// The state that the indexer and the readers share.
#[derive(Debug, Default)]
struct Shared {
    source: Mutex<Option<Source>>,
    progress: Mutex<Progress>,
    /// Notified if a reader has found the index damaged.
    damaged: Arc<Notify>,
    /// Why the index cannot be written.
    trouble: Mutex<Option<String>>,
    /// The connection that writes the index.
    #[cfg(test)]
    writer: Mutex<std::sync::Weak<Mutex<rusqlite::Connection>>>,
}

impl Search {
    /// Starts to build the index of `journal`, which is at `location`.
    ///
    /// # Panics
    /// Panics outside a Tokio runtime.
    pub(crate) fn start(location: &Location, journal: &Journal) -> Self {
        let (path, has_threads) = match location {
            Location::Memory => (None, false),
            Location::Directory(directory) => (Some(file::of(directory)), true),
            Location::DirectoryInTask(directory) => (Some(file::of(directory)), false),
        };
        let shared = Arc::new(Shared::default());
        let (closing, ended) = (CancellationToken::new(), CancellationToken::new());
        let guard = ended.clone().drop_guard();
        let indexer = indexer::run(journal.clone(), path, Arc::clone(&shared), closing.clone());
        let indexer = async move {
            indexer.await;
            drop(guard);
        };
        if has_threads {
            spawn_thread(indexer);
        } else {
            tokio::spawn(indexer);
        }
        let readers = Readers::new(has_threads, Arc::clone(&shared.damaged));
        let journal = journal.with_own_connection();
        Self { shared, readers, journal, looked_at_max: LOOKED_AT_MAX, closing, ended }
    }

    /// A page of messages that match, as they are now.
    ///
    /// # Errors
    /// Returns an error that says what to do.
    pub(crate) async fn find(&self, request: Request) -> Result<Page, SearchError> {
        let Request { query, scope, order, after, limit } = request;
        let (user, rooms) = (scope.user, rooms(&query, &scope));
        let (indexed, names_rooms) = {
            let progress = self.shared.progress();
            (progress.percent(), progress.are_few(&rooms))
        };
        if query.is_empty() {
            return Ok(Page { hits: Vec::new(), next: None, indexed });
        }
        if let Some(reason) = self.shared.trouble().clone() {
            return Err(SearchError::Unwritable(reason));
        }
        let source = self.shared.source().clone().ok_or(SearchError::NotReady)?;
        let limit = limit.clamp(1, HITS_MAX) as usize;
        let criteria = Criteria {
            query: query.clone(),
            scope,
            rooms,
            names_rooms,
            order,
            after,
            limit,
            looked_at_max: self.looked_at_max,
        };
        let found = self.readers.read(source, move |db| find::find(db, &criteria));
        let Hits { places, cursors, next } = found.await?;
        let read = self.journal.messages_now(places.clone(), user).await;
        let messages = read.map_err(SearchError::Journal)?;
        let mut cursors = places.into_iter().zip(cursors);
        let hits = messages.into_iter().filter_map(|(room, message)| {
            let (_, cursor) = cursors.find(|(place, _)| *place == (room, message.seq))?;
            // It may have been deleted or edited since.
            let is_there = !message.is_deleted() && !message.damaged;
            let found = matches::find(&query, message.text.as_str()).filter(|_| is_there)?;
            let excerpt = matches::excerpt(message.text.as_str(), &found.marks);
            Some(Hit { room, message, excerpt, cursor })
        });
        Ok(Page { hits: hits.collect(), next, indexed })
    }

    /// How far the index is, and why it cannot be written if it cannot.
    pub(crate) fn state(&self) -> SearchState {
        let trouble = self.shared.trouble().clone();
        SearchState { indexed: self.shared.progress().percent().unwrap_or(100), trouble }
    }

    /// Ends the index, and waits until it is closed.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        self.ended.cancelled().await;
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Runs the indexer on a thread of its own.
fn spawn_thread(indexer: impl Future<Output = ()> + Send + 'static) {
    let runtime = Handle::current();
    let run = move || {
        // On Linux, the priority of this thread alone.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::setpriority_process(None, NICE);
        runtime.block_on(indexer);
    };
    if let Err(error) = thread::Builder::new().name("search-index".to_owned()).spawn(run) {
        warn!("cannot start the thread of the search index: {error}; messages are not found");
    }
}

/// Removes the index in the data directory `directory`; the next start of the daemon builds it again.
///
/// # Errors
/// Returns an error if a daemon uses the directory, or the index cannot be removed.
pub fn remove_index(directory: &Path) -> Result<(), JournalError> {
    if journal::is_in_use(directory)? {
        return Err(JournalError::Busy(directory.to_path_buf()));
    }
    let path = file::of(directory);
    file::remove(&path).map_err(|error| JournalError::Io { path, error })
}

impl Shared {
    fn source(&self) -> MutexGuard<'_, Option<Source>> {
        // A panic leaves it whole: each change is one assignment.
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trouble(&self) -> MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets why the index cannot be written, or that it can. Logs each change once.
    fn set_trouble(&self, reason: Option<String>) {
        let mut trouble = self.trouble();
        match &reason {
            _ if *trouble == reason => {}
            Some(reason) => {
                warn!(
                    reason,
                    "cannot write the search index; searches are refused, and it is tried again"
                );
            }
            None => info!("the search index is written again"),
        }
        *trouble = reason;
    }

    /// The index can be read from now on.
    fn open(&self, store: &Store, path: Option<&PathBuf>, progress: Progress) {
        #[cfg(test)]
        {
            *self.writer.lock().unwrap() = Arc::downgrade(&store.connection());
        }
        *self.progress() = progress;
        *self.source() = Some(match path {
            Some(path) => Source::file(path.clone()),
            None => Source::Memory(store.connection()),
        });
    }

    /// The index cannot be read now.
    fn close(&self) {
        *self.source() = None;
    }
}
