//! Which messages of the room are here: up to where, from where on, and since when.

use chat_proto::At;

use super::{Log, UNSETTLED, VOID};
use crate::state::{Body, Entry};

impl Log {
    /// The newest message of the room is `seq`: notes of before stand behind it.
    pub fn reach(&mut self, seq: u64) {
        let seq = seq.min(UNSETTLED - 1);
        if self.last == 0 {
            let is_placed = |entry: &&mut Entry| entry.seq != UNSETTLED && !entry.is_void;
            for entry in self.entries.iter_mut().filter(is_placed) {
                entry.seq = seq;
            }
        }
        self.reached = self.reached.max(seq);
    }

    /// All after `seq` is asked for, and is to be here; unless that was so of more already.
    pub fn begin_after(&mut self, seq: u64) {
        self.begin.get_or_insert(seq);
        self.whole_after.get_or_insert(seq);
    }

    /// All up to `seq` is here, as far as it is still to be had.
    pub fn is_complete_to(&mut self, seq: u64) {
        self.begin = Some(self.begin.map_or(seq, |begin| begin.max(seq)));
    }

    /// The last message before the first gap: all after it has to be asked for. What comes live before
    /// what was asked for is behind a gap, too.
    #[must_use]
    pub fn since(&self) -> u64 {
        let mut last = self.begin;
        for seq in self.messages() {
            match last {
                Some(last) if seq <= last => {}
                Some(last) if seq != last + 1 => return last,
                _ => last = Some(seq),
            }
        }
        last.unwrap_or(self.last)
    }

    /// Whether nothing is missing between `read` and what is here: nobody has read what was never here.
    #[must_use]
    pub fn goes_on_from(&self, read: u64) -> bool {
        if !self.has_begun() {
            return true;
        }
        let whole_after = self.whole_after.or_else(|| Some(self.oldest()? - 1));
        let is_all = |seq| seq < self.floor && self.floor != u64::MAX;
        whole_after.is_none_or(|seq| seq <= read || is_all(seq))
    }

    /// Forgets all but what is not settled.
    pub fn clear(&mut self) {
        self.entries.retain(Entry::is_pending);
        self.notes = 0;
        self.bytes = self.entries.iter().map(|entry| entry.body.bytes()).sum();
        self.floor = u64::MAX;
        self.begin = self.begin.map(|begin| begin.max(self.last));
        self.whole_after = self.begin.or(Some(self.last));
        self.to_newest();
        self.draw_line(self.read);
    }

    /// The journal was restored from a backup: all that is here stays, above a rule, and has no place
    /// in the room any more. What has no answer waits as before.
    pub fn restored(&mut self, at: At) {
        let end = self.end_of(UNSETTLED - 1);
        let has_messages = self.entries.iter().any(Entry::is_message);
        for entry in self.entries.iter_mut().take(end) {
            (entry.seq, entry.is_void) = (VOID, true);
        }
        if has_messages {
            self.insert(end, Entry { seq: VOID, is_void: true, ..Entry::new(at, Body::Restored) });
        }
        (self.last, self.reached, self.begin, self.whole_after) = (0, 0, None, None);
        (self.floor, self.in_vain) = (1, false);
        self.draw_line(None);
    }
}
