//! The log of a room: its messages in their order, and the place where the user reads.
//!
//! Messages stand by their `seq`, whenever they come: one that comes twice is there once, older ones
//! go above, and what was missed goes where it belongs. What is not settled stands at the end.

mod coverage;
mod older;
mod place;

use std::collections::VecDeque;

use chat_proto::At;
use jiff::tz::TimeZone;

pub use self::place::Place;
use super::{Above, Body, Delivery, Entry, How, Tone};
use crate::store::MessageId;

/// Most messages that are kept, and so the furthest that one can read back: a busy day.
pub const SCROLLBACK_MAX: usize = 2_000;

/// Most bytes of text of messages that are kept to be read back: with a hundred rooms some 400 MiB at
/// the very most, and hardly ever a hundredth of it.
pub const SCROLLBACK_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most notes that are kept. They have a bound of their own, so that a thousand users who come and go
/// push no message out.
pub const NOTES_MAX: usize = 500;

/// Where entries stand that are not settled: behind all others.
const UNSETTLED: u64 = u64::MAX;

/// Where entries stand from before a restore of the server's journal: in front of all others. Their
/// places in the room are void.
const VOID: u64 = 0;

/// The entries, oldest first.
#[derive(Debug)]
pub struct Log {
    entries: VecDeque<Entry>,
    /// How many of them are notes.
    notes: usize,
    /// How many bytes of text the others have.
    bytes: usize,
    /// The `seq` of the newest message that ever was in the log.
    last: u64,
    /// The newest message of the room, here or not: where notes stand.
    reached: u64,
    /// All after this is to be here: what is older is asked for only as the user comes there. `None`
    /// until something is asked for.
    begin: Option<u64>,
    /// All messages after this one are here that are to be had, up to [`Self::since`]. `None` until
    /// something is asked for.
    whole_after: Option<u64>,
    /// There is nothing older than this to be had.
    floor: u64,
    /// Whether older messages were asked for in vain; they are asked for again after the user was at
    /// the newest.
    in_vain: bool,
    /// Where the user has read up to, as the line over what is new has it.
    read: Option<u64>,
    zone: TimeZone,
    place: Place,
}

impl Log {
    /// An empty log, in the time of `zone`.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self {
            entries: VecDeque::new(),
            notes: 0,
            bytes: 0,
            last: 0,
            reached: 0,
            begin: None,
            whole_after: None,
            floor: 1,
            in_vain: false,
            read: None,
            zone,
            place: Place::Newest,
        }
    }

    /// The time zone of the times.
    pub(crate) const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Shows the times in another time zone, and the dates over the entries with them.
    pub(crate) fn set_zone(&mut self, zone: TimeZone) {
        self.zone = zone;
        for index in 0..self.entries.len() {
            self.label(index);
        }
    }

    /// Adds a message where it belongs. Returns whether it was not there yet.
    pub fn hear(&mut self, seq: u64, at: At, body: Body) -> bool {
        let seq = seq.clamp(VOID + 1, UNSETTLED - 1);
        let is_new = self.place_message(seq, at, body);
        self.reached = self.reached.max(seq);
        self.trim();
        is_new
    }

    /// Puts a message where it belongs, once: before the notes that came after it.
    fn place_message(&mut self, seq: u64, at: At, body: Body) -> bool {
        let index = self.entries.partition_point(|entry| entry.seq < seq);
        let there = self.entries.get(index);
        if there.is_some_and(|entry| entry.seq == seq && entry.is_message()) {
            return false;
        }
        self.insert(index, Entry { seq, ..Entry::new(at, body) });
        self.last = self.last.max(seq);
        if self.read.is_some_and(|read| self.own_after(read) > read) {
            self.draw_line(self.read);
        }
        true
    }

    /// Adds a note, behind all that was said; until then, behind what is not settled as well.
    pub fn note(&mut self, at: At, tone: Tone, text: impl Into<String>) {
        let is_unsettled = self.entries.back().is_some_and(|entry| entry.seq == UNSETTLED);
        let seq = if is_unsettled { UNSETTLED } else { self.reached };
        let body = Body::Note(tone, text.into());
        self.insert(self.end_of(seq), Entry { seq, ..Entry::new(at, body) });
        self.trim();
    }

    /// Adds something the user has said, which is not settled; it has its number.
    pub fn pend(&mut self, at: At, body: Body) {
        let entry = Entry { seq: UNSETTLED, ..Entry::new(at, body) };
        self.insert(self.entries.len(), entry);
    }

    /// The server has that message: it stands where the room has it.
    pub fn accept(&mut self, id: &MessageId, seq: u64, at: At) {
        if let Some(mut body) = self.take_pending(id) {
            if let Body::Said { how, .. } = &mut body {
                *how = How::Own(Delivery::Accepted);
            }
            self.hear(seq, at, body);
        }
    }

    /// That message is refused: it stands where it was written, with the reason.
    pub fn refuse(&mut self, id: &MessageId, at: At, why: String) {
        if let Some(mut body) = self.take_pending(id) {
            if let Body::Said { how, .. } = &mut body {
                *how = How::Own(Delivery::Refused(why));
            }
            let seq = self.reached;
            self.insert(self.end_of(seq), Entry { seq, ..Entry::new(at, body) });
        }
    }

    /// That message has no answer, goes away, and is returned.
    pub fn take_pending(&mut self, id: &MessageId) -> Option<Body> {
        let index = self.pending(id)?;
        let entry = self.remove(index)?;
        if !self.entries.iter().any(Entry::is_pending) {
            // The notes among them stay where they are.
            for entry in self.entries.iter_mut().filter(|entry| entry.seq == UNSETTLED) {
                entry.seq = self.reached;
            }
        }
        Some(entry.body)
    }

    /// That message is stored.
    pub fn stored(&mut self, id: &MessageId) {
        self.renumber(id, id.clone());
    }

    /// That message has another number.
    pub fn renumber(&mut self, id: &MessageId, new: MessageId) {
        if let Some(entry) = self.pending(id).and_then(|index| self.entries.get_mut(index))
            && let Body::Said { how, .. } = &mut entry.body
        {
            *how = How::Own(Delivery::Pending(new));
        }
    }

    fn pending(&self, id: &MessageId) -> Option<usize> {
        let is_it = |entry: &Entry| entry.pending() == Some(id);
        self.entries.iter().rposition(is_it)
    }

    /// Whether it is known from where on all is to be here.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.begin.is_some() || self.last > 0
    }

    /// The newest message that ever was in the log, 0 for none.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// The oldest message in the log.
    #[must_use]
    pub fn oldest(&self) -> Option<u64> {
        self.messages().next()
    }

    /// Draws the line over the first message after `read` that is not the user's own, or none.
    pub fn draw_line(&mut self, read: Option<u64>) {
        self.read = read.map(|read| self.own_after(read));
        for index in 0..self.entries.len() {
            self.label(index);
        }
    }

    /// The last of the user's own messages that follow on `read`: whoever said them has read them.
    fn own_after(&self, read: u64) -> u64 {
        let messages = self.entries.range(self.end_of(read)..).filter(|entry| entry.is_message());
        let own = messages
            .zip(read.saturating_add(1)..)
            .take_while(|(entry, next)| entry.is_own() && entry.seq == *next);
        own.last().map_or(read, |(entry, _)| entry.seq)
    }

    /// All messages in the order of the screen, each with its `seq` if it has one, and the rule below those
    /// of before a restore.
    pub fn said(&self) -> impl Iterator<Item = (Option<u64>, &Body)> {
        let is_shown = |entry: &&Entry| matches!(entry.body, Body::Said { .. } | Body::Restored);
        let said = self.entries.iter().filter(is_shown);
        said.map(|entry| (entry.is_message().then_some(entry.seq), &entry.body))
    }

    fn messages(&self) -> impl Iterator<Item = u64> {
        let messages = self.entries.iter().filter(|entry| entry.is_message());
        messages.map(|entry| entry.seq)
    }

    /// The place behind everything up to `seq`.
    fn end_of(&self, seq: u64) -> usize {
        self.entries.partition_point(|entry| entry.seq <= seq)
    }

    fn insert(&mut self, index: usize, entry: Entry) {
        self.count(&entry, true);
        self.entries.insert(index, entry);
        self.moved(index, true);
    }

    fn remove(&mut self, index: usize) -> Option<Entry> {
        let entry = self.entries.remove(index)?;
        self.count(&entry, false);
        self.moved(index, false);
        Some(entry)
    }

    const fn count(&mut self, entry: &Entry, came: bool) {
        match (entry.is_note(), came) {
            (true, true) => self.notes += 1,
            (true, false) => self.notes -= 1,
            (false, true) => self.bytes += entry.body.bytes(),
            (false, false) => self.bytes -= entry.body.bytes(),
        }
    }

    /// Keeps the place and the lines right after an entry came or went.
    fn moved(&mut self, index: usize, came: bool) {
        if let Place::Back { top, .. } = &mut self.place {
            match came {
                true if index <= *top => *top += 1,
                false if index < *top => *top -= 1,
                _ => {}
            }
        }
        self.label(index);
        self.label(index + 1);
    }

    /// Sets what stands over the entry `index`.
    fn label(&mut self, index: usize) {
        let Some(entry) = self.entries.get(index) else {
            return;
        };
        let before = index.checked_sub(1).and_then(|before| self.entries.get(before));
        let day = |entry: &Entry| entry.at.timestamp().to_zoned(self.zone.clone()).date();
        let is_new = |read: u64| {
            entry.is_message() && entry.seq > read && before.is_none_or(|before| before.seq <= read)
        };
        let today = day(entry);
        let above = Above {
            day: (before.map(day) != Some(today)).then_some(today),
            new: self.read.is_some_and(is_new),
        };
        let lost = entry.above.height().saturating_sub(above.height());
        if let Place::Back { top, row } = &mut self.place
            && *top == index
        {
            match row.checked_sub(lost) {
                Some(left) => *row = left,
                // The line at the top of the screen is gone: the last row of the entry before is there.
                None => (*top, *row) = (top.saturating_sub(1), usize::MAX),
            }
        }
        self.entries[index].above = above;
    }

    /// Removes the oldest notes, and the oldest messages, if there are too many.
    fn trim(&mut self) {
        while self.notes > NOTES_MAX {
            let Some(oldest) = self.entries.iter().position(Entry::is_note) else {
                return;
            };
            self.remove(oldest);
        }
        while self.said_count() > SCROLLBACK_MAX || self.bytes > SCROLLBACK_BYTES_MAX {
            let is_old = |entry: &Entry| !entry.is_pending() && !entry.is_note();
            let Some(oldest) = self.entries.iter().position(is_old) else {
                return;
            };
            let seq = self.remove(oldest).filter(Entry::is_message).map(|entry| entry.seq);
            self.begin = self.begin.map(|begin| begin.max(seq.unwrap_or(0)));
            self.whole_after = self.whole_after.map(|after| after.max(seq.unwrap_or(0)));
            if self.floor != u64::MAX {
                self.floor = 1;
            }
        }
    }

    fn said_count(&self) -> usize {
        self.entries.len() - self.notes
    }
}

impl Entry {
    fn new(at: At, body: Body) -> Self {
        Self { at, body, seq: UNSETTLED, is_void: false, above: Above::default() }
    }

    /// Whether it is neither a message nor the rule of a restore.
    const fn is_note(&self) -> bool {
        matches!(self.body, Body::Note(..))
    }

    /// Whether it was said and is not settled.
    const fn is_pending(&self) -> bool {
        self.pending().is_some()
    }

    /// Which message it is, if it was said and is not settled.
    const fn pending(&self) -> Option<&MessageId> {
        match &self.body {
            Body::Said { how: How::Own(delivery), .. } => delivery.pending(),
            _ => None,
        }
    }

    /// Whether it is the user's own.
    fn is_own(&self) -> bool {
        matches!(self.body, Body::Said { how: How::Own(_), .. })
    }

    /// Whether it is a message that has its place in the room.
    fn is_message(&self) -> bool {
        let is_said = match &self.body {
            Body::Said { how, .. } => !matches!(how, How::Own(Delivery::Refused(_))),
            Body::Note(..) | Body::Restored => false,
        };
        is_said && self.seq != UNSETTLED && !self.is_void
    }
}

#[cfg(test)]
mod tests;
