//! The messages that one client received.

use std::collections::HashSet;

use super::{Label, Position, Read, State};

/// An `accepted` of a client: the message, its room, and its `seq` if it is known.
pub(super) type Accepted = (Label, u32, Option<u64>);

/// The messages that one client received.
#[derive(Debug)]
pub struct Record {
    pub(super) client: u32,
    /// The number of its user.
    pub(super) user: u32,
    /// True if its messages are stored in the order of their numbers, over all its runs. Two clients on one
    /// directory take over each other's outboxes as they start, so their messages are not.
    pub(super) is_ordered: bool,
    /// True if none of its messages may be stored.
    pub(super) is_barred: bool,
    pub(super) accepted: Vec<Accepted>,
    /// The same, from before a backup was restored.
    pub(super) accepted_before: Vec<Accepted>,
    pub(super) read: Vec<(Position, Read)>,
    /// The same, from before a backup was restored.
    pub(super) read_before: Vec<(Position, Read)>,
    /// The states of messages at the end.
    pub(super) states: Vec<(Position, State)>,
    /// Messages that a classic client read, which does not receive their positions.
    pub(super) classic_read: Vec<Label>,
    /// True if they are from before a backup was restored.
    pub(super) is_classic_before: bool,
    pub(super) rooms: HashSet<u32>,
    /// Number of connections.
    pub connections: u64,
}

impl Record {
    pub(crate) fn new(client: u32, user: u32) -> Self {
        Self {
            client,
            user,
            is_ordered: true,
            is_barred: false,
            accepted: Vec::new(),
            accepted_before: Vec::new(),
            read: Vec::new(),
            read_before: Vec::new(),
            states: Vec::new(),
            classic_read: Vec::new(),
            is_classic_before: false,
            rooms: HashSet::new(),
            connections: 0,
        }
    }

    /// Does not expect the client's messages in the order of their numbers.
    pub(crate) const fn set_unordered(&mut self) {
        self.is_ordered = false;
    }

    /// Expects none of its messages in the journal.
    pub(crate) const fn set_barred(&mut self) {
        self.is_barred = true;
    }

    /// Adds an `accepted`. `seq` is `None` if the client does not know the position.
    pub(crate) fn add_accepted(&mut self, label: Label, room: u32, seq: Option<u64>) {
        self.accepted.push((label, room, seq));
    }

    /// Adds an `accepted` from before a backup was restored.
    pub(crate) fn add_accepted_before(&mut self, label: Label, room: u32, seq: Option<u64>) {
        self.accepted_before.push((label, room, seq));
    }

    /// Adds a message that the client read.
    pub(crate) fn add_read(&mut self, position: Position, label: Label) {
        self.add_message(position, Read::Label(label));
    }

    /// Adds what the client read of a message.
    pub(crate) fn add_message(&mut self, position: Position, read: Read) {
        self.rooms.insert(position.room);
        self.read.push((position, read));
    }

    /// Adds the state of a message at the end.
    pub(crate) fn add_state(&mut self, position: Position, state: State) {
        self.states.push((position, state));
    }

    /// Adds a message that the client read before a backup was restored.
    pub(crate) fn add_read_before(&mut self, position: Position, label: Label) {
        self.rooms.insert(position.room);
        self.read_before.push((position, Read::Label(label)));
    }

    /// Adds a message of the lobby that a classic client read.
    pub(crate) fn add_classic_read(&mut self, label: Label) {
        self.classic_read.push(label);
    }

    /// Records that a backup was restored after everything that was added so far.
    pub(crate) fn set_restored(&mut self) {
        self.accepted_before.append(&mut self.accepted);
        self.read_before.append(&mut self.read);
        self.is_classic_before = true;
    }

    pub(super) fn all_read(&self) -> impl Iterator<Item = &(Position, Read)> {
        self.read.iter().chain(&self.read_before)
    }
}
