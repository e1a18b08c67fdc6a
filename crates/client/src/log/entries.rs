//! The entries of a log, oldest first.

use std::collections::VecDeque;
use std::collections::vec_deque::Iter;

use chat_proto::Seq;

use super::authors::Authors;
use crate::entry::{Body, Delivery, EntryId, LogEntry, Origin};
use crate::outbox::OUTBOX_MAX;
use crate::store::MessageId;

/// The place of pending messages, and of notices after them: after all others.
pub(super) const PENDING: Seq = Seq::MAX;

/// The greatest place of a message.
pub(super) const LAST: Seq = PENDING.minus(1);

/// The place of entries from before the journal was restored: before all others. Their `seq` are void.
pub(super) const VOID: Seq = Seq::NONE;

/// The entries, in the order of their `seq`.
#[derive(Debug, Default)]
pub(super) struct Entries {
    list: VecDeque<LogEntry>,
    /// How many of them are notices.
    notices: usize,
    /// Bytes of text in the others.
    bytes: usize,
    authors: Authors,
    /// The last read message, as the line has it.
    read: Option<Seq>,
    /// How many entries there have been. Numbers them.
    count: u64,
    /// The entries that were pending, for the places at which they come again: [`OUTBOX_MAX`] at most, since no
    /// more are pending at once.
    expected: Vec<(Seq, EntryId)>,
}

impl Entries {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// How many are notices, and how many are not.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.notices, self.list.len() - self.notices)
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The names of the authors of messages.
    pub(super) fn authors(&self) -> impl Iterator<Item = &str> {
        self.authors.names()
    }

    pub(super) fn get(&self, index: usize) -> Option<&LogEntry> {
        self.list.get(index)
    }

    pub(super) fn iter(&self) -> Iter<'_, LogEntry> {
        self.list.iter()
    }

    /// The index of an entry; if it is no longer here, that of the first entry from `seq` on.
    pub(super) fn position(&self, id: EntryId, seq: Seq) -> usize {
        let index = self.list.iter().position(|entry| entry.id == id);
        index.unwrap_or_else(|| self.start_of(seq))
    }

    /// The `seq` of each message.
    pub(super) fn messages(&self) -> impl Iterator<Item = Seq> {
        self.list.iter().filter(|entry| entry.is_message()).map(|entry| entry.seq)
    }

    /// The last message before the entry `end`.
    pub(super) fn last_message(&self, end: usize) -> Option<Seq> {
        let before = self.list.range(..end.min(self.list.len())).rev();
        before.into_iter().find(|entry| entry.is_message()).map(|entry| entry.seq)
    }

    /// The index before everything from `seq` on.
    pub(super) fn start_of(&self, seq: Seq) -> usize {
        self.list.partition_point(|entry| entry.seq < seq)
    }

    /// The index after everything up to `seq`.
    pub(super) fn end_of(&self, seq: Seq) -> usize {
        self.list.partition_point(|entry| entry.seq <= seq)
    }

    /// Adds a new entry.
    pub(super) fn insert(&mut self, index: usize, mut entry: LogEntry) {
        self.count += 1;
        entry.id = EntryId(self.count);
        self.put(index, entry);
    }

    /// Adds an entry that keeps its id.
    pub(super) fn put(&mut self, index: usize, entry: LogEntry) {
        self.measure(&entry, true);
        self.list.insert(index, entry);
    }

    /// Adds a message. If it was pending, it is the same entry as before.
    pub(super) fn insert_message(&mut self, index: usize, entry: LogEntry) {
        let expected = self.expected.extract_if(.., |(seq, _)| *seq == entry.seq).next();
        match expected {
            Some((_, id)) => self.put(index, LogEntry { id, ..entry }),
            None => self.insert(index, entry),
        }
    }

    /// A pending message was removed, and comes again as message `seq`.
    pub(super) fn expect_again(&mut self, id: EntryId, seq: Seq) {
        if self.expected.len() == OUTBOX_MAX {
            self.expected.remove(0);
        }
        self.expected.push((seq, id));
    }

    pub(super) fn remove(&mut self, index: usize) -> Option<LogEntry> {
        let entry = self.list.remove(index)?;
        self.measure(&entry, false);
        Some(entry)
    }

    fn measure(&mut self, entry: &LogEntry, came: bool) {
        if came {
            self.authors.add(&entry.body);
        } else {
            self.authors.remove(&entry.body);
        }
        match (entry.is_notice(), came) {
            (true, true) => self.notices += 1,
            (true, false) => self.notices -= 1,
            (false, true) => self.bytes += entry.body.bytes(),
            (false, false) => self.bytes -= entry.body.bytes(),
        }
    }

    /// Removes the messages after `seq`, but no pending ones.
    pub(super) fn remove_messages_after(&mut self, seq: Seq) {
        let start = self.end_of(seq);
        for index in (start..self.end_of(LAST)).rev() {
            if self.list.get(index).is_some_and(LogEntry::is_message) {
                self.remove(index);
            }
        }
    }

    /// Removes the notices before `seq`, but none from before the journal was restored.
    pub(super) fn remove_notices_before(&mut self, seq: Seq) {
        for index in (0..self.start_of(seq)).rev() {
            if self.list.get(index).is_some_and(|entry| entry.is_notice() && !entry.is_void) {
                self.remove(index);
            }
        }
    }

    /// The first message after `seq` that is not of the user.
    pub(super) fn next_of_others(&self, seq: Seq) -> Option<Seq> {
        let after = self.list.range(self.end_of(seq)..);
        let others = after.filter(|entry| entry.is_message() && !entry.is_own());
        others.map(|entry| entry.seq).next()
    }

    /// Changes the content of the message at `index`.
    pub(super) fn change(&mut self, index: usize, change: impl FnOnce(&mut LogEntry)) {
        let Some(mut entry) = self.list.get(index).cloned() else { return };
        self.measure(&entry, false);
        change(&mut entry);
        entry.revision += 1;
        self.measure(&entry, true);
        self.list[index] = entry;
    }

    /// Removes all but pending messages.
    pub(super) fn clear(&mut self) {
        let (pending, others) =
            std::mem::take(&mut self.list).into_iter().partition(LogEntry::is_pending);
        self.list = pending;
        for entry in &others {
            self.measure(entry, false);
        }
    }

    /// The journal was restored: all `seq` are void.
    pub(super) fn make_void(&mut self) {
        self.expected.clear();
        let end = self.end_of(LAST);
        for entry in self.list.iter_mut().take(end) {
            (entry.seq, entry.is_void) = (VOID, true);
        }
    }

    /// Moves all entries, which are notices, after `seq`.
    pub(super) fn place_notices(&mut self, seq: Seq) {
        let is_placed = |entry: &&mut LogEntry| entry.seq != PENDING && !entry.is_void;
        for entry in self.list.iter_mut().filter(is_placed) {
            entry.seq = seq;
        }
    }

    /// Moves the notices that stand after pending messages after `seq`, if no message is pending.
    pub(super) fn place_pending_notices(&mut self, seq: Seq) {
        if !self.list.iter().any(LogEntry::is_pending) {
            for entry in self.list.iter_mut().filter(|entry| entry.seq == PENDING) {
                entry.seq = seq;
            }
        }
    }

    /// The index of a pending message.
    pub(super) fn pending(&self, id: &MessageId) -> Option<usize> {
        self.list.iter().rposition(|entry| entry.pending() == Some(id))
    }

    /// The delivery of the message at `index`.
    pub(super) fn delivery_mut(&mut self, index: usize) -> Option<&mut Delivery> {
        match &mut self.list.get_mut(index)?.body {
            Body::Message { origin: Origin::Own(delivery), .. } => Some(delivery),
            _ => None,
        }
    }

    pub(super) const fn read(&self) -> Option<Seq> {
        self.read
    }

    /// Sets the line over the first message after `read` that is not of the user, or removes it.
    pub(super) const fn set_read(&mut self, read: Option<Seq>) {
        self.read = read;
    }

    /// The last of the messages of the user that follow on `read`, with no other message between, up to `loaded`.
    pub(super) fn own_after(&self, read: Seq, loaded: Seq) -> Seq {
        let messages = self.list.range(self.end_of(read)..).filter(|entry| entry.is_message());
        let own = messages.take_while(|entry| entry.is_own() && entry.seq <= loaded);
        own.last().map_or(read, |entry| entry.seq)
    }

    /// The entry below the line.
    pub(super) fn first_new(&self) -> Option<usize> {
        let index = self.end_of(self.read?);
        self.list.get(index).filter(|entry| entry.is_message()).map(|_| index)
    }
}

impl LogEntry {
    /// The `seq` of a message that the server has; `None` for anything else, and if the `seq` is void.
    #[must_use]
    pub fn message_seq(&self) -> Option<Seq> {
        self.is_message().then_some(self.seq)
    }

    /// Whether it is neither a message nor the rule of a restore.
    pub(super) const fn is_notice(&self) -> bool {
        matches!(self.body, Body::Notice(_) | Body::Presence(_) | Body::Offline { .. })
    }

    /// Whether it is a pending message.
    pub(super) const fn is_pending(&self) -> bool {
        self.pending().is_some()
    }

    /// The id of a pending message.
    const fn pending(&self) -> Option<&MessageId> {
        match &self.body {
            Body::Message { origin: Origin::Own(delivery), .. } => delivery.pending(),
            _ => None,
        }
    }

    /// Whether it is a message of the user.
    const fn is_own(&self) -> bool {
        matches!(self.body, Body::Message { origin: Origin::Own(_), .. })
    }

    /// Whether it is a message with a valid `seq`.
    pub(super) fn is_message(&self) -> bool {
        let is_said = match &self.body {
            Body::Message { origin, .. } => !matches!(origin, Origin::Own(Delivery::Refused(_))),
            Body::Ignored { .. } => true,
            Body::Notice(_) | Body::Presence(_) | Body::Offline { .. } | Body::Restored => false,
        };
        is_said && self.seq != PENDING && !self.is_void
    }
}
