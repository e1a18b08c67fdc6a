//! The place where the user reads.

use super::entries::Entries;

/// How many rows of what was read stand over the line, where the log opens at it: to find in.
const ROWS_BEFORE_NEW: usize = 3;

/// A row of an entry: where the screen begins.
pub(super) type Top = (usize, usize);

/// Where the user reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// At the newest entry, wherever that is.
    #[default]
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

/// The part of the entries that is on the screen.
#[derive(Debug, Default)]
pub(super) struct Viewport {
    pub(super) place: Place,
}

/// How large the log is on the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Viewport {
    /// An entry came or went in front of that one, which keeps its place.
    pub(super) const fn moved(&mut self, index: usize, came: bool) {
        if let Place::Back { top, .. } = &mut self.place {
            match came {
                true if index <= *top => *top += 1,
                false if index < *top => *top -= 1,
                _ => {}
            }
        }
    }

    /// Rows over an entry are gone: `lost` of them.
    pub(super) const fn lost_rows(&mut self, index: usize, lost: usize) {
        if let Place::Back { top, row } = &mut self.place
            && *top == index
        {
            match row.checked_sub(lost) {
                Some(left) => *row = left,
                // The line at the top of the screen is gone: the last row of the entry before is there.
                None => (*top, *row) = (top.saturating_sub(1), usize::MAX),
            }
        }
    }

    /// Whether there is more below the screen.
    pub(super) fn reads_back(&self, entries: &Entries, area: Area) -> bool {
        self.place != Place::Newest && self.top(entries, area) < newest_top(entries, area)
    }

    /// Goes that many rows towards the newest entry, or back where it is negative.
    pub(super) fn scroll(&mut self, rows: isize, entries: &Entries, area: Area) {
        let top = self.top(entries, area);
        let top = if rows < 0 {
            entries.above(top, rows.unsigned_abs(), area.width)
        } else {
            entries.below(top, rows.unsigned_abs(), area.width)
        };
        self.go(top, entries, area);
    }

    /// Stays where it is, whatever comes above.
    pub(super) fn hold(&mut self, entries: &Entries, area: Area) {
        if self.place == Place::New {
            self.go(self.top(entries, area), entries, area);
        }
    }

    /// Whether all that is new is on the screen.
    pub(super) fn shows_new(&self, entries: &Entries, area: Area) -> bool {
        self.place == Place::New && self.top(entries, area) >= newest_top(entries, area)
    }

    /// Goes to that row.
    pub(super) fn go(&mut self, top: Top, entries: &Entries, area: Area) {
        self.place = match top {
            top if top >= newest_top(entries, area) => Place::Newest,
            (top, row) => Place::Back { top, row },
        };
    }

    /// The end of what is on the screen. Who reads back has a hint on the last row.
    pub(super) fn end(&self, entries: &Entries, area: Area) -> Top {
        let rows = area.height.saturating_sub(usize::from(self.reads_back(entries, area)));
        entries.below(self.top(entries, area), rows, area.width)
    }

    /// Where the screen begins: an entry and one of its rows.
    pub(super) fn top(&self, entries: &Entries, area: Area) -> Top {
        let newest = newest_top(entries, area);
        match self.place {
            Place::Newest => newest,
            Place::New => match entries.iter().position(|entry| entry.above.new) {
                Some(index) => entries.above((index, 0), ROWS_BEFORE_NEW, area.width).min(newest),
                None => newest,
            },
            Place::Back { top, row } => {
                let last_row = entries.get(top).map_or(0, |entry| entry.height(area.width) - 1);
                (top, row.min(last_row)).min(newest)
            }
        }
    }
}

/// The top of a screen that ends with the newest entry.
fn newest_top(entries: &Entries, area: Area) -> Top {
    entries.above((entries.len(), 0), area.height, area.width)
}
