//! Subscribes the session to the rooms of its user, and delivers their events to the client.

use std::future::ready;
use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::event::RoomState;
use chat_proto::{EndCode, Event, LeaveReason, RoomName, Seq, UserName};
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tracing::error;

use super::Session;
use super::end::End;
use super::lists::fitting_users;
use super::sanctions::is_about;
use super::subscriptions::Subscription;
use super::unread::{PendingSubscription, UnreadCount};
use crate::batch::{Batch, Items};
use crate::door::Recipient;
use crate::feed::{FeedItem, feed};
use crate::hub::Membership;
use crate::journal::{RoomId, RoomKey, StoredMessage};
use crate::room::{Room, Snapshot};

/// How far the client was sent the rooms of its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoomSync {
    /// Nothing: the session has just begun.
    Initial,
    /// Not all that has changed.
    Pending,
    /// Everything.
    Done,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Compares the subscriptions of the session with the rooms of its user, and sends the client the difference: rooms
    /// that the user has joined or left, and how far the user has read, here or in another session. If the connection
    /// is full, the rest stays pending.
    pub(super) fn sync_rooms(&mut self) -> ControlFlow<End> {
        self.sync_rooms_with(false)
    }

    /// The same, and counts the unread messages if the client shows their number. A room stays pending until its
    /// messages are counted; then [`Session::finish_subscribe`] takes over.
    pub(super) fn sync_rooms_counting(&mut self) -> ControlFlow<End> {
        self.sync_rooms_with(self.shows.unread())
    }

    fn sync_rooms_with(&mut self, counts: bool) -> ControlFlow<End> {
        let is_entry = self.room_sync == RoomSync::Initial;
        if !is_entry {
            self.room_sync = RoomSync::Pending;
        }
        let memberships = self.member.memberships();
        self.leave_rooms_except(&memberships)?;
        for Membership { room, read } in memberships {
            // One count at a time.
            if self.connection.is_full() || !self.pending.is_empty() {
                return ControlFlow::Continue(());
            }
            let subscribe = if counts { Self::subscribe_counting } else { Self::subscribe };
            match self.subscriptions.get_mut(room.id) {
                // A client that was here before sends `join` with `since` for what it has missed.
                None if is_entry => subscribe(self, &room, read, Seq::MAX)?,
                // Probably a direct message: another user has sent one there.
                None => subscribe(self, &room, read, read.max(self.newest_after(&room)))?,
                Some(known) if known.read != read => {
                    known.read = read;
                    let name = room.name().clone();
                    match counts {
                        true => self.count_after(room, name, ready(Ok(read))),
                        false => self.connection.send(&read_event(name, read, None)),
                    }
                }
                Some(_) => {}
            }
        }
        self.send_asked();
        self.send_sanctions();
        self.send_notices();
        self.room_sync = if self.pending.is_empty() { RoomSync::Done } else { self.room_sync };
        ControlFlow::Continue(())
    }

    /// Ends the subscriptions to rooms that the user is no longer in. Called before each command, since a client that
    /// sends without a pause delays everything else.
    pub(super) fn leave_lost_rooms(&mut self) -> ControlFlow<End> {
        match self.member.has_other_rooms() {
            true => self.leave_rooms_except(&self.member.memberships()),
            false => ControlFlow::Continue(()),
        }
    }

    fn leave_rooms_except(&mut self, memberships: &[Membership]) -> ControlFlow<End> {
        let is_left = |id: &RoomId| memberships.iter().all(|membership| membership.room.id != *id);
        let left: Vec<RoomId> = self.subscriptions.rooms().filter(is_left).collect();
        for room in left {
            if self.member.leave_reason(room) != LeaveReason::Bye {
                // The event of the room with the reason is sent first.
                self.keep_up()?;
            }
            self.send_left(room);
        }
        ControlFlow::Continue(())
    }

    /// The `seq` after which the newest messages of `room` begin that a client is sent without a request.
    pub(super) fn newest_after(&self, room: &Room) -> Seq {
        room.last_seq().minus(u64::from(self.context.config.history_on_join))
    }

    pub(super) fn send_left(&mut self, id: RoomId) {
        if let Some(room) = self.subscriptions.remove(id) {
            let (room, user) = (room.name().clone(), self.member.user());
            self.connection.send(&Event::Left { room, user, reason: self.member.leave_reason(id) });
        }
    }

    /// Subscribes to `room`, instead of a subscription that the session may have: the client is sent the state of the
    /// room, then all messages after `since`, then the live events.
    pub(super) fn subscribe(
        &mut self,
        room: &Arc<Room>,
        read: Seq,
        since: Seq,
    ) -> ControlFlow<End> {
        let Some(start) = room.subscribe(self.context.config.users_listed) else {
            return ControlFlow::Break(End::Code(EndCode::Shutdown));
        };
        let room = Arc::clone(room);
        self.open_feed(PendingSubscription { room, start, read, since, count: None });
        ControlFlow::Continue(())
    }

    /// The same, after the unread messages were counted, if the client shows their number.
    pub(super) fn subscribe_counting(
        &mut self,
        room: &Arc<Room>,
        read: Seq,
        since: Seq,
    ) -> ControlFlow<End> {
        let Some(counter) = self.counter() else { return self.subscribe(room, read, since) };
        let Some(start) = room.subscribe(self.context.config.users_listed) else {
            return ControlFlow::Break(End::Code(EndCode::Shutdown));
        };
        let subscription =
            PendingSubscription { room: Arc::clone(room), start, read, since, count: None };
        match subscription.without_unread() {
            Ok(subscription) => self.open_feed(subscription),
            Err(subscription) => self.count_for(counter, subscription),
        }
        ControlFlow::Continue(())
    }

    /// Continues a subscription that has waited for its count. Meanwhile the user may have left the room, or have
    /// read further in another session.
    pub(super) fn finish_subscribe(
        &mut self,
        mut subscription: PendingSubscription,
    ) -> ControlFlow<End> {
        let memberships = self.member.memberships();
        let membership =
            memberships.into_iter().find(|membership| membership.room.id == subscription.room.id);
        let Some(membership) = membership else { return self.sync_rooms_counting() };
        if membership.read != subscription.read {
            (subscription.read, subscription.count) = (membership.read, None);
        }
        self.open_feed(subscription);
        ControlFlow::Continue(())
    }

    fn open_feed(&mut self, subscription: PendingSubscription) {
        let PendingSubscription { room, mut start, read, since, count } = subscription;
        let users_listed = self.context.config.users_listed;
        // Looked up after `subscribe`, so that a later change of the name comes through the ring.
        let title = self.member.title(&room);
        self.send_room(&room, &mut start.snapshot, title.clone(), read, count);
        let seq = since.min(start.snapshot.last_seq);
        let catch_up = self.connection.capabilities().catch_up;
        let journal = self.context.hub.journal().clone();
        let view = self.shows.view(self.member.id());
        let pages = self.subscriptions.pages();
        let subscription =
            feed(Arc::clone(&room), journal, start, since, (catch_up, view), pages, users_listed);
        self.subscriptions.insert(&room, title, read, seq, subscription);
    }

    /// Moves the users out of `snapshot`: to copy them would be half of the cost of a join.
    fn send_room(
        &mut self,
        room: &Room,
        snapshot: &mut Snapshot,
        title: Option<UserName>,
        read: Seq,
        unread: Option<UnreadCount>,
    ) {
        let users = std::mem::take(&mut snapshot.users);
        let away = if self.shows.away() { self.member.away_among(&users) } else { Vec::new() };
        let seen_at = self.shows.last_seen().then(|| self.member.last_seen(room)).flatten();
        let roles = self.roles_among(room, &users);
        let (users, _) = fitting_users(users, &away, &roles);
        let Snapshot { topic, rules, count, last_seq, .. } = snapshot;
        let is_direct = matches!(room.key(), RoomKey::Direct(_));
        let rules = (self.shows.roles() && !is_direct).then_some(*rules);
        let (room, topic) = (room.name().clone(), topic.clone());
        let (count, last_seq) = (*count, *last_seq);
        let unread = unread.map(|count| count.unread);
        self.connection.send(&Event::Room(RoomState {
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
            away,
            seen_at,
            rules,
            roles,
        }));
    }

    /// Delivers an item, and all others that are ready, until the connection is full.
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
            FeedItem::Live(batch) => self.deliver(id, &batch),
            FeedItem::CatchUp(missed) => self.send_missed(id, &missed),
            FeedItem::Snapshot(mut snapshot) => {
                if let Some(subscription) = self.subscriptions.get_mut(id) {
                    subscription.title = self.member.title(&subscription.room);
                    let (room, title) =
                        (Arc::clone(&subscription.room), subscription.title.clone());
                    let read = subscription.read;
                    self.send_room(&room, &mut snapshot, title, read, None);
                }
                if id == RoomId::LOBBY {
                    return self.send_titles();
                }
            }
            FeedItem::Skipped(messages) => self.connection.skip(messages),
            FeedItem::Failed(error) => {
                self.log(|| error!(%error, "cannot read the messages that the client has missed; the session ends"));
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

    /// Sends the `room` of each direct message whose title has changed. The session has fallen behind the ring of the
    /// lobby, and may have missed a `renamed` there.
    fn send_titles(&mut self) -> ControlFlow<End> {
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

    fn deliver(&mut self, id: RoomId, batch: &Arc<Batch>) {
        let user = self.member.id();
        if let Items::Update(event) = batch.items() {
            match &**event {
                // Sent when the session leaves the room, see `sync_rooms`.
                Event::Left { user: left, .. } if left.id == user => return,
                // Sent when the session looks at its sanctions, see `send_sanctions`.
                Event::Sanction(sanction) if sanction.id.is_some() && is_about(sanction, user) => {
                    return;
                }
                Event::Pardoned { sanction, .. } if is_about(sanction, user) => return,
                event if self.shows.has(event, user) => {}
                Event::Topic { .. } => return self.send_topic(id),
                _ => return,
            }
        }
        let (session, kinds) = (self.member.session(), self.shows.kinds);
        self.connection.send_batch(batch, Recipient { user, session, kinds });
    }

    /// Sends the state of a room whose topic has changed, as of the last message that the client was sent.
    fn send_topic(&mut self, id: RoomId) {
        let Some(subscription) = self.subscriptions.get(id) else { return };
        let (room, title) = (Arc::clone(&subscription.room), subscription.title.clone());
        let (read, seq) = (subscription.read, subscription.seq);
        let mut snapshot = room.snapshot(self.context.config.users_listed);
        snapshot.last_seq = seq;
        self.send_room(&room, &mut snapshot, title, read, None);
    }

    fn send_missed(&mut self, id: RoomId, missed: &[StoredMessage]) {
        let Some(subscription) = self.subscriptions.get(id) else { return };
        let (user, kinds) = (self.member.id(), self.shows.kinds);
        for message in missed {
            let message = message.to_wire_for(subscription.room.name(), user, kinds);
            self.connection.send(&Event::Message(message));
        }
    }
}

/// How far the user has read a room, and how many messages are unread, if they were counted.
pub(super) fn read_event(room: RoomName, seq: Seq, count: Option<UnreadCount>) -> Event {
    let unread = count.map(|count| count.unread);
    Event::Read {
        room,
        seq,
        last_seq: count.map(|count| count.last_seq),
        unread: unread.map(|unread| unread.messages),
        mentions: unread.map(|unread| unread.mentions),
        more: unread.is_some_and(|unread| unread.more),
    }
}
