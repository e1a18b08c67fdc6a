//! A room: who is in it, what is said in it, in one order for all.
//!
//! No locks, no clock, no sockets: the hub calls, one call at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use chat_proto::command::Kind;
use chat_proto::limits::LINE_BYTES_MAX;
use chat_proto::{At, Event, LeaveReason, Message, RoomName, Text, User, UserName};
use tokio::sync::broadcast;

use crate::config::ROOM_RING_EVENTS;
use crate::published::Published;

/// Where a session takes the events of a room from, in the room's order.
pub type Live = broadcast::Receiver<Arc<Published>>;

/// One room.
#[derive(Debug)]
pub struct Room {
    name: RoomName,
    users: BTreeMap<UserName, User>,
    last_seq: u64,
    live: broadcast::Sender<Arc<Published>>,
}

impl Room {
    /// An empty room.
    #[must_use]
    pub fn new(name: RoomName) -> Self {
        let (live, _) = broadcast::channel(ROOM_RING_EVENTS);
        Self { name, users: BTreeMap::new(), last_seq: 0, live }
    }

    /// Takes `user` in and tells the others. Returns the room as it is now and what happens in it
    /// from now on, with nothing lost or doubled between the two.
    pub fn enter(&mut self, user: &User, users_listed: usize) -> (Event, Live) {
        self.publish(Event::Joined { room: self.name.clone(), user: user.clone() }, None);
        self.users.insert(user.name.clone(), user.clone());
        (self.snapshot(users_listed), self.live.subscribe())
    }

    /// Takes `user` out and tells the others.
    pub fn leave(&mut self, user: &User, reason: LeaveReason) {
        if self.users.remove(&user.name).is_some() {
            let room = self.name.clone();
            self.publish(Event::Left { room, user: user.clone(), reason }, None);
        }
    }

    /// Gives `user` another name and tells everybody.
    pub fn rename(&mut self, user: &User, name: &UserName) {
        self.users.remove(&user.name);
        self.users.insert(name.clone(), User { id: user.id, name: name.clone() });
        self.publish(Event::Renamed { user: user.clone(), name: name.clone() }, None);
    }

    /// Takes what `from` says, gives it its place in the room, and tells the others.
    pub fn say(&mut self, from: &User, kind: Kind, text: Text, at: At) -> u64 {
        self.last_seq += 1;
        let message = Message {
            room: self.name.clone(),
            seq: self.last_seq,
            from: from.clone(),
            at,
            kind,
            text,
        };
        self.publish(Event::Message(message), Some(from.id));
        self.last_seq
    }

    /// The number of the user called `name`, if there is one.
    #[must_use]
    pub fn id_of(&self, name: &UserName) -> Option<u64> {
        self.users.get(name).map(|user| user.id)
    }

    /// Everybody in the room, by name.
    pub fn users(&self) -> impl ExactSizeIterator<Item = &User> {
        self.users.values()
    }

    fn snapshot(&self, users_listed: usize) -> Event {
        Event::Room {
            room: self.name.clone(),
            topic: String::new(),
            count: self.users.len(),
            users: fitting(self.users().take(users_listed)).cloned().collect(),
            last_seq: self.last_seq,
        }
    }

    fn publish(&self, event: Event, answered: Option<u64>) {
        // Fails only where nobody is in the room; then nobody is to be told.
        let _ = self.live.send(Arc::new(Published::new(event, answered)));
    }
}

/// As many of `users` as are sure to fit a line of the wire.
fn fitting<'a>(users: impl Iterator<Item = &'a User>) -> impl Iterator<Item = &'a User> {
    /// What a line has room for besides the users: its other fields.
    const LIST_BYTES_MAX: usize = LINE_BYTES_MAX - 4096;
    /// What an entry takes besides its name: field names, a number of 20 digits, punctuation.
    const ENTRY_BYTES: usize = 40;
    let mut bytes = 0;
    users.take_while(move |user| {
        // JSON escapes some characters, with one more byte each.
        bytes += ENTRY_BYTES + 2 * user.name.as_str().len();
        bytes <= LIST_BYTES_MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: u64, name: &str) -> User {
        User { id, name: UserName::new(name).unwrap() }
    }

    fn heard(live: &mut Live) -> Vec<Event> {
        std::iter::from_fn(|| live.try_recv().ok()).map(|one| one.event.clone()).collect()
    }

    #[test]
    fn who_enters_gets_the_room_and_all_that_comes_after() {
        let mut room = Room::new(RoomName::lobby());
        let (ana, bob) = (user(1, "ana"), user(2, "bob"));
        let (_, mut anas) = room.enter(&ana, 500);
        let (snapshot, mut bobs) = room.enter(&bob, 500);

        let Event::Room { users, count, last_seq, .. } = snapshot else { panic!("{snapshot:?}") };
        assert_eq!((users, count, last_seq), (vec![ana.clone(), bob.clone()], 2, 0));
        assert_eq!(heard(&mut bobs), [], "nobody is told of himself");
        let joined = Event::Joined { room: RoomName::lobby(), user: bob.clone() };
        assert_eq!(heard(&mut anas), [joined]);

        room.leave(&bob, LeaveReason::Bye);
        room.leave(&bob, LeaveReason::Bye);
        let left = Event::Left { room: RoomName::lobby(), user: bob, reason: LeaveReason::Bye };
        assert_eq!(heard(&mut anas), [left], "who is gone does not leave again");
    }

    #[test]
    fn messages_are_numbered_without_a_gap() {
        let mut room = Room::new(RoomName::lobby());
        let ana = user(1, "ana");
        let (_, mut live) = room.enter(&ana, 500);
        for n in 1..=3 {
            let text = Text::new(format!("message {n}")).unwrap();
            assert_eq!(room.say(&ana, Kind::Text, text, At::from_millis(0)), n);
        }
        let seqs: Vec<u64> = heard(&mut live)
            .into_iter()
            .map(|event| match event {
                Event::Message(message) => message.seq,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(seqs, [1, 2, 3]);
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let mut room = Room::new(RoomName::lobby());
        for id in 1..=9 {
            let _ = room.enter(&user(id, &format!("user{id}")), 3);
        }
        let (Event::Room { users, count, .. }, _) = room.enter(&user(10, "zoe"), 3) else {
            panic!("no room");
        };
        assert_eq!((users.len(), count), (3, 10));
    }

    #[test]
    fn a_list_of_the_longest_names_fits_a_line() {
        let mut room = Room::new(RoomName::lobby());
        for id in 1..=500 {
            let name = format!("{id:03}{}", "😀".repeat(29));
            let _ = room.enter(&user(id, &name), 500);
        }
        let (snapshot, _) = room.enter(&user(501, "zoe"), 500);
        let line = serde_json::to_string(&snapshot).unwrap();
        assert!(line.len() <= LINE_BYTES_MAX, "{} bytes", line.len());
        let Event::Room { users, count, .. } = snapshot else { panic!("{snapshot:?}") };
        assert!(users.len() > 100 && count == 501);
    }
}
