//! The messages of the user that have no answer of the server yet. Each has its device and number from the
//! start, and is sent with them however often it is sent, so it is in the room once. None is sent before the
//! store has stored it, or has failed to.

use std::collections::VecDeque;

use chat_proto::command::{Body, Say};
use chat_proto::{DeviceId, RoomName, ShortString, Timestamp};

pub use crate::store::OUTBOX_MAX;
use crate::store::{MessageId, OwnMessage, StoreOp};

/// A message without an answer.
#[derive(Debug)]
struct PendingMessage {
    message: OwnMessage,
    /// Whether it was sent in this session.
    sent: bool,
    stored: StoreState,
}

/// Whether a message is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StoreState {
    /// It was, before this run.
    Before,
    /// It is once the store has sent this many answers.
    After(u64),
    /// The store is not asked yet.
    NotAsked,
}

impl StoreState {
    /// Whether it is stored after this many answers of the store.
    const fn is_after(self, answered: u64) -> bool {
        match self {
            Self::Before => true,
            Self::After(answer) => answer <= answered,
            Self::NotAsked => false,
        }
    }
}

/// The messages without an answer, in the order in which they were written.
#[derive(Debug, Default)]
pub struct Outbox {
    pending: VecDeque<PendingMessage>,
    /// The device of this run, for new messages.
    device: DeviceId,
    /// The number of the last new message.
    last_n: u64,
    /// How many operations the store was given, and how many answers it has sent.
    asked: u64,
    answered: u64,
    /// Nothing is sent before this answer of the store.
    held_until: u64,
}

impl Outbox {
    /// The outbox of a run of `device`, with the messages `left` by earlier runs. Its own numbers are greater
    /// than theirs: a server of version 0.1.0 takes all for messages of one device.
    pub(crate) fn new(device: DeviceId, left: Vec<OwnMessage>) -> Self {
        let last_n = left.iter().map(|message| message.id.n).max().unwrap_or_default();
        let pending = left.into_iter();
        let stored = StoreState::Before;
        let pending = pending.map(|message| PendingMessage { message, sent: false, stored });
        let pending = pending.collect();
        Self { pending, device, last_n, ..Self::default() }
    }

    /// Replaces all messages, for the same run.
    pub(crate) fn replace(&mut self, messages: Vec<OwnMessage>) {
        let next = Self::new(self.device.clone(), messages);
        self.last_n = self.last_n.max(next.last_n);
        self.pending = next.pending;
    }

    /// Whether it holds [`OUTBOX_MAX`] messages.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.pending.len() >= OUTBOX_MAX
    }

    /// How many are not sent in this session.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.pending.iter().filter(|pending| !pending.sent).count()
    }

    /// Whether a message for that room has no answer.
    #[must_use]
    pub fn has_for(&self, room: &RoomName) -> bool {
        self.messages().any(|message| message.room == *room)
    }

    /// All messages without an answer.
    pub fn messages(&self) -> impl Iterator<Item = &OwnMessage> {
        self.pending.iter().map(|pending| &pending.message)
    }

    /// Adds a message, and returns it with its device and number. If it names another one, that is of the journal of
    /// `epoch`, and was stored at `named_at`.
    pub(crate) fn put(
        &mut self,
        room: RoomName,
        body: Body,
        epoch: Option<ShortString>,
        named_at: Option<Timestamp>,
    ) -> OwnMessage {
        let mut message = OwnMessage { id: self.next_id(), room, body, epoch: None, named_at };
        message.epoch = epoch.filter(|_| message.names_messages());
        let stored = StoreState::NotAsked;
        self.pending.push_back(PendingMessage { message: message.clone(), sent: false, stored });
        message
    }

    fn next_id(&mut self) -> MessageId {
        self.last_n += 1;
        MessageId { device: self.device.clone(), n: self.last_n }
    }

    /// Another message has the number of this one: gives it a new one, under which it is to be sent. Returns
    /// the new one.
    pub(crate) fn renumber(&mut self, id: &MessageId) -> Option<MessageId> {
        let index = self.pending.iter().position(|pending| pending.message.id == *id)?;
        let new = self.next_id();
        let pending = self.pending.get_mut(index)?;
        pending.message.id = new.clone();
        pending.sent = false;
        Some(new)
    }

    /// The store is given an operation; its answers come in order. After a token or a number has changed, no
    /// message is sent before that is stored: after a crash the client would send it again as another
    /// message.
    pub(crate) fn record_op(&mut self, op: &StoreOp) {
        self.asked += 1;
        match op {
            StoreOp::Message(message) => {
                let pending = self.pending.iter_mut().find(|other| other.message.id == message.id);
                if let Some(pending) = pending {
                    pending.stored = StoreState::After(self.asked);
                }
            }
            StoreOp::Pending(_) | StoreOp::Token(_) => self.held_until = self.asked,
            StoreOp::Acknowledged(_)
            | StoreOp::Drafts(_)
            | StoreOp::Choices(_)
            | StoreOp::ForgetToken(_)
            | StoreOp::Name(_) => {}
        }
    }

    /// The store has answered an operation. Returns the message that is stored now, if it was one.
    pub(crate) fn record_answer(&mut self) -> Option<&MessageId> {
        self.answered += 1;
        let answer = StoreState::After(self.answered);
        let stored = self.pending.iter().find(|pending| pending.stored == answer);
        stored.map(|pending| &pending.message.id)
    }

    /// Whether the store has answered for that message.
    pub(crate) fn is_stored(&self, id: &MessageId) -> bool {
        let pending = self.pending.iter().find(|pending| pending.message.id == *id);
        pending.is_none_or(|pending| pending.stored.is_after(self.answered))
    }

    /// Whether a message is not stored yet.
    #[must_use]
    pub fn is_storing(&self) -> bool {
        self.pending.iter().any(|pending| !pending.stored.is_after(self.answered))
    }

    /// Takes the messages to send: those that are stored and not sent in this session, in order, up to the
    /// first that is not stored.
    pub(crate) fn take_ready(&mut self) -> Vec<Say> {
        if self.answered < self.held_until {
            return Vec::new();
        }
        let answered = self.answered;
        let stored = self.pending.iter_mut();
        let stored = stored.take_while(|pending| pending.stored.is_after(answered));
        let waiting = stored.filter(|pending| !pending.sent);
        waiting
            .map(|pending| {
                pending.sent = true;
                pending.message.command(&self.device)
            })
            .collect()
    }

    /// The message that an answer with this device and number is about. A server of version 0.1.0 names no device.
    pub(crate) fn find(&self, device: Option<&DeviceId>, n: u64) -> Option<MessageId> {
        let has = |id: &&MessageId| id.n == n && id.device == *device.unwrap_or(&self.device);
        let ids = || self.pending.iter().map(|pending| &pending.message.id);
        let sent = || self.pending.iter().filter(|pending| pending.sent);
        let unnamed = || sent().map(|pending| &pending.message.id).find(|id| id.n == n);
        let found = ids().find(has).or_else(|| device.is_none().then(unnamed).flatten());
        found.cloned()
    }

    /// Removes a message that the server has answered, and returns it.
    pub(crate) fn acknowledge(&mut self, id: &MessageId) -> Option<OwnMessage> {
        let index = self.pending.iter().position(|pending| pending.message.id == *id)?;
        self.pending.remove(index).map(|pending| pending.message)
    }

    /// The session has ended: all messages are to be sent again.
    pub(crate) fn mark_unsent(&mut self) {
        for pending in &mut self.pending {
            pending.sent = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::Text;

    use super::*;

    fn outbox(count: u64) -> Outbox {
        let mut outbox = Outbox::new(word("this"), Vec::new());
        for number in 1..=count {
            says(&mut outbox, &format!("text {number}"));
        }
        outbox
    }

    /// Adds a message, and stores it.
    fn says(outbox: &mut Outbox, text: &str) -> OwnMessage {
        let message =
            outbox.put(RoomName::lobby(), Body::text(Text::new(text).unwrap()), None, None);
        outbox.record_op(&StoreOp::Message(message.clone()));
        assert!(!outbox.is_stored(&message.id));
        assert_eq!(outbox.record_answer(), Some(&message.id));
        message
    }

    fn word(word: &str) -> DeviceId {
        DeviceId::new(word).unwrap()
    }

    fn left(device: &str, n: u64) -> OwnMessage {
        let id = MessageId { device: word(device), n };
        let text = Text::new(format!("left {n}")).unwrap();
        OwnMessage {
            id,
            room: RoomName::lobby(),
            body: Body::text(text),
            epoch: None,
            named_at: None,
        }
    }

    fn ids(says: &[Say]) -> Vec<(Option<&str>, u64)> {
        says.iter().map(|say| (say.device.as_ref().map(DeviceId::as_str), say.n.unwrap())).collect()
    }

    fn acknowledge(outbox: &mut Outbox, device: Option<&str>, n: u64) -> bool {
        let id = outbox.find(device.map(word).as_ref(), n);
        id.and_then(|id| outbox.acknowledge(&id)).is_some()
    }

    #[test]
    fn a_message_without_an_answer_is_sent_again_under_its_number() {
        let mut outbox = outbox(3);
        outbox.take_ready();
        assert!(acknowledge(&mut outbox, None, 1));
        assert!(!acknowledge(&mut outbox, None, 1));
        outbox.mark_unsent();
        assert_eq!(outbox.waiting(), 2);
        let again = outbox.take_ready();
        assert_eq!(ids(&again), [(None, 2), (None, 3)]);
        assert_eq!(again[0].body.as_str(), "text 2");
        assert!(outbox.take_ready().is_empty());
    }

    #[test]
    fn messages_of_earlier_runs_are_sent_under_their_devices_and_new_numbers_are_greater() {
        let mut outbox =
            Outbox::new(word("this"), vec![left("one", 7), left("two", 3), left("two", 7)]);
        let new = says(&mut outbox, "x");
        assert_eq!(new.id, MessageId { device: word("this"), n: 8 });
        let sent = outbox.take_ready();
        assert_eq!(ids(&sent), [(Some("one"), 7), (Some("two"), 3), (Some("two"), 7), (None, 8)]);
        assert!(!acknowledge(&mut outbox, Some("this"), 7), "that is another message");
        assert!(acknowledge(&mut outbox, Some("two"), 7));
        assert!(!acknowledge(&mut outbox, Some("two"), 7));
        assert!(acknowledge(&mut outbox, Some("one"), 7));
        // A server of version 0.1.0 knows the number alone.
        assert!(acknowledge(&mut outbox, None, 3));
        assert!(acknowledge(&mut outbox, None, 8));
        assert_eq!(outbox.messages().count(), 0);
    }

    #[test]
    fn a_number_that_was_used_is_replaced_by_a_new_one() {
        let mut outbox = Outbox::new(word("this"), vec![left("one", 7)]);
        outbox.take_ready();
        let id = outbox.renumber(&left("one", 7).id).unwrap();
        assert_eq!(id, MessageId { device: word("this"), n: 8 });
        assert_eq!(ids(&outbox.take_ready()), [(None, 8)]);
        assert_eq!(outbox.renumber(&left("one", 7).id), None);
    }

    #[test]
    fn it_is_bounded() {
        assert!(!outbox(99).is_full());
        assert!(outbox(OUTBOX_MAX as u64).is_full());
    }
}
