//! Subscribes the session to the rooms that its user is in, and delivers what happens there to the client.

use std::future::ready;
use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::event::RoomState;
use chat_proto::{EndCode, Event, LeaveReason, RoomName, UserName};
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tracing::error;

use super::Session;
use super::end::End;
use super::lists::fitting_users;
use super::subscriptions::Subscription;
use super::unread::{Counted, PendingSubscription};
use crate::batch::{Batch, Items};
use crate::door::Reader;
use crate::feed::{FeedItem, feed};
use crate::hub::Membership;
use crate::journal::{RoomId, StoredMessage};
use crate::room::{Room, Snapshot};

/// What the client is still to be sent about the rooms of its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// All rooms: the session has just begun.
    Entry,
    /// What has changed, or the rest of it.
    RoomUpdate,
    /// Nothing.
    Nothing,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Compares the subscriptions of the session with the rooms of its user, and sends the client the difference: rooms
    /// that the user has joined or left, and how far it has read, here or in another session. If the door is full,
    /// the rest stays due.
    pub(super) fn follow(&mut self) -> ControlFlow<End> {
        self.follow_places(false)
    }

    /// The same, and counts what is not read, if the client shows that. A room whose messages are counted is
    /// due until they are: the session goes on with [`Session::subscribed`].
    pub(super) fn follow_counting(&mut self) -> ControlFlow<End> {
        self.follow_places(self.shows_unread)
    }

    fn follow_places(&mut self, counts: bool) -> ControlFlow<End> {
        let is_entry = self.due == Due::Entry;
        if !is_entry {
            self.due = Due::RoomUpdate;
        }
        let places = self.member.memberships();
        let is_left = |id: &RoomId| places.iter().all(|place| place.room.id != *id);
        let left: Vec<RoomId> = self.subscriptions.rooms().filter(is_left).collect();
        for room in left {
            self.tell_left(room);
        }
        for Membership { room, read } in places {
            // One count at a time.
            if self.connection.is_full() || !self.pending.is_empty() {
                return ControlFlow::Continue(());
            }
            let subscribe = if counts { Self::take_counted_seat } else { Self::subscribe };
            match self.subscriptions.get_mut(room.id) {
                // A client that was here before sends `join` with `since` for what it has missed.
                None if is_entry => subscribe(self, &room, read, u64::MAX)?,
                // Something was said there, perhaps, that called the user.
                None => subscribe(self, &room, read, read.max(self.newest_after(&room)))?,
                Some(known) if known.read != read => {
                    known.read = read;
                    let name = room.name().clone();
                    match counts {
                        true => self.count_after(room, name, ready(Ok(read))),
                        false => self.connection.tell(&read_event(name, read, None)),
                    }
                }
                Some(_) => {}
            }
        }
        self.due = if self.pending.is_empty() { Due::Nothing } else { self.due };
        ControlFlow::Continue(())
    }

    /// The `seq` behind which the newest messages of `room` are, as many as come unasked.
    pub(super) fn newest_after(&self, room: &Room) -> u64 {
        room.last_seq().saturating_sub(u64::from(self.context.config.history_on_join))
    }

    pub(super) fn tell_left(&mut self, id: RoomId) {
        if let Some(room) = self.subscriptions.remove(id) {
            let (room, user) = (room.name().clone(), self.member.user());
            self.connection.tell(&Event::Left { room, user, reason: LeaveReason::Bye });
        }
    }

    /// Subscribes to `room`, in place of a subscription that the session may have: the client is told
    /// the room as it is, then all after `since`, then what happens live.
    pub(super) fn subscribe(
        &mut self,
        room: &Arc<Room>,
        read: u64,
        since: u64,
    ) -> ControlFlow<End> {
        let Some(entry) = room.listen(self.context.config.users_listed) else {
            return ControlFlow::Break(End::Code(EndCode::Shutdown));
        };
        let room = Arc::clone(room);
        self.open_feed(PendingSubscription { room, entry, read, since, counted: None });
        ControlFlow::Continue(())
    }

    /// The same, once it is counted what the user has not read there, if the client shows that.
    pub(super) fn take_counted_seat(
        &mut self,
        room: &Arc<Room>,
        read: u64,
        since: u64,
    ) -> ControlFlow<End> {
        let Some(counter) = self.counter() else { return self.subscribe(room, read, since) };
        let Some(entry) = room.listen(self.context.config.users_listed) else {
            return ControlFlow::Break(End::Code(EndCode::Shutdown));
        };
        let subscription =
            PendingSubscription { room: Arc::clone(room), entry, read, since, counted: None };
        match subscription.without_unread() {
            Ok(subscription) => self.open_feed(subscription),
            Err(subscription) => self.count_for(counter, subscription),
        }
        ControlFlow::Continue(())
    }

    /// Goes on with a subscription that has waited for its count. The user may have left the room meanwhile, or
    /// have read on in another session.
    pub(super) fn subscribed(&mut self, mut subscription: PendingSubscription) -> ControlFlow<End> {
        let places = self.member.memberships();
        let place = places.into_iter().find(|place| place.room.id == subscription.room.id);
        let Some(place) = place else { return self.follow_counting() };
        if place.read != subscription.read {
            (subscription.read, subscription.counted) = (place.read, None);
        }
        self.open_feed(subscription);
        ControlFlow::Continue(())
    }

    fn open_feed(&mut self, subscription: PendingSubscription) {
        let PendingSubscription { room, mut entry, read, since, counted } = subscription;
        let users_listed = self.context.config.users_listed;
        // Looked up after `listen`, so that a later change of the name comes through the channel.
        let title = self.member.title(&room);
        self.tell_room(&room, &mut entry.snapshot, title.clone(), read, counted);
        let seq = since.min(entry.snapshot.last_seq);
        let catch_up = self.connection.capabilities().catch_up;
        let journal = self.context.hub.journal().clone();
        let pages = self.subscriptions.pages();
        let subscription =
            feed(Arc::clone(&room), journal, entry, since, catch_up, pages, users_listed);
        self.subscriptions.insert(&room, title, read, seq, subscription);
    }

    /// Takes the users out of `snapshot`: they are many, and half of what a join costs.
    fn tell_room(
        &mut self,
        room: &Room,
        snapshot: &mut Snapshot,
        title: Option<UserName>,
        read: u64,
        counted: Option<Counted>,
    ) {
        let (users, _) = fitting_users(std::mem::take(&mut snapshot.users));
        let Snapshot { topic, count, last_seq, .. } = snapshot;
        let (room, topic) = (room.name().clone(), topic.clone());
        let (count, last_seq) = (*count, *last_seq);
        let unread = counted.map(|counted| counted.unread);
        self.connection.tell(&Event::Room(RoomState {
            room,
            title,
            topic,
            count,
            users,
            last_seq,
            read,
            unread: unread.map(|unread| unread.messages),
            mentions: unread.map(|unread| unread.mentions),
            more: unread.is_some_and(|unread| unread.more),
        }));
    }

    /// Passes on what happened in a room, and all that happened besides, up to what the door holds.
    pub(super) fn drain_feeds(&mut self, item: (RoomId, FeedItem)) -> ControlFlow<End> {
        let mut next = Some(item);
        while let Some((room, item)) = next {
            self.take_item(room, item)?;
            if self.connection.is_full() {
                break;
            }
            next = self.subscriptions.next().now_or_never();
        }
        ControlFlow::Continue(())
    }

    fn take_item(&mut self, id: RoomId, item: FeedItem) -> ControlFlow<End> {
        match item {
            FeedItem::Live(batch) => self.relay(&batch),
            FeedItem::CatchUp(missed) => self.catch_up(id, &missed),
            FeedItem::Snapshot(mut snapshot) => {
                if let Some(subscription) = self.subscriptions.get_mut(id) {
                    subscription.title = self.member.title(&subscription.room);
                    let (room, title) =
                        (Arc::clone(&subscription.room), subscription.title.clone());
                    let read = subscription.read;
                    self.tell_room(&room, &mut snapshot, title, read, None);
                }
                if id == RoomId::LOBBY {
                    return self.tell_titles();
                }
            }
            FeedItem::Skipped(messages) => self.connection.skip(messages),
            FeedItem::Failed(error) => {
                self.log(|| error!(%error, "the client has missed messages that cannot be read"));
                return ControlFlow::Break(End::Code(EndCode::Unreadable));
            }
            FeedItem::Closed => {
                if self.subscriptions.have_ended() {
                    return ControlFlow::Break(End::Code(EndCode::Shutdown));
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Sends the `room` of each direct message whose title has changed again. The session has fallen
    /// behind the lobby, and may have missed a `renamed` there.
    fn tell_titles(&mut self) -> ControlFlow<End> {
        let member = &self.member;
        let is_stale = |subscription: &&Subscription| {
            let title = member.title(&subscription.room);
            title.as_ref().map(UserName::as_str)
                != subscription.title.as_ref().map(UserName::as_str)
        };
        let stale = self.subscriptions.direct().filter(is_stale);
        let stale: Vec<_> = stale
            .map(|subscription| {
                (Arc::clone(&subscription.room), subscription.read, subscription.seq)
            })
            .collect();
        for (room, read, seq) in stale {
            self.subscribe(&room, read, seq)?;
        }
        ControlFlow::Continue(())
    }

    fn relay(&mut self, batch: &Arc<Batch>) {
        let user = self.member.id();
        if let Items::Update(event) = batch.items()
            && matches!(&**event, Event::Left { user: left, .. } if left.id == user)
        {
            return; // told where the session leaves the room, see `follow`
        }
        self.connection.relay(batch, Reader { user, session: self.member.session() });
    }

    fn catch_up(&mut self, id: RoomId, missed: &[StoredMessage]) {
        let Some(subscription) = self.subscriptions.get(id) else { return };
        let user = self.member.id();
        for kept in missed {
            self.connection.tell(&Event::Message(kept.to_wire(subscription.room.name(), user)));
        }
    }
}

/// How far the user has read a room, and what it has not read of it, if that was counted.
pub(super) fn read_event(room: RoomName, seq: u64, counted: Option<Counted>) -> Event {
    let unread = counted.map(|counted| counted.unread);
    Event::Read {
        room,
        seq,
        last_seq: counted.map(|counted| counted.last_seq),
        unread: unread.map(|unread| unread.messages),
        mentions: unread.map(|unread| unread.mentions),
        more: unread.is_some_and(|unread| unread.more),
    }
}
