//! Entries about users who join and leave, and about times without a connection.

use chat_proto::{Seq, Timestamp, User, UserName};

use super::Log;
use super::entries::{LAST, PENDING};
use crate::entry::{Body, LogEntry};
use crate::presence::{Change, Presence};

impl Log {
    /// A user joined or left. If it `folds`, this becomes part of the entry of the others who did since the
    /// last message.
    pub(crate) fn presence(&mut self, at: Timestamp, user: User, change: Change, folds: bool) {
        let seq = self.notice_seq();
        let end = self.entries.end_of(seq);
        let before = end.checked_sub(1).and_then(|index| Some((index, self.entries.get(index)?)));
        let open = before.filter(|(_, entry)| folds && entry.seq == seq && !entry.is_void);
        let open = open.and_then(|(index, entry)| match &entry.body {
            Body::Presence(presence) if presence.has_room() => Some((index, presence.clone())),
            _ => None,
        });
        let (index, mut presence) = open.unwrap_or((end, Presence::default()));
        if index < end {
            // Another entry takes its place, since the text of an entry does not change.
            self.entries.remove(index);
        }
        presence.record(user, change);
        if !presence.is_empty() {
            let entry = LogEntry { seq, ..LogEntry::new(at, Body::Presence(presence)) };
            self.entries.insert(index, entry);
        }
        self.trim();
    }

    /// There was no connection since `since`.
    pub(crate) fn offline(&mut self, since: Timestamp, at: Timestamp) {
        let seq = self.notice_seq();
        let entry = LogEntry { seq, ..LogEntry::new(at, Body::Offline { since }) };
        self.entries.insert(self.entries.end_of(seq), entry);
        self.trim();
    }

    /// Whether a user of that name has a message here that is not older than `since`.
    pub(crate) fn has_spoken_since(&self, name: &UserName, since: Timestamp) -> bool {
        let messages = self.entries.iter().rev().filter(|entry| !entry.is_notice());
        let mut recent = messages.take_while(|entry| entry.at >= since);
        recent.any(|entry| matches!(&entry.body, Body::Message { from, .. } if from == name))
    }

    /// The place of a new notice: after the last message, or after pending messages.
    pub(super) fn notice_seq(&self) -> Seq {
        let has_pending = self.entries.end_of(LAST) < self.entries.len();
        if has_pending { PENDING } else { Seq::new(self.coverage.reached()) }
    }
}
