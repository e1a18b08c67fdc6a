//! Applies changes to the messages of a log.

use chat_proto::Seq;

use super::changes::Change;
use super::entries::LAST;
use super::{Body, Log, LogEntry};
use crate::store::MessageId;

impl Log {
    /// Event `seq` of the room has changed a message. It has no entry of its own.
    pub(crate) fn change(&mut self, seq: Seq, change: Change) {
        self.note_change(seq, change);
        self.fill(seq);
    }

    /// The room has something at `seq` that is not shown.
    pub(crate) fn fill(&mut self, seq: Seq) {
        let seq = seq.clamp(Seq::FIRST, LAST);
        if self.coverage.is_wanted(seq.get()) {
            self.coverage.insert(seq.get());
        }
        self.coverage.reach(seq.get());
        self.keep_line_below_own();
    }

    /// Change `seq` is one of a page, or a message that changes another one: the page or the message fills `seq`.
    pub(crate) fn note_change(&mut self, seq: Seq, change: Change) {
        let target = change.target;
        if self.changes.add(seq, change) {
            self.refresh(target);
        }
        while let Some((target, last)) = self.changes.drop_oldest() {
            let index = self.entries.start_of(target);
            if let Some(last) = last.filter(|_| self.message(target).is_some()) {
                self.entries.change(index, |entry| entry.as_of = entry.as_of.max(last));
            }
        }
    }

    /// Adds the entries of this log that `wants` wants to another one, with what has changed them.
    pub(crate) fn copy_to(&self, other: &mut Self, wants: impl Fn(&LogEntry) -> bool) {
        for entry in self.entries.iter().filter(|entry| !entry.is_void && wants(entry)) {
            let Some(seq) = entry.message_seq() else {
                other.entries.insert(other.len(), entry.clone());
                continue;
            };
            let mut body = entry.body.clone();
            self.changes.base_of(seq).into_iter().for_each(|base| base.write_to(&mut body));
            other.insert_as_of(seq, entry.at, body, entry.as_of);
            self.changes.copy_to(seq, &mut other.changes);
            other.refresh(seq);
        }
    }

    /// The user changes a message; the server has not answered.
    pub(crate) fn push_change(&mut self, id: MessageId, change: Change) {
        let target = change.target;
        self.changes.push(id, change);
        self.refresh(target);
    }

    /// The server has accepted a change of the user as event `seq`.
    pub(crate) fn accept_change(&mut self, id: &MessageId, seq: Seq, change: Option<Change>) {
        if let Some(change) = change {
            self.note_change(seq, change);
        }
        self.remove_change(id);
        self.fill(seq);
    }

    /// Takes back a change that is not accepted, or that comes again.
    pub(crate) fn remove_change(&mut self, id: &MessageId) {
        if let Some(change) = self.changes.take(id) {
            self.refresh(change.target);
        }
    }

    /// The message at `index` has come again, in a newer state.
    pub(super) fn replace(&mut self, index: usize, new: Body, as_of: Seq) {
        self.entries.change(index, |entry| (entry.body, entry.as_of) = (new, as_of));
        if let Some(seq) = self.entries.get(index).map(|entry| entry.seq) {
            self.changes.message_came(seq);
            self.refresh(seq);
        }
    }

    /// Makes the content of a message again from what it came with and its changes.
    pub(super) fn refresh(&mut self, seq: Seq) {
        let index = self.entries.start_of(seq);
        let entry = self.entries.get(index).filter(|entry| entry.seq == seq && entry.is_message());
        let Some(content) = entry.and_then(|entry| self.changes.content_of(entry)) else { return };
        if entry.is_some_and(|entry| content.is_of(entry)) {
            return;
        }
        self.entries.change(index, |entry| content.write_to(&mut entry.body));
    }
}
