//! What is older than all that is here, and how much of it there is room for.

use chat_proto::At;

use super::{Log, SCROLLBACK_BYTES_MAX, SCROLLBACK_MAX, UNSETTLED, VOID};
use crate::state::Body;

impl Log {
    /// Adds older messages, oldest first, as far as there is room; `more` says whether there are
    /// still older ones.
    pub fn hear_older(
        &mut self,
        older: impl DoubleEndedIterator<Item = (u64, At, Body)>,
        more: bool,
    ) {
        let oldest = self.oldest();
        // From below, so that each comes over the place where the user reads.
        let mut is_cut = false;
        for (seq, at, body) in older.rev() {
            if self.is_full() {
                is_cut = true;
                break;
            }
            self.place_message(seq.clamp(VOID + 1, UNSETTLED - 1), at, body);
        }
        // A page with nothing older in it would be asked for again without end.
        if !is_cut && (!more || self.oldest() == oldest) {
            self.floor = self.oldest().unwrap_or(u64::MAX);
        }
        let (oldest, whole_after) = (self.oldest(), self.whole_after);
        self.whole_after = whole_after.map(|after| oldest.map_or(after, |seq| after.min(seq - 1)));
    }

    /// Whether older messages may be had, and there is room for them.
    #[must_use]
    pub fn has_older(&self) -> bool {
        !self.is_full() && !self.in_vain && self.lacks_older()
    }

    /// Whether the room has older messages than those that are here, as far as is known.
    #[must_use]
    pub fn lacks_older(&self) -> bool {
        self.oldest().unwrap_or(self.reached + 1) > self.floor
    }

    /// Whether there is no room for another message.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.said_count() >= SCROLLBACK_MAX || self.bytes >= SCROLLBACK_BYTES_MAX
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
}
