//! The subscriptions of a session, one for each room, polled in turn.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use chat_proto::{RoomName, Seq, UserName};
use futures_util::Stream;
use tokio::sync::Semaphore;

use crate::feed::FeedItem;
use crate::journal::RoomId;
use crate::room::Room;

/// The subscription of a session to a room, and what its client knows of it.
pub(super) struct Subscription {
    pub(super) room: Arc<Room>,
    /// The last message that the user has read.
    pub(super) read: Seq,
    /// The last message that the client was sent.
    pub(super) seq: Seq,
    /// The name of the other user of a direct message, as the client was sent it.
    pub(super) title: Option<UserName>,
    feed: Pin<Box<dyn Stream<Item = FeedItem> + Send>>,
    /// Whether the feed has no further items.
    has_ended: bool,
}

/// The subscriptions, polled round-robin, starting after the one that returned the last item: a busy room does not
/// delay a quiet one, and runs can be repeated.
pub(super) struct Subscriptions {
    subscriptions: Vec<Subscription>,
    first: usize,
    pages: Arc<Semaphore>,
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self { subscriptions: Vec::new(), first: 0, pages: Arc::new(Semaphore::new(1)) }
    }
}

impl Subscriptions {
    /// Permits one page of the journal at a time: the pages of all feeds would be too much memory for a session that
    /// does not take them.
    pub(super) fn pages(&self) -> Arc<Semaphore> {
        Arc::clone(&self.pages)
    }

    /// Adds a subscription; replaces one to the same room.
    pub(super) fn insert(
        &mut self,
        room: &Arc<Room>,
        title: Option<UserName>,
        read: Seq,
        seq: Seq,
        feed: impl Stream<Item = FeedItem> + Send + 'static,
    ) {
        self.remove(room.id);
        let (room, feed) = (Arc::clone(room), Box::pin(feed));
        self.subscriptions.reserve_exact(1);
        self.subscriptions.push(Subscription { room, read, seq, title, feed, has_ended: false });
    }

    pub(super) fn get(&self, room: RoomId) -> Option<&Subscription> {
        self.subscriptions.iter().find(|subscription| subscription.room.id == room)
    }

    pub(super) fn get_mut(&mut self, room: RoomId) -> Option<&mut Subscription> {
        self.subscriptions.iter_mut().find(|subscription| subscription.room.id == room)
    }

    /// The room with that name or address, if there is a subscription to it.
    pub(super) fn in_room(&self, name: &RoomName) -> Option<Arc<Room>> {
        let is_it = |subscription: &&Subscription| subscription.room.name() == name;
        self.subscriptions.iter().find(is_it).map(|subscription| Arc::clone(&subscription.room))
    }

    /// Removes the subscription to `room`, if there is one; returns the room.
    pub(super) fn remove(&mut self, room: RoomId) -> Option<Arc<Room>> {
        let index =
            self.subscriptions.iter().position(|subscription| subscription.room.id == room)?;
        Some(self.subscriptions.remove(index).room)
    }

    /// The subscriptions to direct messages.
    pub(super) fn direct(&self) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.iter().filter(|subscription| subscription.title.is_some())
    }

    /// The rooms of all subscriptions.
    pub(super) fn rooms(&self) -> impl Iterator<Item = RoomId> {
        self.subscriptions.iter().map(|subscription| subscription.room.id)
    }

    /// Whether all feeds have ended.
    pub(super) fn have_ended(&self) -> bool {
        self.subscriptions.iter().all(|subscription| subscription.has_ended)
    }

    /// Waits for the next item of a feed; forever if all have ended. Cancel safe.
    pub(super) async fn next(&mut self) -> (RoomId, FeedItem) {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// See [`Subscriptions::next`].
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<(RoomId, FeedItem)> {
        let count = self.subscriptions.len();
        for index in (self.first..count).chain(0..self.first.min(count)) {
            let subscription = &mut self.subscriptions[index];
            if subscription.has_ended {
                continue;
            }
            match subscription.feed.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    subscription.has_ended = matches!(item, FeedItem::Closed);
                    subscription.seq = last_seq(&item).unwrap_or(subscription.seq);
                    self.first = index + 1;
                    return Poll::Ready((self.subscriptions[index].room.id, item));
                }
                Poll::Ready(None) => subscription.has_ended = true,
                Poll::Pending => {}
            }
        }
        Poll::Pending
    }
}

/// The `seq` of the last message in `item`; `None` if there is no message in it.
fn last_seq(item: &FeedItem) -> Option<Seq> {
    match item {
        FeedItem::Live(batch) => batch.last_seq(),
        FeedItem::CatchUp(missed) => missed.last().map(|last| last.seq),
        FeedItem::Snapshot(_) | FeedItem::Skipped(_) | FeedItem::Failed(_) | FeedItem::Closed => {
            None
        }
    }
}
