//! Builds the index: a follower of the journal, which stores what it takes in batches.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chat_proto::Seq;
use futures_util::FutureExt;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::Shared;
use super::batch::Batch;
use super::cleaner::Cleaner;
use super::error::IndexError;
use super::file;
use super::pace::Pace;
use super::progress::Progress;
use super::store::Store;
use crate::journal::{Change, Follower, FollowerItem, Journal, RoomExtent, RoomId};

/// Time that a batch waits for more messages. A thread that is woken for each message takes the processor from those
/// who send; nobody sees that a message is found half a second later.
const WAIT: Duration = Duration::from_millis(500);

/// Messages of a batch while the daemon is busy: some 20 ms of work, in which the daemon has a part of a processor
/// less.
const ITEMS_BUSY: usize = 1_024;

/// Time after which the index is tried again if it cannot be written, or is damaged again.
const RETRY: Duration = Duration::from_secs(10);

/// Time between two log lines of a build.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// Messages from which on a build is logged: fewer are done at once.
const LOGGED_MIN: u64 = 10_000;

/// Builds the index in the file `path`, or in memory, until `closing` is cancelled or the journal is closed.
pub(super) async fn run(
    journal: Journal,
    path: Option<PathBuf>,
    shared: Arc<Shared>,
    closing: CancellationToken,
) {
    let follow = async {
        let mut rebuilt_at: Option<Instant> = None;
        loop {
            // What a search has found in the index before.
            let _ = shared.damaged.notified().now_or_never();
            let ended = tokio::select! {
                ended = follow(&journal, path.as_ref(), &shared) => ended,
                () = shared.damaged.notified() => {
                    Err(IndexError::Outdated("a search has found it damaged"))
                }
            };
            let Err(error) = ended else { return };
            if !error.is_damage() {
                shared.set_trouble(Some(error.reason()));
                sleep(RETRY).await;
                continue;
            }
            if rebuilt_at.is_some_and(|at| at.elapsed() < RETRY) {
                sleep(RETRY).await;
            }
            match path.as_deref().map_or(Ok(()), file::remove) {
                Ok(()) => info!("the search index is built again: {error}"),
                Err(error) => {
                    shared.set_trouble(Some(IndexError::Io(error).reason()));
                    sleep(RETRY).await;
                }
            }
            rebuilt_at = Some(Instant::now());
        }
    };
    let _ = closing.run_until_cancelled(follow).await;
}

/// Follows the journal to its end.
async fn follow(
    journal: &Journal,
    path: Option<&PathBuf>,
    shared: &Shared,
) -> Result<(), IndexError> {
    let store = Store::open(path.map(PathBuf::as_path))?;
    let position = store.position()?;
    let mut indexer = Indexer {
        identity: identity(journal),
        batch: Batch::default(),
        began: Instant::now(),
        waited: None,
        pace: Pace::new(journal.clone()),
        trimmed: HashMap::new(),
        cleaner: Cleaner::new(),
        is_empty: position.is_none(),
        logged_at: Instant::now(),
        is_logged: false,
        store,
        shared,
    };
    shared.open(&indexer.store, path, Progress::new(&indexer.store.seqs()?));
    let mut follower = journal.follow(position);
    while let Some(item) = next(&mut follower, &mut indexer).await? {
        indexer.take(item).await?;
        if indexer.is_full() {
            indexer.store_and_pause(&mut follower).await?;
        }
    }
    indexer.store_batch()
}

/// Returns the next item. If there is none, pauses, and stores the batch.
async fn next(
    follower: &mut Follower,
    indexer: &mut Indexer<'_>,
) -> Result<Option<FollowerItem>, IndexError> {
    while !indexer.batch.is_empty() {
        match timeout(Duration::ZERO, follower.next()).await {
            Ok(item) => return item.map_err(IndexError::Journal),
            Err(_) if indexer.waited.is_some() => {
                indexer.pace.caught_up();
                indexer.store_and_pause(follower).await?;
            }
            Err(_) => {
                let waits_since = Instant::now();
                sleep(WAIT).await;
                indexer.waited = Some(waits_since.elapsed());
            }
        }
    }
    while let Some(wait) = indexer.cleaner.wait() {
        if let Ok(item) = timeout(wait, follower.next()).await {
            return item.map_err(IndexError::Journal);
        }
        indexer.cleaner.step(&indexer.store)?;
    }
    follower.next().await.map_err(IndexError::Journal)
}

/// The id and the epoch of a journal, as its positions have them.
fn identity(journal: &Journal) -> String {
    let identity = journal.identity();
    format!("{} {}", identity.id.as_str(), identity.epoch.as_str())
}

struct Indexer<'s> {
    store: Store,
    shared: &'s Shared,
    identity: String,
    batch: Batch,
    /// When the first message of the batch came.
    began: Instant,
    /// How long the batch has waited for more messages; `None` if it has not.
    waited: Option<Duration>,
    pace: Pace,
    /// The first message of each room, as far as the earlier ones were removed from the index.
    trimmed: HashMap<RoomId, Seq>,
    cleaner: Cleaner,
    /// Whether nothing was in the index when it was opened.
    is_empty: bool,
    logged_at: Instant,
    /// Whether a build was logged that has not ended.
    is_logged: bool,
}

impl Drop for Indexer<'_> {
    fn drop(&mut self) {
        // Before the connection that writes is closed: the last one must be able to remove the log.
        self.shared.close();
    }
}

impl Indexer<'_> {
    async fn take(&mut self, item: FollowerItem) -> Result<(), IndexError> {
        match item {
            FollowerItem::Message { room, message } => {
                if self.batch.is_empty() {
                    self.began = Instant::now();
                }
                self.batch.add(room, &message);
                Ok(())
            }
            FollowerItem::StartOver if self.is_empty => Ok(()),
            FollowerItem::StartOver => {
                Err(IndexError::Outdated("it is not of this journal as it is now"))
            }
            FollowerItem::Rooms(rooms) => self.start(&rooms).await,
            FollowerItem::Trimmed { room, first } => {
                self.store_batch()?;
                self.trim(RoomExtent { room, first, last: first }).await
            }
            FollowerItem::Change(Change::RoomRemoved { id, .. }) => {
                self.store_batch()?;
                self.remove(id).await
            }
            FollowerItem::Change(_) => Ok(()),
        }
    }

    /// Removes what is not in the journal any more.
    async fn start(&mut self, rooms: &[RoomExtent]) -> Result<(), IndexError> {
        self.store_batch()?;
        let indexed = self.store.seqs()?;
        let extents: HashMap<RoomId, RoomExtent> =
            rooms.iter().map(|extent| (extent.room, *extent)).collect();
        for room in indexed.keys() {
            match extents.get(room) {
                Some(extent) => self.trim(*extent).await?,
                None => self.remove(*room).await?,
            }
        }
        self.shared.progress().start(rooms);
        if self.shared.progress().percent().is_none() {
            self.shared.set_trouble(None);
        }
        self.log_progress();
        Ok(())
    }

    async fn remove(&mut self, room: RoomId) -> Result<(), IndexError> {
        let all = Seq::MAX;
        self.trim(RoomExtent { room, first: all, last: all }).await?;
        self.trimmed.remove(&room);
        self.store.forget(room)
    }

    async fn trim(&mut self, room: RoomExtent) -> Result<(), IndexError> {
        if self.trimmed.insert(room.room, room.first) == Some(room.first) {
            return Ok(());
        }
        self.cleaner.note_trim();
        while !self.store.trim(room.room, room.first)? {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn is_full(&mut self) -> bool {
        self.batch.is_full() || self.batch.items() >= ITEMS_BUSY && self.pace.is_busy()
    }

    /// Stores the batch, and leaves the processor to others.
    async fn store_and_pause(&mut self, follower: &mut Follower) -> Result<(), IndexError> {
        let waited = self.waited.unwrap_or_default();
        self.store_batch()?;
        self.cleaner.step(&self.store)?;
        self.log_progress();
        let took = self.began.elapsed().saturating_sub(waited);
        self.pace.pause_after(took, follower).await;
        // Without threads, the others must have their turn.
        tokio::task::yield_now().await;
        Ok(())
    }

    fn store_batch(&mut self) -> Result<(), IndexError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        self.waited = None;
        self.store.write(&batch, &self.identity)?;
        if batch.changed.values().any(Option::is_none) {
            self.cleaner.note_deletion();
        }
        self.shared.set_trouble(None);
        self.is_empty = false;
        self.shared.progress().add(&batch.seqs, batch.items());
        if self.is_logged && self.shared.progress().percent().is_none() {
            self.is_logged = false;
            info!("the search index is complete");
        }
        Ok(())
    }

    fn log_progress(&mut self) {
        let (indexed, all) = self.shared.progress().counts();
        let is_first = !self.is_logged;
        if all - indexed < LOGGED_MIN || !is_first && self.logged_at.elapsed() < LOG_EVERY {
            return;
        }
        (self.is_logged, self.logged_at) = (true, Instant::now());
        info!("building the search index: {indexed} of {all} messages");
    }
}
