//! The place where the user reads.

use super::Log;
use crate::state::Entry;

/// How many rows of what was read stand over the line, where the log opens at it: to find in.
const ROWS_BEFORE_NEW: usize = 3;

/// A row of an entry: where the screen begins.
type Top = (usize, usize);

/// Where the user reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the newest entry, wherever that is.
    Newest,
    /// At the first message that was not read.
    New,
    /// At that row of that entry, on top of the screen, whatever else comes.
    Back {
        /// The entry.
        top: usize,
        /// How many of its rows are above the screen.
        row: usize,
    },
}

impl Log {
    /// Where the user reads.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// Whether there is more below a screen of `width` and `height`. A screen may be so large that it
    /// shows the newest entry and the place where the user reads back; the place is kept, for when
    /// it is small again.
    #[must_use]
    pub fn reads_back(&self, width: usize, height: usize) -> bool {
        self.place != Place::Newest && self.top(width, height) < self.newest_top(width, height)
    }

    /// Goes to the newest entry, and stays there.
    pub fn to_newest(&mut self) {
        self.place = Place::Newest;
        self.in_vain = false;
    }

    /// Goes to the first message that was not read, where the user does not read back already.
    pub fn to_new(&mut self) {
        if self.place == Place::Newest {
            self.place = Place::New;
        }
    }

    /// Goes to the oldest entry.
    pub fn to_oldest(&mut self, width: usize, height: usize) {
        self.go((0, 0), width, height);
    }

    /// Goes `rows` rows towards the newest entry, or back where it is negative, in a log of `width`
    /// columns and `height` rows.
    pub fn scroll(&mut self, rows: isize, width: usize, height: usize) {
        let top = self.top(width, height);
        let top = if rows < 0 {
            self.above(top, rows.unsigned_abs(), width)
        } else {
            self.below(top, rows.unsigned_abs(), width)
        };
        self.go(top, width, height);
    }

    /// Stays where it is, whatever comes above.
    pub fn hold(&mut self, width: usize, height: usize) {
        if self.place == Place::New {
            let top = self.top(width, height);
            self.go(top, width, height);
        }
    }

    /// Once all that is new is on the screen, it goes on with what comes.
    pub fn follow(&mut self, width: usize, height: usize) {
        let fits = self.top(width, height) >= self.newest_top(width, height);
        if self.place == Place::New && self.last >= self.reached && fits {
            self.to_newest();
        }
    }

    /// The newest message that a screen of `width` and `height` shows the end of; 0 for none.
    #[must_use]
    pub fn seen(&self, width: usize, height: usize) -> u64 {
        // Who reads back has a hint on the last row.
        let rows = height.saturating_sub(usize::from(self.reads_back(width, height)));
        let end = self.below(self.top(width, height), rows, width);
        let shown = self.entries.range(..end.0.min(self.entries.len())).rev();
        shown.into_iter().find(|entry| entry.is_message()).map_or(0, |entry| entry.seq)
    }

    /// Whether the oldest entry is on the screen, or on the one before.
    #[must_use]
    pub fn is_near_oldest(&self, width: usize, height: usize) -> bool {
        self.above(self.top(width, height), height, width) == (0, 0)
    }

    /// Whether the oldest entry is on the screen.
    #[must_use]
    pub fn is_at_oldest(&self, width: usize, height: usize) -> bool {
        self.top(width, height) == (0, 0)
    }

    fn go(&mut self, top: Top, width: usize, height: usize) {
        if top >= self.newest_top(width, height) {
            return self.to_newest();
        }
        self.place = Place::Back { top: top.0, row: top.1 };
    }

    /// The top of a screen that ends with the newest entry.
    fn newest_top(&self, width: usize, height: usize) -> Top {
        self.above((self.entries.len(), 0), height, width)
    }

    /// Where the screen begins: an entry and one of its rows.
    fn top(&self, width: usize, height: usize) -> Top {
        let newest = self.newest_top(width, height);
        match self.place {
            Place::Newest => newest,
            Place::New => match self.entries.iter().position(|entry| entry.above.new) {
                Some(index) => self.above((index, 0), ROWS_BEFORE_NEW, width).min(newest),
                None => newest,
            },
            Place::Back { top, row } => {
                let last_row = self.entries.get(top).map_or(0, |entry| entry.height(width) - 1);
                (top, row.min(last_row)).min(newest)
            }
        }
    }

    /// The row `rows` above `from`, or the first there is.
    fn above(&self, (mut index, mut row): Top, mut rows: usize, width: usize) -> Top {
        while rows > row {
            if index == 0 {
                return (0, 0);
            }
            rows -= row;
            index -= 1;
            row = self.entries[index].height(width);
        }
        (index, row - rows)
    }

    /// The row `rows` below `from`, or the end.
    fn below(&self, (mut index, row): Top, rows: usize, width: usize) -> Top {
        let mut rows = row + rows;
        while let Some(height) = self.entries.get(index).map(|entry| entry.height(width)) {
            if rows < height {
                return (index, rows);
            }
            rows -= height;
            index += 1;
        }
        (index, 0)
    }

    /// What a screen of `width` and `height` shows: the entries from the first that is seen, and how
    /// many rows of it are above the screen.
    pub(crate) fn visible(
        &self,
        width: usize,
        height: usize,
    ) -> (usize, impl Iterator<Item = &Entry>) {
        let (index, row) = self.top(width, height);
        (row, self.entries.range(index.min(self.entries.len())..))
    }
}
