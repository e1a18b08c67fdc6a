//! A room: its users, its topic, and the ring by which its sessions receive messages and changes.
//!
//! Only the hub changes a room, under the room's lock, which is held briefly and never across an `await`.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_proto::{Event, LeaveReason, RoomName, Rules, Seq, Topic, User, UserId, UserName};

use crate::batch::{Batch, Live, Publication, Ring, Rings};
use crate::config::{BATCH_BYTES_MAX, ROOM_RING_BATCHES};
use crate::journal::{RoomId, RoomKey, RoomRecord};

#[derive(Debug)]
pub(crate) struct Room {
    /// Its number in the journal.
    pub id: RoomId,
    key: RoomKey,
    name: RoomName,
    presence_users: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    topic: Topic,
    rules: Rules,
    users: BTreeMap<UserName, User>,
    last_seq: Seq,
    /// Changes of the room other than messages (a user, a name, the topic). A session that lagged compares it
    /// to learn whether its snapshot still holds.
    changes: u64,
    /// `None` while no session is subscribed: such a room needs no ring.
    live: Option<Ring>,
    rings: Arc<Rings>,
    is_closed: bool,
}

/// The start of a feed: a snapshot of a room, and a receiver of everything after it.
#[derive(Debug)]
pub(crate) struct FeedStart {
    /// The room.
    pub snapshot: Snapshot,
    /// Receives everything after the snapshot.
    pub live: Live,
}

/// A room at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// Its topic.
    pub topic: Topic,
    /// Its rules.
    pub rules: Rules,
    /// Number of users in it.
    pub count: usize,
    /// The first of them, by name.
    pub users: Vec<User>,
    /// The `seq` of its last message; 0 before the first.
    pub last_seq: Seq,
    /// Number of changes so far, other than messages.
    pub changes: u64,
}

impl Room {
    /// A stored room, without users. A room with more than `presence_users` users sends their number rather than each
    /// `joined` and `left`. `rings` bounds the memory of its ring.
    #[must_use]
    pub(crate) fn new(record: RoomRecord, presence_users: usize, rings: &Arc<Rings>) -> Arc<Self> {
        let name = match &record.key {
            RoomKey::Named(name) => name.clone(),
            RoomKey::Direct(pair) => {
                let [one, other] = pair.ids();
                RoomName::direct(one, other)
            }
        };
        let state = State {
            topic: record.topic,
            rules: record.rules,
            users: BTreeMap::new(),
            last_seq: record.last_seq,
            changes: 0,
            live: None,
            rings: Arc::clone(rings),
            is_closed: false,
        };
        let (id, key) = (record.id, record.key);
        Arc::new(Self { id, key, name, presence_users, state: Mutex::new(state) })
    }

    #[must_use]
    pub(crate) const fn key(&self) -> &RoomKey {
        &self.key
    }

    /// The other user, if this is a direct message of `user`.
    #[must_use]
    pub(crate) fn other(&self, user: UserId) -> Option<UserId> {
        let RoomKey::Direct(pair) = self.key else { return None };
        pair.ids().into_iter().find(|id| *id != user)
    }

    /// Its name, or the address of a direct message. It never changes.
    #[must_use]
    pub(crate) const fn name(&self) -> &RoomName {
        &self.name
    }

    /// The `seq` of its last message; 0 before the first.
    #[must_use]
    pub(crate) fn last_seq(&self) -> Seq {
        self.state().last_seq
    }

    /// Its rules.
    #[must_use]
    pub(crate) fn rules(&self) -> Rules {
        self.state().rules
    }

    /// Gives it other rules.
    pub(crate) fn set_rules(&self, rules: Rules) {
        self.state().rules = rules;
    }

    /// Whether it has neither a message nor a topic.
    #[must_use]
    pub(crate) fn is_blank(&self) -> bool {
        let state = self.state();
        state.last_seq == Seq::NONE && state.topic.as_str().is_empty()
    }

    /// Returns a snapshot of the room.
    #[must_use]
    pub(crate) fn snapshot(&self, users_listed: usize) -> Snapshot {
        self.state().snapshot(users_listed)
    }

    /// Returns a snapshot of the room and a receiver of everything after it, with nothing lost or doubled between the
    /// two; `None` if the daemon is going away. It does not put a user on the list.
    #[must_use]
    pub(crate) fn subscribe(&self, users_listed: usize) -> Option<FeedStart> {
        let mut state = self.state();
        if state.is_closed {
            return None;
        }
        let snapshot = state.snapshot(users_listed);
        let live = state.live.get_or_insert_with(|| Ring::new(ROOM_RING_BATCHES));
        Some(FeedStart { snapshot, live: live.subscribe() })
    }

    /// The topic, and the number of users.
    #[must_use]
    pub(crate) fn info(&self) -> (Topic, usize) {
        let state = self.state();
        (state.topic.clone(), state.users.len())
    }

    /// Up to `limit` users by name, after the name `after`, and whether there are more.
    #[must_use]
    pub(crate) fn users(&self, after: Option<&UserName>, limit: usize) -> (Vec<User>, bool) {
        let state = self.state();
        let mut rest =
            state.users.range::<UserName, _>((after.map_or(Unbounded, Excluded), Unbounded));
        let users = rest.by_ref().take(limit).map(|(_, user)| user.clone()).collect();
        (users, rest.next().is_some())
    }

    /// Calls `look` with the users, sorted by name, under the lock.
    pub(crate) fn with_users<T>(&self, look: impl FnOnce(&BTreeMap<UserName, User>) -> T) -> T {
        look(&self.state().users)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic leaves the state whole: each change is one insertion or removal, and its event.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The changes of a room. Only the hub makes them.
impl Room {
    /// Puts `user` on the list and sends `joined`; in a large room returns true instead, so that the caller sends the
    /// number of users later ([`Room::publish_presence`]).
    #[must_use]
    pub(crate) fn enter(&self, user: &User) -> bool {
        let mut state = self.state();
        if state.users.insert(user.name.clone(), user.clone()).is_some() {
            return false;
        }
        let is_large = state.users.len() > self.presence_users;
        if !is_large {
            state.publish_update(Event::Joined { room: self.name.clone(), user: user.clone() });
        }
        is_large
    }

    /// Takes `user` off the list and sends `left`; in a large room returns true instead, as [`Room::enter`] does.
    #[must_use]
    pub(crate) fn leave(&self, user: &User, reason: LeaveReason) -> bool {
        let mut state = self.state();
        if state.users.remove(&user.name).is_none() {
            return false;
        }
        let is_large = state.users.len() >= self.presence_users;
        if !is_large {
            let (room, user) = (self.name.clone(), user.clone());
            state.publish_update(Event::Left { room, user, reason });
        }
        is_large
    }

    /// Gives `user` another name. Only the lobby sends it, since everybody is there.
    pub(crate) fn rename(&self, user: &User, name: &UserName) {
        let mut state = self.state();
        if state.users.remove(&user.name).is_some() {
            state.users.insert(name.clone(), User { id: user.id, name: name.clone() });
            if self.id == RoomId::LOBBY {
                state.publish_renamed(user, name);
            }
        }
    }

    /// Sends the new name of `user`, who is not connected and so not on the list.
    pub(crate) fn publish_renamed(&self, user: &User, name: &UserName) {
        self.state().publish_renamed(user, name);
    }

    /// Sends a change that the list of users and the topic do not show: who is away, a role, the rules.
    pub(crate) fn publish_change(&self, event: Event) {
        self.state().publish_update(event);
    }

    /// Sets the topic, and sends it.
    pub(crate) fn set_topic(&self, user: &User, topic: &Topic) {
        let mut state = self.state();
        state.topic = topic.clone();
        let (room, topic, user) = (self.name.clone(), topic.clone(), user.clone());
        state.publish_update(Event::Topic { room, topic, user });
    }

    /// Sends the number of users.
    pub(crate) fn publish_presence(&self) {
        let mut state = self.state();
        let count = state.users.len();
        state.publish_update(Event::Presence { room: self.name.clone(), count });
    }

    /// Sends stored messages to all sessions in the room. Called once for each commit, in commit order.
    pub(crate) fn publish_messages(&self, publications: Vec<Publication>) {
        let mut state = self.state();
        state.last_seq = publications.last().map_or(state.last_seq, |last| last.message.seq);
        if state.live.is_none() {
            return;
        }
        let length = |publication: &Publication| publication.message.text.as_str().len();
        if publications.iter().map(length).sum::<usize>() <= BATCH_BYTES_MAX {
            return state.publish_batch(publications, &self.name);
        }
        let mut publications = publications.into_iter().peekable();
        while publications.peek().is_some() {
            let mut bytes = 0;
            let mut batch = Vec::with_capacity(publications.len());
            while let Some(one) = publications.next_if(|_| bytes < BATCH_BYTES_MAX) {
                bytes += length(&one);
                batch.push(one);
            }
            state.publish_batch(batch, &self.name);
        }
    }

    /// Ends the room: each receiver takes what was sent so far, then the end.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.live = None;
    }
}

impl State {
    fn snapshot(&self, users_listed: usize) -> Snapshot {
        Snapshot {
            topic: self.topic.clone(),
            rules: self.rules,
            count: self.users.len(),
            users: self.users.values().take(users_listed).cloned().collect(),
            last_seq: self.last_seq,
            changes: self.changes,
        }
    }

    /// Counts and sends a change. Each feed counts the changes that it receives, in the same way.
    fn publish_update(&mut self, event: Event) {
        self.changes += 1;
        if self.live.is_some() {
            self.publish(Batch::update(event, &self.rings));
        }
    }

    fn publish_renamed(&mut self, user: &User, name: &UserName) {
        self.publish_update(Event::Renamed { user: user.clone(), name: name.clone() });
    }

    fn publish_batch(&mut self, messages: Vec<Publication>, name: &RoomName) {
        let count = messages.len();
        let readers = self.publish(Batch::messages(messages, name.clone(), &self.rings));
        self.rings.count_delivered(count, readers);
    }

    /// Sends a batch. Returns the number of sessions.
    fn publish(&mut self, batch: Batch) -> usize {
        let readers = self.live.as_ref().map_or(0, |live| live.send(batch, &self.rings));
        if readers == 0 {
            self.live = None; // no session is subscribed any more
        }
        readers
    }
}

#[cfg(test)]
mod tests;
