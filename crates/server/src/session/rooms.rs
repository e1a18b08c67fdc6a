//! Subscribes the session to the rooms that its user is in, and delivers what happens there to the client.

use std::ops::ControlFlow;
use std::sync::Arc;

use chat_proto::{EndCode, Event, LeaveReason, UserName};
use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tracing::error;

use super::Session;
use super::end::End;
use super::lists::fitting_users;
use super::subscriptions::Subscription;
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
            if self.connection.is_full() {
                return ControlFlow::Continue(());
            }
            match self.subscriptions.get_mut(room.id) {
                // A client that was here before sends `join` with `since` for what it has missed.
                None if is_entry => self.subscribe(&room, read, u64::MAX)?,
                // Something was said there, perhaps, that called the user.
                None => self.subscribe(&room, read, read.max(self.newest_after(&room)))?,
                Some(known) if known.read != read => {
                    known.read = read;
                    self.connection.tell(&Event::Read { room: room.name().clone(), seq: read });
                }
                Some(_) => {}
            }
        }
        self.due = Due::Nothing;
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
        let users_listed = self.context.config.users_listed;
        let Some(mut entry) = room.listen(users_listed) else {
            return ControlFlow::Break(End::Code(EndCode::Shutdown));
        };
        // Looked up after `listen`, so that a later change of the name comes through the channel.
        let title = self.member.title(room);
        self.tell_room(room, &mut entry.snapshot, title.clone(), read);
        let seq = since.min(entry.snapshot.last_seq);
        let catch_up = self.connection.capabilities().catch_up;
        let journal = self.context.hub.journal().clone();
        let pages = self.subscriptions.pages();
        let subscription =
            feed(Arc::clone(room), journal, entry, since, catch_up, pages, users_listed);
        self.subscriptions.insert(room, title, read, seq, subscription);
        ControlFlow::Continue(())
    }

    /// Takes the users out of `snapshot`: they are many, and half of what a join costs.
    fn tell_room(
        &mut self,
        room: &Room,
        snapshot: &mut Snapshot,
        title: Option<UserName>,
        read: u64,
    ) {
        let (users, _) = fitting_users(std::mem::take(&mut snapshot.users));
        let Snapshot { topic, count, last_seq, .. } = snapshot;
        let (room, topic) = (room.name().clone(), topic.clone());
        let (count, last_seq) = (*count, *last_seq);
        self.connection.tell(&Event::Room { room, title, topic, count, users, last_seq, read });
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
                    self.tell_room(&room, &mut snapshot, title, read);
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
