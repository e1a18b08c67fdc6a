//! How the user moves through a log of some width and height on the screen.

use super::Log;
use super::viewport::{Area, Place};
use crate::state::Entry;

impl Log {
    /// Where the user reads.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.viewport.place
    }

    /// Whether there is more below a screen of `width` and `height`. A screen may be so large that it
    /// shows the newest entry and the place where the user reads back; the place is kept, for when
    /// it is small again.
    #[must_use]
    pub fn reads_back(&self, width: usize, height: usize) -> bool {
        self.viewport.reads_back(&self.entries, Area { width, height })
    }

    /// Goes to the newest entry, and stays there.
    pub fn to_newest(&mut self) {
        self.viewport.place = Place::Newest;
        self.in_vain = false;
    }

    /// Goes to the first message that was not read, where the user does not read back already.
    pub fn to_new(&mut self) {
        if self.viewport.place == Place::Newest {
            self.viewport.place = Place::New;
        }
    }

    /// Goes to the oldest entry.
    pub fn to_oldest(&mut self, width: usize, height: usize) {
        self.viewport.go((0, 0), &self.entries, Area { width, height });
        self.arrived();
    }

    /// Goes `rows` rows towards the newest entry, or back where it is negative, in a log of `width`
    /// columns and `height` rows.
    pub fn scroll(&mut self, rows: isize, width: usize, height: usize) {
        self.viewport.scroll(rows, &self.entries, Area { width, height });
        self.arrived();
    }

    /// Stays where it is, whatever comes above.
    pub fn hold(&mut self, width: usize, height: usize) {
        if self.viewport.place == Place::New {
            self.viewport.hold(&self.entries, Area { width, height });
            self.arrived();
        }
    }

    /// Once all that is new is on the screen, it goes on with what comes.
    pub fn follow(&mut self, width: usize, height: usize) {
        let is_all_here = self.coverage.last() >= self.coverage.reached();
        if is_all_here && self.viewport.shows_new(&self.entries, Area { width, height }) {
            self.to_newest();
        }
    }

    /// At the newest entry, older ones may be asked for again.
    fn arrived(&mut self) {
        if self.viewport.place == Place::Newest {
            self.to_newest();
        }
    }

    /// The newest message that a screen of `width` and `height` shows the end of; 0 for none.
    #[must_use]
    pub fn seen(&self, width: usize, height: usize) -> u64 {
        let (end, _) = self.viewport.end(&self.entries, Area { width, height });
        self.entries.last_message(end).unwrap_or(0)
    }

    /// Whether the oldest entry is on the screen, or on the one before.
    #[must_use]
    pub fn is_near_oldest(&self, width: usize, height: usize) -> bool {
        let top = self.viewport.top(&self.entries, Area { width, height });
        self.entries.above(top, height, width) == (0, 0)
    }

    /// Whether the oldest entry is on the screen.
    #[must_use]
    pub fn is_at_oldest(&self, width: usize, height: usize) -> bool {
        self.viewport.top(&self.entries, Area { width, height }) == (0, 0)
    }

    /// What a screen of `width` and `height` shows: the entries from the first that is seen, and how
    /// many rows of it are above the screen.
    pub(crate) fn visible(
        &self,
        width: usize,
        height: usize,
    ) -> (usize, impl Iterator<Item = &Entry>) {
        let (index, row) = self.viewport.top(&self.entries, Area { width, height });
        (row, self.entries.from(index))
    }
}
