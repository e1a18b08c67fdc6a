//! A seat: the stream of everything that happens in one room, for one session, in order and once.
//!
//! It reads the messages that the session has missed from the journal, page by page, and then receives from
//! the room's ring. If the session falls behind the ring, it reads from the journal again.

use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::error::RecvError;

use crate::batch::Batch;
use crate::config::PAGE_MESSAGES;
use crate::journal::{Journal, JournalError, Kept, Page, Part};
use crate::ring::Live;
use crate::room::{Entry, Room, Snapshot};

/// One item of the stream of a seat.
#[derive(Debug)]
pub(crate) enum Brought {
    /// A batch of the ring.
    Live(Arc<Batch>),
    /// Messages that were missed, oldest first.
    Missed(Vec<Kept>),
    /// The room as it is now, if the session has missed a change of it.
    Again(Snapshot),
    /// The number of messages that were missed and are not replayed, see [`CatchUp::Count`].
    Skipped(u64),
    /// The journal cannot be read.
    Unreadable(JournalError),
    /// The room has ended: the daemon is going away.
    End,
}

/// What a session gets of the messages it missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CatchUp {
    /// All of them, from the journal.
    Replay,
    /// How many they are.
    Count,
}

/// How far a seat is.
struct Place {
    room: Arc<Room>,
    journal: Journal,
    catch_up: CatchUp,
    /// One page at a time for all seats of a session: it may not take them for long.
    pages: Arc<Semaphore>,
    users_listed: usize,
    /// The last message that was brought.
    seq: u64,
    /// What the session knows of the room, see [`Snapshot::changes`].
    changes: u64,
    live: Option<Live>,
    has_ended: bool,
}

/// Takes a seat in `room`: all after `seq` comes, then what happens live. `entry` is the room as
/// the session was told it.
pub(crate) fn seat(
    room: Arc<Room>,
    journal: Journal,
    entry: Entry,
    seq: u64,
    catch_up: CatchUp,
    pages: Arc<Semaphore>,
    users_listed: usize,
) -> impl Stream<Item = Brought> + Send {
    let Entry { snapshot, live } = entry;
    let live = (seq >= snapshot.last_seq).then_some(live);
    let (seq, changes) = (seq.min(snapshot.last_seq), snapshot.changes);
    let place = Place {
        room,
        journal,
        catch_up,
        pages,
        users_listed,
        seq,
        changes,
        live,
        has_ended: false,
    };
    unfold(place, |mut place| async move {
        let brought = place.next().await?;
        Some((brought, place))
    })
}

impl Place {
    async fn next(&mut self) -> Option<Brought> {
        while !self.has_ended {
            let brought = match &mut self.live {
                None => self.catch_up().await,
                Some(live) => match live.recv().await {
                    Ok(batch) => Some(self.note(batch)),
                    Err(RecvError::Closed) => Some(Brought::End),
                    Err(RecvError::Lagged(_)) => {
                        self.live = None;
                        None
                    }
                },
            };
            self.has_ended = matches!(brought, Some(Brought::End | Brought::Unreadable(_)));
            if brought.is_some() {
                return brought;
            }
        }
        None
    }

    fn note(&mut self, batch: Arc<Batch>) -> Brought {
        match batch.last_seq() {
            Some(seq) => self.seq = seq,
            None => self.changes += 1,
        }
        Brought::Live(batch)
    }

    /// Brings the next page of what was missed; goes live where nothing is missing any more.
    async fn catch_up(&mut self) -> Option<Brought> {
        if self.catch_up == CatchUp::Replay && self.room.last_seq() > self.seq {
            // In a box: most miss nothing, and what a session waits for takes memory.
            return Some(Box::pin(self.page()).await);
        }
        let Some(Entry { snapshot, live }) = self.room.listen(self.users_listed) else {
            return Some(Brought::End);
        };
        let missed = snapshot.last_seq - self.seq;
        if missed > 0 && self.catch_up == CatchUp::Replay {
            return None; // something was said just now: that first
        }
        self.live = Some(live);
        self.seq = snapshot.last_seq;
        let knows = std::mem::replace(&mut self.changes, snapshot.changes);
        match self.catch_up {
            CatchUp::Count => Some(Brought::Skipped(missed)),
            CatchUp::Replay => (knows != snapshot.changes).then_some(Brought::Again(snapshot)),
        }
    }

    async fn page(&mut self) -> Brought {
        let page = Page { of: Part::After(self.seq), limit: PAGE_MESSAGES };
        // Never closed; without a permit, a page too many is read.
        let _permit = self.pages.acquire().await;
        let last_seq = self.room.last_seq();
        match self.journal.read(self.room.id, page).await {
            Ok(mut missed) => {
                // The file may be ahead of the room; what is, comes live.
                missed.retain(|kept| kept.seq <= last_seq);
                // Nothing there although there should be: it is older than what is kept.
                self.seq = missed.last().map_or(last_seq, |last| last.seq);
                Brought::Missed(missed)
            }
            Err(error) => Brought::Unreadable(error),
        }
    }
}

#[cfg(test)]
mod tests;
