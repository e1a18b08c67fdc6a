//! Counts the unread messages, for clients that show their number. The journal is read for that, so a `room` or
//! `read` event with a count waits for it, like the answer to a command.

use std::sync::Arc;

use chat_proto::{RoomName, Seq, UserId};
use tokio::io::{AsyncRead, AsyncWrite};
use tracing::debug;

use super::Session;
use super::pending::CommandResult;
use crate::hub::HubError;
use crate::journal::{Journal, Unread};
use crate::room::{FeedStart, Room};

/// Counts the unread messages of one user.
pub(super) struct Counter {
    journal: Journal,
    user: UserId,
}

/// The result of a count.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnreadCount {
    /// The last message of the room when they were counted.
    pub(super) last_seq: Seq,
    pub(super) unread: Unread,
}

/// A subscription to a room that waits for the count.
pub(super) struct PendingSubscription {
    pub(super) room: Arc<Room>,
    pub(super) start: FeedStart,
    pub(super) read: Seq,
    pub(super) since: Seq,
    pub(super) count: Option<UnreadCount>,
}

impl PendingSubscription {
    /// Sets the count to 0 if everything is read, so that nothing has to be counted.
    ///
    /// # Errors
    /// Returns the subscription unchanged if there are unread messages.
    pub(super) fn without_unread(mut self) -> Result<Self, Box<Self>> {
        let last_seq = self.start.snapshot.last_seq;
        if self.read < last_seq {
            return Err(Box::new(self));
        }
        self.count = Some(UnreadCount { last_seq, unread: Unread::default() });
        Ok(self)
    }
}

impl Counter {
    /// Counts the messages after `read` in a room, up to `last_seq`; `None` if the journal cannot be read.
    async fn count(self, room: &Room, read: Seq, last_seq: Seq) -> Option<UnreadCount> {
        if read >= last_seq {
            return Some(UnreadCount { last_seq, unread: Unread::default() });
        }
        match self.journal.unread(room.id, (read, last_seq), self.user).await {
            Ok(unread) => Some(UnreadCount { last_seq, unread }),
            Err(error) => {
                debug!(%error, "cannot count the unread messages");
                None
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Returns a counter if the client shows the number of unread messages.
    pub(super) fn counter(&self) -> Option<Counter> {
        let journal = || self.context.hub.journal().clone();
        self.shows.unread().then(|| Counter { journal: journal(), user: self.member.id() })
    }

    /// Waits for the count of a subscription.
    pub(super) fn count_for(
        &mut self,
        counter: Counter,
        mut subscription: Box<PendingSubscription>,
    ) {
        self.pending.wait(async move {
            let PendingSubscription { room, start, read, .. } = &*subscription;
            subscription.count = counter.count(room, *read, start.snapshot.last_seq).await;
            CommandResult::Subscribed(subscription)
        });
    }

    /// Waits until the new read position is stored, and for the count of the messages after it.
    pub(super) fn count_after<F>(&mut self, room: Arc<Room>, name: RoomName, read: F)
    where
        F: Future<Output = Result<Seq, HubError>> + Send + 'static,
    {
        let counter = self.counter();
        self.pending.wait(async move {
            let seq = read.await;
            let count = match (&seq, counter) {
                (Ok(seq), Some(counter)) => counter.count(&room, *seq, room.last_seq()).await,
                _ => None,
            };
            CommandResult::Read { name, seq, count }
        });
    }
}
