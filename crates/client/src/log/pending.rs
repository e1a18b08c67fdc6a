//! The messages of the user that the server has not answered, at the end of the log.

use chat_proto::{Refusal, Seq, Timestamp};

use super::Log;
use super::entries::PENDING;
use crate::entry::{Body, Delivery, LogEntry, Origin};
use crate::store::MessageId;

impl Log {
    /// Adds a pending message.
    pub(crate) fn push_pending(&mut self, at: Timestamp, body: Body) {
        let entry = LogEntry { seq: PENDING, ..LogEntry::new(at, body) };
        self.entries.insert(self.entries.len(), entry);
    }

    /// The server has accepted a pending message: moves it to its place.
    pub(crate) fn accept(&mut self, id: &MessageId, seq: Seq, at: Timestamp) {
        if let Some(mut entry) = self.expect_again(id, seq) {
            if let Body::Message { origin, .. } = &mut entry.body {
                *origin = Origin::Own(Delivery::Accepted);
            }
            self.insert(seq, at, entry.body);
        }
    }

    /// A pending message comes again as message `seq`. It stays the same entry.
    pub(crate) fn expect_again(&mut self, id: &MessageId, seq: Seq) -> Option<LogEntry> {
        let entry = self.remove_pending(id)?;
        self.entries.expect_again(entry.id, seq);
        Some(entry)
    }

    /// The server has refused a pending message: it stays after the last message, with the reason.
    pub(crate) fn refuse(&mut self, id: &MessageId, at: Timestamp, why: Box<Refusal>) {
        if let Some(mut entry) = self.remove_pending(id) {
            if let Body::Message { origin, .. } = &mut entry.body {
                *origin = Origin::Own(Delivery::Refused(why));
            }
            let seq = Seq::new(self.coverage.reached());
            let revision = entry.revision + 1;
            self.entries.put(self.entries.end_of(seq), LogEntry { seq, at, revision, ..entry });
        }
    }

    /// Removes a pending message and returns it.
    pub(crate) fn remove_pending(&mut self, id: &MessageId) -> Option<LogEntry> {
        let index = self.entries.pending(id)?;
        let entry = self.entries.remove(index)?;
        self.entries.place_pending_notices(Seq::new(self.coverage.reached()));
        Some(entry)
    }

    /// A pending message is stored.
    pub(crate) fn mark_stored(&mut self, id: &MessageId) {
        self.renumber(id, id.clone());
    }

    /// A pending message has another number.
    pub(crate) fn renumber(&mut self, id: &MessageId, new: MessageId) {
        self.changes.renumber(id, &new);
        let delivery = self.entries.pending(id).and_then(|index| self.entries.delivery_mut(index));
        if let Some(delivery) = delivery {
            *delivery = Delivery::Pending(new);
        }
    }
}
