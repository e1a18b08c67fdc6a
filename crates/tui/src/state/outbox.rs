//! What the user said that is not settled: waiting for a session, or for the server's answer.

use std::collections::VecDeque;

use chat_proto::command::{Kind, Say};
use chat_proto::{RoomName, Text};

use super::EntryId;

/// Most messages that may be unsettled: more than anybody types while a server restarts.
pub const OUTBOX_MAX: usize = 100;

/// A message of the user's own that is not settled.
#[derive(Debug)]
pub struct Unsettled {
    /// Its entry in the log.
    pub entry: EntryId,
    room: RoomName,
    kind: Kind,
    text: Text,
    /// The number it was sent under; `None` while it waits for a session.
    n: Option<u64>,
}

/// The unsettled messages, in the order in which they were said.
#[derive(Debug, Default)]
pub struct Outbox {
    unsettled: VecDeque<Unsettled>,
    /// The last number given out.
    last_n: u64,
}

impl Outbox {
    /// Whether nothing more can be said for now.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.unsettled.len() >= OUTBOX_MAX
    }

    /// How many wait for a session.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.unsettled.iter().filter(|message| message.n.is_none()).count()
    }

    /// Takes a message, to wait for a session.
    pub fn put(&mut self, entry: EntryId, room: RoomName, kind: Kind, text: Text) {
        self.unsettled.push_back(Unsettled { entry, room, kind, text, n: None });
    }

    /// Never gives out a number the server has already seen from this device.
    pub fn start_after(&mut self, last_n: u64) {
        self.last_n = self.last_n.max(last_n);
    }

    /// Numbers all that waits, and returns it to be sent, in order.
    pub fn send(&mut self) -> Vec<Say> {
        let waiting = self.unsettled.iter_mut().filter(|message| message.n.is_none());
        waiting
            .map(|message| {
                self.last_n += 1;
                message.n = Some(self.last_n);
                Say {
                    room: message.room.clone(),
                    kind: message.kind,
                    n: message.n,
                    text: message.text.clone(),
                }
            })
            .collect()
    }

    /// The server has answered number `n`: it is no longer unsettled.
    pub fn settle(&mut self, n: u64) -> Option<EntryId> {
        let place = self.unsettled.iter().position(|message| message.n == Some(n))?;
        self.unsettled.remove(place).map(|message| message.entry)
    }

    /// The session is over, in which all up to `written` went out. What went out without an answer
    /// may or may not be kept: it is returned, and never sent again by itself. The rest waits.
    pub fn lost(&mut self, written: u64) -> Vec<EntryId> {
        let mut unknown = Vec::new();
        self.unsettled.retain_mut(|message| {
            let went_out = message.n.is_some_and(|n| n <= written);
            if went_out {
                unknown.push(message.entry);
            }
            message.n = None;
            !went_out
        });
        unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(count: u64) -> Outbox {
        let mut outbox = Outbox::default();
        for entry in 1..=count {
            let text = Text::new(format!("text {entry}")).unwrap();
            outbox.put(EntryId(entry), RoomName::lobby(), Kind::Text, text);
        }
        outbox
    }

    fn numbers(says: &[Say]) -> Vec<u64> {
        says.iter().filter_map(|say| say.n).collect()
    }

    #[test]
    fn numbers_go_on_where_the_server_has_left_off() {
        let mut outbox = outbox(2);
        outbox.start_after(7);
        assert_eq!(numbers(&outbox.send()), [8, 9]);
        assert!(outbox.send().is_empty());
        assert_eq!(outbox.settle(9), Some(EntryId(2)));
        assert_eq!(outbox.settle(9), None);
    }

    #[test]
    fn only_what_never_went_out_is_sent_again() {
        let mut outbox = outbox(3);
        outbox.send();
        assert_eq!(outbox.lost(1), [EntryId(1)]);
        let again = outbox.send();
        assert_eq!(numbers(&again), [4, 5]);
        assert_eq!(again[0].text.as_str(), "text 2");
    }

    #[test]
    fn it_is_bounded() {
        assert!(!outbox(99).is_full());
        assert!(outbox(OUTBOX_MAX as u64).is_full());
    }
}
