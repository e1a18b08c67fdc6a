//! What was said in a room, in the room's order, and the place where the user reads.
//!
//! Messages stand by their `seq`, whenever they come: one that comes twice is there once, older ones
//! go above, and what was missed goes where it belongs. What is not settled stands at the end.
//!
//! * `entries`: what is in the log, by `seq` and by rows.
//! * `coverage`, `intervals`: which messages of the room are here, as numbers alone.
//! * `viewport`, `reading`: the part that is on the screen.

mod coverage;
mod entries;
mod intervals;
mod reading;
mod viewport;

use chat_client::store::MessageId;
use chat_proto::Timestamp;
use jiff::tz::TimeZone;

use self::coverage::Coverage;
use self::entries::{Entries, UNSETTLED, VOID};
pub use self::viewport::Place;
use self::viewport::Viewport;
use super::{Above, Body, Delivery, Entry, How, Tone};

/// Most messages that are kept, and so the furthest that one can read back: a busy day.
pub const SCROLLBACK_MAX: usize = 2_000;

/// Most bytes of text of messages that are kept to be read back: with a hundred rooms some 400 MiB at
/// the very most, and hardly ever a hundredth of it.
pub const SCROLLBACK_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most notes that are kept. They have a bound of their own, so that a thousand users who come and go
/// push no message out.
pub const NOTES_MAX: usize = 500;

/// The log of a room.
#[derive(Debug)]
pub struct Log {
    entries: Entries,
    coverage: Coverage,
    viewport: Viewport,
    /// Whether older messages were asked for in vain; they are asked for again after the user was at
    /// the newest.
    in_vain: bool,
}

impl Log {
    /// An empty log, in the time of `zone`.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        let entries = Entries::new(zone);
        let (coverage, viewport) = (Coverage::default(), Viewport::default());
        Self { entries, coverage, viewport, in_vain: false }
    }

    /// The time zone of the times.
    pub(crate) const fn zone(&self) -> &TimeZone {
        self.entries.zone()
    }

    /// Shows the times in another time zone, and the dates over the entries with them.
    pub(crate) fn set_zone(&mut self, zone: TimeZone) {
        self.entries.set_zone(zone);
        self.label_all();
    }

    /// Adds a message where it belongs. Returns whether it was not there yet.
    pub fn hear(&mut self, seq: u64, at: Timestamp, body: Body) -> bool {
        let seq = seq.clamp(VOID + 1, UNSETTLED - 1);
        let is_new = self.place_message(seq, at, body);
        self.coverage.reach(seq);
        self.trim();
        is_new
    }

    /// Adds older messages, oldest first, as far as there is room; `more` says whether there are
    /// still older ones.
    pub fn hear_older(
        &mut self,
        older: impl DoubleEndedIterator<Item = (u64, Timestamp, Body)>,
        more: bool,
    ) {
        let before = self.oldest();
        // From below, so that each comes over the place where the user reads.
        let mut is_cut = false;
        for (seq, at, body) in older.rev() {
            if self.is_full() {
                is_cut = true;
                break;
            }
            self.place_message(seq.clamp(VOID + 1, UNSETTLED - 1), at, body);
        }
        let oldest = self.oldest();
        // A page with nothing older in it would be asked for again without end.
        let is_last = !is_cut && (!more || oldest == before);
        self.coverage.hear_older(before, oldest, is_last);
    }

    /// Puts a message where it belongs, once: before the notes that came after it.
    fn place_message(&mut self, seq: u64, at: Timestamp, body: Body) -> bool {
        let index = self.entries.start_of(seq);
        let there = self.entries.get(index);
        if there.is_some_and(|entry| entry.seq == seq && entry.is_message()) {
            return false;
        }
        self.insert(index, Entry { seq, ..Entry::new(at, body) });
        self.coverage.hear(seq);
        if self.entries.line_is_above_own() {
            self.draw_line(self.entries.read());
        }
        true
    }

    /// Adds a note, behind all that was said; until then, behind what is not settled as well.
    pub fn note(&mut self, at: Timestamp, tone: Tone, text: impl Into<String>) {
        let is_unsettled = self.entries.end_of(UNSETTLED - 1) < self.entries.len();
        let seq = if is_unsettled { UNSETTLED } else { self.coverage.reached() };
        let body = Body::Note(tone, text.into());
        self.insert(self.entries.end_of(seq), Entry { seq, ..Entry::new(at, body) });
        self.trim();
    }

    /// Adds something the user has said, which is not settled; it has its number.
    pub fn pend(&mut self, at: Timestamp, body: Body) {
        let entry = Entry { seq: UNSETTLED, ..Entry::new(at, body) };
        self.insert(self.entries.len(), entry);
    }

    /// The server has that message: it stands where the room has it.
    pub fn accept(&mut self, id: &MessageId, seq: u64, at: Timestamp) {
        if let Some(mut body) = self.take_pending(id) {
            if let Body::Said { how, .. } = &mut body {
                *how = How::Own(Delivery::Accepted);
            }
            self.hear(seq, at, body);
        }
    }

    /// That message is refused: it stands where it was written, with the reason.
    pub fn refuse(&mut self, id: &MessageId, at: Timestamp, why: String) {
        if let Some(mut body) = self.take_pending(id) {
            if let Body::Said { how, .. } = &mut body {
                *how = How::Own(Delivery::Refused(why));
            }
            let seq = self.coverage.reached();
            self.insert(self.entries.end_of(seq), Entry { seq, ..Entry::new(at, body) });
        }
    }

    /// That message has no answer, goes away, and is returned.
    pub fn take_pending(&mut self, id: &MessageId) -> Option<Body> {
        let index = self.entries.pending(id)?;
        let entry = self.remove(index)?;
        self.entries.settle_notes(self.coverage.reached());
        Some(entry.body)
    }

    /// That message is stored.
    pub fn stored(&mut self, id: &MessageId) {
        self.renumber(id, id.clone());
    }

    /// That message has another number.
    pub fn renumber(&mut self, id: &MessageId, new: MessageId) {
        let delivery = self.entries.pending(id).and_then(|index| self.entries.delivery_mut(index));
        if let Some(delivery) = delivery {
            *delivery = Delivery::Pending(new);
        }
    }

    /// Whether it is known from where on all is to be here.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        self.coverage.has_begun()
    }

    /// The newest message that ever was in the log, 0 for none.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.coverage.last()
    }

    /// The oldest message in the log.
    #[must_use]
    pub fn oldest(&self) -> Option<u64> {
        self.entries.messages().next()
    }

    /// The newest message of the room is `seq`: notes of before stand behind it.
    pub fn reach(&mut self, seq: u64) {
        let seq = seq.min(UNSETTLED - 1);
        if self.coverage.last() == 0 {
            self.entries.place_notes(seq);
        }
        self.coverage.reach(seq);
    }

    /// All after `seq` is asked for, and is to be here; unless that was so of more already.
    pub fn begin_after(&mut self, seq: u64) {
        self.coverage.begin_after(seq);
    }

    /// All up to `seq` is here, as far as it is still to be had.
    pub fn is_complete_to(&mut self, seq: u64) {
        self.coverage.is_complete_to(seq);
    }

    /// The last message before the first gap: all after it has to be asked for.
    #[must_use]
    pub fn since(&self) -> u64 {
        self.coverage.since()
    }

    /// Whether nothing is missing between `read` and what is here: nobody has read what was never here.
    #[must_use]
    pub fn goes_on_from(&self, read: u64) -> bool {
        self.coverage.goes_on_from(read)
    }

    /// Whether older messages may be had, and there is room for them.
    #[must_use]
    pub fn has_older(&self) -> bool {
        !self.is_full() && !self.in_vain && self.lacks_older()
    }

    /// Whether the room has older messages than those that are here, as far as is known.
    #[must_use]
    pub fn lacks_older(&self) -> bool {
        self.coverage.lacks_older(self.oldest())
    }

    /// Whether there is no room for another message.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.entries.counts().1 >= SCROLLBACK_MAX || self.entries.bytes() >= SCROLLBACK_BYTES_MAX
    }

    /// Older messages were asked for and are not to be had for now.
    pub fn asked_in_vain(&mut self) {
        self.in_vain = true;
    }

    /// Whether older messages are not to be had for now.
    #[must_use]
    pub const fn was_in_vain(&self) -> bool {
        self.in_vain
    }

    /// Draws the line over the first message after `read` that is not the user's own, or none.
    pub fn draw_line(&mut self, read: Option<u64>) {
        self.entries.set_read(read);
        self.label_all();
    }

    /// All messages in the order of the screen, each with its `seq` if it has one, and the rule below those
    /// of before a restore.
    pub fn said(&self) -> impl Iterator<Item = (Option<u64>, &Body)> {
        let is_shown = |entry: &&Entry| matches!(entry.body, Body::Said { .. } | Body::Restored);
        let said = self.entries.iter().filter(is_shown);
        said.map(|entry| (entry.is_message().then_some(entry.seq), &entry.body))
    }

    /// Forgets all but what is not settled.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.coverage.clear();
        self.to_newest();
        self.draw_line(self.entries.read());
    }

    /// The journal was restored from a backup: all that is here stays, above a rule, and has no place
    /// in the room any more. What has no answer waits as before.
    pub fn restored(&mut self, at: Timestamp) {
        let has_messages = self.entries.messages().next().is_some();
        self.entries.make_void();
        if has_messages {
            let rule = Entry { seq: VOID, is_void: true, ..Entry::new(at, Body::Restored) };
            self.insert(self.entries.end_of(VOID), rule);
        }
        (self.coverage, self.in_vain) = (Coverage::default(), false);
        self.draw_line(None);
    }

    fn insert(&mut self, index: usize, entry: Entry) {
        self.entries.insert(index, entry);
        self.viewport.moved(index, true);
        self.label(index);
        self.label(index + 1);
    }

    fn remove(&mut self, index: usize) -> Option<Entry> {
        let entry = self.entries.remove(index)?;
        self.viewport.moved(index, false);
        self.label(index);
        self.label(index + 1);
        Some(entry)
    }

    fn label(&mut self, index: usize) {
        let lost = self.entries.label(index);
        self.viewport.lost_rows(index, lost);
    }

    fn label_all(&mut self) {
        for index in 0..self.entries.len() {
            self.label(index);
        }
    }

    /// Removes the oldest notes, and the oldest messages, if there are too many.
    fn trim(&mut self) {
        while self.entries.counts().0 > NOTES_MAX {
            let Some(oldest) = self.entries.iter().position(Entry::is_note) else {
                return;
            };
            self.remove(oldest);
        }
        while self.entries.counts().1 > SCROLLBACK_MAX
            || self.entries.bytes() > SCROLLBACK_BYTES_MAX
        {
            let is_old = |entry: &Entry| !entry.is_pending() && !entry.is_note();
            let Some(oldest) = self.entries.iter().position(is_old) else {
                return;
            };
            if let Some(entry) = self.remove(oldest).filter(Entry::is_message) {
                self.coverage.drop_oldest(entry.seq);
            }
        }
    }
}

impl Entry {
    fn new(at: Timestamp, body: Body) -> Self {
        Self { at, body, seq: UNSETTLED, is_void: false, above: Above::default() }
    }
}

#[cfg(test)]
mod tests;
