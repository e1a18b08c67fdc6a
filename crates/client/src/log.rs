//! The messages and notices of a room, in the room's order.
//!
//! Messages are sorted by `seq`, in whatever order they come: a repeated one is there once, older ones go
//! above, missed ones where they belong. Pending messages are at the end.
//!
//! * `entries`: the entries, sorted; `authors`: who wrote them.
//! * `changes`, `changed`: what has changed the messages since they were sent.
//! * `coverage`, `intervals`: which messages of the room are loaded, as numbers.
//! * `pending`: messages without an answer of the server.
//! * `presence`: entries about users who join and leave.
//! * `window`: the part of the room that is loaded, and its bounds.

mod authors;
mod changed;
mod changes;
mod coverage;
mod entries;
mod intervals;
mod pending;
mod presence;
mod window;

use std::ops::Range;

use chat_proto::{Seq, Timestamp};

use self::changes::Changes;
pub(crate) use self::changes::{Change, ChangeKind};
use self::coverage::Coverage;
use self::entries::{Entries, LAST, PENDING, VOID};
pub(crate) use self::intervals::Intervals;
pub use self::window::{Bounds, Hold, PageInfo};
use crate::entry::{Body, EntryId, LogEntry, Origin};
use crate::notice::Notice;

/// The log of a room.
#[derive(Debug)]
pub struct Log {
    entries: Entries,
    changes: Changes,
    coverage: Coverage,
    bounds: Bounds,
    /// The message that the window is kept around.
    anchor: Seq,
    hold: Option<Hold>,
}

impl Default for Log {
    /// An empty log, kept around the newest message.
    fn default() -> Self {
        Self {
            entries: Entries::default(),
            changes: Changes::default(),
            coverage: Coverage::default(),
            bounds: Bounds::CURRENT,
            anchor: Seq::MAX,
            hold: None,
        }
    }
}

impl Log {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries there are to be shown: if the window ends before the newest message, those after its
    /// end are not among them.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.is_cut() { self.entries.end_of(self.since()) } else { self.entries.len() }
    }

    /// Whether there are no entries to be shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entry `index`; the oldest is 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&LogEntry> {
        self.entries.get(index)
    }

    /// The names of the authors of all messages, without those of actions, and of those after the end of the
    /// window.
    pub fn authors(&self) -> impl Iterator<Item = &str> {
        self.entries.authors()
    }

    /// The index of an entry; if it is no longer in the log, that of the first entry from `seq` on.
    #[must_use]
    pub fn position(&self, id: EntryId, seq: Seq) -> usize {
        self.entries.position(id, seq)
    }

    /// The index of the first entry from `seq` on; the number of entries if there is none.
    #[must_use]
    pub fn index_from(&self, seq: Seq) -> usize {
        self.entries.end_of(seq.minus(1)).min(self.len())
    }

    /// The index of the entry below the line; `None` if there is none, or if it is not loaded.
    #[must_use]
    pub fn first_new(&self) -> Option<usize> {
        self.entries.read().filter(|read| self.has_after(*read))?;
        self.entries.first_new()
    }

    /// Whether there is a line over the first new message, or will be once that message is loaded.
    #[must_use]
    pub const fn has_line(&self) -> bool {
        self.entries.read().is_some()
    }

    /// Whether there is a line over a message that is not loaded, and does not come by itself.
    #[must_use]
    pub fn lacks_line(&self) -> bool {
        self.entries.read().is_some_and(|read| !self.has_after(read))
    }

    /// The first and the last message among these entries; `None` if there is none.
    #[must_use]
    pub fn messages_in(&self, entries: Range<usize>) -> Option<(Seq, Seq)> {
        let last = self.entries.last_message(entries.end)?;
        let mut all = entries.filter_map(|index| self.entries.get(index));
        let first = all.find(|entry| entry.is_message())?.seq;
        Some((first, last))
    }

    /// Whether the newest message of the room is or was loaded.
    #[must_use]
    pub const fn has_newest(&self) -> bool {
        !self.is_cut() && self.coverage.last() >= self.coverage.reached()
    }

    /// Adds a message in its place, if it is one of the window. Returns whether it was not in the log.
    pub fn insert(&mut self, seq: Seq, at: Timestamp, body: Body) -> bool {
        self.insert_as_of(seq, at, body, Seq::NONE)
    }

    /// The same, with a message in which the changes up to `as_of` count already.
    pub(crate) fn insert_as_of(
        &mut self,
        seq: Seq,
        at: Timestamp,
        mut body: Body,
        as_of: Seq,
    ) -> bool {
        let as_of = as_of.max(window::take_as_of(&mut body));
        let seq = seq.clamp(Seq::FIRST, LAST);
        let is_wanted = self.coverage.is_wanted(seq.get());
        let is_new = is_wanted && self.place_message(seq, at, body, as_of);
        self.coverage.reach(seq.get());
        self.trim();
        is_new
    }

    /// Adds a message in its place, before the notices that came after it. If it is there, it is replaced by a newer
    /// state of it.
    fn place_message(&mut self, seq: Seq, at: Timestamp, body: Body, as_of: Seq) -> bool {
        let index = self.entries.start_of(seq);
        let there = self.entries.get(index);
        if let Some(there) = there.filter(|entry| entry.seq == seq && entry.is_message()) {
            if as_of > there.as_of {
                self.replace(index, body, as_of);
            }
            return false;
        }
        self.entries.insert_message(index, LogEntry { seq, as_of, ..LogEntry::new(at, body) });
        self.changes.message_came(seq);
        self.refresh(seq);
        self.coverage.insert(seq.get());
        self.keep_line_below_own();
        true
    }

    /// Moves the line below messages of the user and events that follow on the last read message.
    fn keep_line_below_own(&mut self) {
        if self.entries.read().is_some_and(|read| self.own_after(read) > read) {
            self.draw_line(self.entries.read());
        }
    }

    /// The last of the messages of the user that follow on `read`, with no other message between: their author has
    /// read them.
    fn own_after(&self, read: Seq) -> Seq {
        let loaded = self.coverage.loaded_after(read.get());
        self.entries.own_after(read, Seq::new(loaded))
    }

    /// Adds a notice after the last message. While messages are pending it stands after them.
    pub fn notice(&mut self, at: Timestamp, notice: Notice) {
        let seq = self.notice_seq();
        let body = Body::Notice(notice);
        self.entries.insert(self.entries.end_of(seq), LogEntry { seq, ..LogEntry::new(at, body) });
        self.trim();
    }

    /// Whether messages were loaded or asked for.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.coverage.has_begun()
    }

    /// The newest message that was ever loaded or left out; 0 if there is none.
    #[must_use]
    pub const fn last(&self) -> Seq {
        Seq::new(self.coverage.last())
    }

    /// The message `seq`, if it is loaded.
    #[must_use]
    pub fn message(&self, seq: Seq) -> Option<&LogEntry> {
        let entry = self.entries.get(self.entries.start_of(seq))?;
        (entry.seq == seq && entry.is_message()).then_some(entry)
    }

    /// The newest message that is loaded, unless it is damaged: then its time may be another one.
    pub(crate) fn newest(&self) -> Option<&LogEntry> {
        let newest = self.entries.iter().rev().find(|entry| entry.is_message())?;
        (newest.body.origin() != Some(&Origin::Damaged)).then_some(newest)
    }

    /// The messages from `first` to `last` that are loaded.
    pub(crate) fn messages_between(
        &self,
        first: Seq,
        last: Seq,
    ) -> impl Iterator<Item = (Seq, &Body)> {
        let range = self.entries.start_of(first)..self.entries.end_of(last);
        let entries = range.filter_map(|index| self.entries.get(index));
        entries.filter_map(|entry| Some((entry.message_seq()?, &entry.body)))
    }

    /// The messages of other users after `read` up to `last` that are loaded and not deleted, and whether each mentions
    /// the user.
    pub(crate) fn others_in(&self, read: Seq, last: Seq) -> Vec<(Seq, bool)> {
        let range = self.entries.end_of(read)..self.entries.end_of(last);
        let entries = range.filter_map(|index| self.entries.get(index));
        let other = |entry: &LogEntry| match &entry.body {
            Body::Message { origin: Origin::Other(found), extras, .. } => {
                let is_deleted = extras.as_ref().is_some_and(|extras| extras.details.deleted);
                (entry.is_message() && !is_deleted).then_some((entry.seq, !found.is_empty()))
            }
            _ => None,
        };
        entries.filter_map(other).collect()
    }

    /// Whether message `seq` is loaded, or the server does not have it.
    #[must_use]
    pub fn is_loaded(&self, seq: Seq) -> bool {
        self.coverage.is_here(seq.get())
    }

    /// The oldest message that is loaded.
    #[must_use]
    pub fn oldest(&self) -> Option<Seq> {
        self.entries.messages().next()
    }

    /// The room has messages up to `seq`: earlier notices stand after them.
    pub fn reach(&mut self, seq: Seq) {
        let seq = seq.min(LAST);
        if self.coverage.last() == 0 {
            self.entries.place_notices(seq);
        }
        self.coverage.reach(seq.get());
    }

    /// All messages after `seq` are asked for, unless earlier ones were already.
    pub(crate) fn begin_after(&mut self, seq: Seq) {
        self.coverage.begin_after(seq.get());
    }

    /// All messages up to `seq` are loaded, as far as the server has them.
    pub(crate) fn complete_to(&mut self, seq: Seq) {
        self.coverage.complete_to(seq.get());
    }

    /// The last message before the first gap: all after it have to be asked for.
    #[must_use]
    pub fn since(&self) -> Seq {
        Seq::new(self.coverage.since())
    }

    /// Whether no message is missing after `read`: a message that was never loaded is not read.
    #[must_use]
    pub fn is_complete_after(&self, read: Seq) -> bool {
        self.coverage.is_complete_after(read.get())
    }

    /// Sets the line over the first message after `read` that is not of the user, or removes it.
    pub fn draw_line(&mut self, read: Option<Seq>) {
        self.entries.set_read(read.map(|read| self.own_after(read)));
    }

    /// All messages in the order of the screen, each with its `seq` if it has one, and the rules.
    pub fn messages(&self) -> impl Iterator<Item = (Option<Seq>, &Body)> {
        let is_shown = |entry: &&LogEntry| {
            matches!(entry.body, Body::Message { .. } | Body::Ignored { .. } | Body::Restored)
        };
        let shown = self.entries.iter().filter(is_shown);
        shown.map(|entry| (entry.is_message().then_some(entry.seq), &entry.body))
    }

    /// The journal was restored from a backup: all messages stay, above a rule, and their `seq` are void.
    /// Pending messages stay pending.
    pub(crate) fn make_void(&mut self, at: Timestamp) {
        let has_messages = self.entries.messages().next().is_some();
        self.entries.make_void();
        if has_messages {
            let rule = LogEntry { seq: VOID, is_void: true, ..LogEntry::new(at, Body::Restored) };
            self.entries.insert(self.entries.end_of(VOID), rule);
        }
        self.changes.clear();
        (self.coverage, self.hold) = (Coverage::default(), None);
        self.draw_line(None);
    }
}

impl LogEntry {
    fn new(at: Timestamp, body: Body) -> Self {
        let (id, as_of) = (EntryId::default(), Seq::NONE);
        Self { id, at, body, seq: PENDING, is_void: false, as_of, revision: 0 }
    }
}

#[cfg(test)]
mod tests;
