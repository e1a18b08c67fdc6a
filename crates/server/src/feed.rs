//! A feed: the stream of everything that one session receives from one room, in order and once.
//!
//! It reads missed messages from the journal, page by page, and then receives batches from the room's ring. If the
//! session falls behind the ring, it reads the journal again.

use std::sync::Arc;

use chat_proto::Seq;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::error::RecvError;

use crate::batch::{Batch, Live};
use crate::config::PAGE_MESSAGES;
use crate::journal::{Journal, JournalError, Page, Part, StoredMessage, View};
use crate::room::{FeedStart, Room, Snapshot};

/// One item of the stream of a feed.
#[derive(Debug)]
pub(crate) enum FeedItem {
    /// A batch of the ring.
    Live(Arc<Batch>),
    /// Missed messages, oldest first.
    CatchUp(Vec<StoredMessage>),
    /// A new snapshot of the room, if the session has missed a change of it.
    Snapshot(Snapshot),
    /// The number of missed messages, which are not replayed, see [`CatchUp::Count`].
    Skipped(u64),
    /// The journal cannot be read.
    Failed(JournalError),
    /// The room has ended: the daemon is going away.
    Closed,
}

/// The way in which a session catches up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CatchUp {
    /// It is sent all missed messages, from the journal.
    Replay,
    /// It is sent the number of missed messages.
    Count,
}

/// The state of a feed.
struct FeedState {
    room: Arc<Room>,
    journal: Journal,
    catch_up: CatchUp,
    /// The form in which missed messages are read.
    view: View,
    /// Bounds the feeds of a session to one page at a time: pages take memory, and the client may not read.
    pages: Arc<Semaphore>,
    users_listed: usize,
    /// The `seq` of the last message of the feed.
    seq: Seq,
    /// The changes of the room that the session has received, see [`Snapshot::changes`].
    changes: u64,
    live: Option<Live>,
    has_ended: bool,
}

/// The feed of `room`: all messages after `seq`, then the batches of the ring. The session was sent the snapshot of
/// `start`.
pub(crate) fn feed(
    room: Arc<Room>,
    journal: Journal,
    start: FeedStart,
    seq: Seq,
    (catch_up, view): (CatchUp, View),
    pages: Arc<Semaphore>,
    users_listed: usize,
) -> impl Stream<Item = FeedItem> + Send {
    let FeedStart { snapshot, live } = start;
    let live = (seq >= snapshot.last_seq).then_some(live);
    let (seq, changes) = (seq.min(snapshot.last_seq), snapshot.changes);
    let state = FeedState {
        room,
        journal,
        catch_up,
        view,
        pages,
        users_listed,
        seq,
        changes,
        live,
        has_ended: false,
    };
    unfold(state, |mut state| async move {
        let item = state.next().await?;
        Some((item, state))
    })
}

impl FeedState {
    async fn next(&mut self) -> Option<FeedItem> {
        while !self.has_ended {
            let item = match &mut self.live {
                None => self.catch_up().await,
                Some(live) => match live.recv().await {
                    Ok(batch) => Some(self.live_item(batch)),
                    Err(RecvError::Closed) => Some(FeedItem::Closed),
                    Err(RecvError::Lagged(_)) => {
                        self.live = None;
                        None
                    }
                },
            };
            self.has_ended = matches!(item, Some(FeedItem::Closed | FeedItem::Failed(_)));
            if item.is_some() {
                return item;
            }
        }
        None
    }

    fn live_item(&mut self, batch: Arc<Batch>) -> FeedItem {
        match batch.last_seq() {
            Some(seq) => self.seq = seq,
            None => self.changes += 1,
        }
        FeedItem::Live(batch)
    }

    /// Returns the next page of missed messages; goes live if none is missing.
    async fn catch_up(&mut self) -> Option<FeedItem> {
        if self.catch_up == CatchUp::Replay && self.room.last_seq() > self.seq {
            // Boxed to keep the session future small: most sessions miss nothing.
            return Some(Box::pin(self.page()).await);
        }
        let Some(FeedStart { snapshot, live }) = self.room.subscribe(self.users_listed) else {
            return Some(FeedItem::Closed);
        };
        let missed = snapshot.last_seq.since(self.seq);
        if missed > 0 && self.catch_up == CatchUp::Replay {
            return None; // a message was stored meanwhile: read it first
        }
        self.live = Some(live);
        self.seq = snapshot.last_seq;
        let seen = std::mem::replace(&mut self.changes, snapshot.changes);
        match self.catch_up {
            CatchUp::Count => Some(FeedItem::Skipped(missed)),
            CatchUp::Replay => (seen != snapshot.changes).then_some(FeedItem::Snapshot(snapshot)),
        }
    }

    async fn page(&mut self) -> FeedItem {
        let page = Page { of: Part::After(self.seq), limit: PAGE_MESSAGES };
        // The semaphore is never closed; without a permit one page too many would be read.
        let _permit = self.pages.acquire().await;
        let last_seq = self.room.last_seq();
        match self.journal.read_as(self.room.id, page, self.view).await {
            Ok(mut missed) => {
                // The file may be ahead of the room: later messages come from the ring.
                missed.retain(|message| message.seq <= last_seq);
                // If the page is empty, retention has removed the messages.
                self.seq = missed.last().map_or(last_seq, |last| last.seq);
                FeedItem::CatchUp(missed)
            }
            Err(error) => FeedItem::Failed(error),
        }
    }
}

#[cfg(test)]
mod tests;
