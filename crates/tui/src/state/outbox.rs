//! What the user said that is not settled: waiting for a session, or for the server's answer. Each
//! has its number from the start and keeps it until the server has answered, however often it is
//! said again: so it is in the room once.

use std::collections::VecDeque;

use chat_proto::command::{Kind, Say};
use chat_proto::{RoomName, Text};

/// Most messages that may be unsettled: more than anybody types while a server restarts.
pub const OUTBOX_MAX: usize = 100;

/// A message of the user's own that is not settled.
#[derive(Debug)]
struct Unsettled {
    say: Say,
    /// Whether it was sent in this session.
    sent: bool,
}

impl Unsettled {
    fn n(&self) -> u64 {
        self.say.n.unwrap_or_default()
    }
}

/// The unsettled messages, in the order in which they were said.
#[derive(Debug, Default)]
pub struct Outbox {
    unsettled: VecDeque<Unsettled>,
    /// The last number given out.
    last_n: u64,
}

/// What a welcome says of what is not settled.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// The server keeps these; the rest is to be said again.
    Kept(Vec<u64>),
    /// The server knows numbers that were never given out here: the old ones have these instead.
    Renumbered(Vec<(u64, u64)>),
}

impl Outbox {
    /// An outbox as it was kept.
    #[must_use]
    pub fn new(last_n: u64, unsettled: Vec<Say>) -> Self {
        let unsettled = unsettled.into_iter().map(|say| Unsettled { say, sent: false }).collect();
        Self { unsettled, last_n }
    }

    /// Whether nothing more can be said for now.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.unsettled.len() >= OUTBOX_MAX
    }

    /// How many wait for a session.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.unsettled.iter().filter(|message| !message.sent).count()
    }

    /// Whether something for that room is not settled.
    #[must_use]
    pub fn has_for(&self, room: &RoomName) -> bool {
        self.unsettled.iter().any(|message| message.say.room == *room)
    }

    /// All that is not settled.
    pub fn says(&self) -> impl Iterator<Item = &Say> {
        self.unsettled.iter().map(|message| &message.say)
    }

    /// Takes a message, to wait for a session; returns it with its number.
    pub fn put(&mut self, room: RoomName, kind: Kind, text: Text) -> Say {
        self.last_n += 1;
        let say = Say { room, kind, n: Some(self.last_n), device: None, text };
        self.unsettled.push_back(Unsettled { say: say.clone(), sent: false });
        say
    }

    /// A session begins with the server knowing all up to `last`.
    pub fn begin(&mut self, last: u64) -> Known {
        if last > self.last_n {
            self.last_n = last;
            let mut renumbered = Vec::new();
            for message in &mut self.unsettled {
                self.last_n += 1;
                renumbered.push((message.n(), self.last_n));
                message.say.n = Some(self.last_n);
            }
            return Known::Renumbered(renumbered);
        }
        let kept = self.unsettled.iter().map(Unsettled::n).filter(|n| *n <= last).collect();
        self.unsettled.retain(|message| message.n() > last);
        Known::Kept(kept)
    }

    /// The room `from` is called `to` now. Returns whether something for it is not settled.
    pub fn renamed(&mut self, from: &RoomName, to: &RoomName) -> bool {
        let is_there = self.has_for(from);
        for message in self.unsettled.iter_mut().filter(|message| message.say.room == *from) {
            message.say.room = to.clone();
        }
        is_there
    }

    /// All that was not sent in this session, in order; it counts as sent.
    pub fn send(&mut self) -> Vec<Say> {
        let waiting = self.unsettled.iter_mut().filter(|message| !message.sent);
        waiting
            .map(|message| {
                message.sent = true;
                message.say.clone()
            })
            .collect()
    }

    /// The server has answered number `n`: it is no longer unsettled.
    pub fn settle(&mut self, n: u64) -> Option<Say> {
        let place = self.unsettled.iter().position(|message| message.n() == n)?;
        self.unsettled.remove(place).map(|message| message.say)
    }

    /// The session is over: all that is left is to be said again.
    pub fn lost(&mut self) {
        for message in &mut self.unsettled {
            message.sent = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(count: u64) -> Outbox {
        let mut outbox = Outbox::default();
        for number in 1..=count {
            let text = Text::new(format!("text {number}")).unwrap();
            outbox.put(RoomName::lobby(), Kind::Text, text);
        }
        outbox
    }

    fn numbers<'a>(says: impl IntoIterator<Item = &'a Say>) -> Vec<u64> {
        says.into_iter().filter_map(|say| say.n).collect()
    }

    #[test]
    fn what_the_server_keeps_is_not_said_again() {
        let mut outbox = outbox(4);
        assert_eq!(outbox.begin(2), Known::Kept(vec![1, 2]));
        assert_eq!(numbers(&outbox.send()), [3, 4]);
        assert!(outbox.send().is_empty());
        assert_eq!(outbox.settle(3).and_then(|say| say.n), Some(3));
        assert_eq!(outbox.settle(3), None);
    }

    #[test]
    fn what_was_not_answered_is_said_again_under_its_first_number() {
        let mut outbox = outbox(3);
        outbox.send();
        outbox.settle(1);
        outbox.lost();
        assert_eq!(outbox.waiting(), 2);
        assert_eq!(outbox.begin(1), Known::Kept(vec![]));
        let again = outbox.send();
        assert_eq!(numbers(&again), [2, 3]);
        assert_eq!(again[0].text.as_str(), "text 2");
    }

    #[test]
    fn numbers_go_on_where_an_earlier_run_has_left_off() {
        let mut outbox = Outbox::new(7, Vec::new());
        assert_eq!(outbox.put(RoomName::lobby(), Kind::Text, Text::new("x").unwrap()).n, Some(8));
    }

    #[test]
    fn numbers_that_are_not_ours_are_not_taken_for_ours() {
        let mut outbox = outbox(2);
        assert_eq!(outbox.begin(9), Known::Renumbered(vec![(1, 10), (2, 11)]));
        assert_eq!(numbers(&outbox.send()), [10, 11]);
    }

    #[test]
    fn it_is_bounded() {
        assert!(!outbox(99).is_full());
        assert!(outbox(OUTBOX_MAX as u64).is_full());
    }
}
