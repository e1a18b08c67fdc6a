//! The part of a log that is on the screen, and how the user moves through it.

use chat_client::entry::EntryId;
use chat_proto::Seq;

use crate::rows::{LogRows, RowPosition};

/// Rows above the line over the new messages, if the log opens there: read messages, for orientation.
const ROWS_BEFORE_NEW: usize = 3;

/// Which part of a log is on the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ScrollPosition {
    /// At the newest entry, whatever comes.
    #[default]
    Newest,
    /// At the first message that was unread when the room was opened.
    New,
    /// Further back: the top row of the screen stays where it is.
    Back(Anchor),
    /// At the oldest message of the room.
    Oldest,
}

/// A row of an entry. It stays that row whatever comes or goes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    entry: EntryId,
    /// The `seq` of the entry, to find the next one if it is no longer in the log.
    seq: Seq,
    row: usize,
    /// Rows of lines over the entry, which are among its rows.
    lines_above: usize,
}

/// The part of a log that is on the screen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Viewport {
    position: ScrollPosition,
}

impl Viewport {
    /// Which part of the log is on the screen.
    #[must_use]
    pub const fn position(&self) -> ScrollPosition {
        self.position
    }

    /// Whether there is more below the screen. A screen may be so large that it shows both the newest entry
    /// and the row where the user reads; the position stays the same, for when the screen is small again.
    #[must_use]
    pub fn reads_back(&self, rows: LogRows<'_>, height: usize) -> bool {
        let is_above = || rows.log.is_cut() || self.top(rows, height) < rows.newest_top(height);
        self.position != ScrollPosition::Newest && is_above()
    }

    /// Goes to the newest entry, and stays there.
    pub const fn to_newest(&mut self) {
        self.position = ScrollPosition::Newest;
    }

    /// Goes to the first unread message, unless the user reads further back already.
    pub fn to_new(&mut self) {
        if self.position == ScrollPosition::Newest {
            self.position = ScrollPosition::New;
        }
    }

    /// Goes to the first unread message, and waits there until it is loaded.
    pub const fn to_first_new(&mut self) {
        self.position = ScrollPosition::New;
    }

    /// Goes back to a place.
    pub(crate) const fn restore(&mut self, place: ScrollPosition) {
        self.position = place;
    }

    /// Shows an entry, with some rows above it for orientation.
    pub fn show(&mut self, index: usize, rows: LogRows<'_>, height: usize) {
        self.go(rows.up((index, 0), ROWS_BEFORE_NEW), rows, height);
    }

    /// Goes to the end of the loaded messages, or to their beginning.
    pub fn to_end(&mut self, is_newest: bool, rows: LogRows<'_>, height: usize) {
        let top = if is_newest { rows.newest_top(height) } else { (0, 0) };
        self.go(top, rows, height);
    }

    /// Goes to the oldest message of the room, and waits there until it is loaded.
    pub const fn to_oldest(&mut self) {
        self.position = ScrollPosition::Oldest;
    }

    /// Goes `count` rows towards the newest entry, or back if `count` is negative.
    pub fn scroll(&mut self, count: isize, rows: LogRows<'_>, height: usize) {
        let top = self.top(rows, height);
        let top = if count < 0 {
            rows.up(top, count.unsigned_abs())
        } else {
            rows.down(top, count.unsigned_abs())
        };
        self.go(top, rows, height);
    }

    /// Stays at the rows on the screen, whatever comes above them.
    pub fn hold(&mut self, rows: LogRows<'_>, height: usize) {
        if self.position == ScrollPosition::New && rows.log.first_new().is_some() {
            self.go(self.top(rows, height), rows, height);
        }
    }

    /// Goes on with new messages once all that is there is loaded and on the screen.
    pub fn follow(&mut self, rows: LogRows<'_>, height: usize) {
        let shows_all = match self.position {
            ScrollPosition::Newest | ScrollPosition::Back(_) => return,
            ScrollPosition::New => !rows.log.lacks_line(),
            ScrollPosition::Oldest => !rows.log.lacks_older(),
        } && self.top(rows, height) >= rows.newest_top(height);
        if shows_all && rows.log.has_newest() {
            self.to_newest();
        }
    }

    /// The first message on the screen, and the last one whose end is on it; `None` if there is none.
    #[must_use]
    pub fn seen(&self, rows: LogRows<'_>, height: usize) -> Option<(Seq, Seq)> {
        // A hint covers the end of the last row if there is more below.
        let shown = height.saturating_sub(usize::from(self.reads_back(rows, height)));
        let top = self.top(rows, height);
        let end = match self.position {
            ScrollPosition::Newest => rows.log.len(),
            _ => rows.down(top, shown).0,
        };
        rows.log.messages_in(top.0..end)
    }

    /// Whether the end of the log is on the screen, or less than a screen below it.
    #[must_use]
    pub fn is_near_end(&self, rows: LogRows<'_>, height: usize) -> bool {
        self.position == ScrollPosition::Newest
            || rows.down(self.top(rows, height), 2 * height).0 >= rows.log.len()
    }

    /// Whether the oldest entry is on the screen, or less than a screen above it.
    #[must_use]
    pub fn is_near_oldest(&self, rows: LogRows<'_>, height: usize) -> bool {
        rows.up(self.top(rows, height), height) == (0, 0)
    }

    /// Whether the oldest entry is on the screen.
    #[must_use]
    pub fn is_at_oldest(&self, rows: LogRows<'_>, height: usize) -> bool {
        self.top(rows, height) == (0, 0)
    }

    /// The row at the top of a screen of that height.
    #[must_use]
    pub fn top(&self, rows: LogRows<'_>, height: usize) -> RowPosition {
        let newest = rows.newest_top(height);
        match self.position {
            ScrollPosition::Newest => newest,
            ScrollPosition::New => match rows.log.first_new() {
                Some(index) => rows.up((index, 0), ROWS_BEFORE_NEW).min(newest),
                None => newest,
            },
            ScrollPosition::Back(anchor) => anchor.find(rows).min(newest),
            ScrollPosition::Oldest => (0, 0),
        }
    }

    fn go(&mut self, top: RowPosition, rows: LogRows<'_>, height: usize) {
        let is_newest = !rows.log.is_cut() && top >= rows.newest_top(height);
        self.position = match Anchor::at(top, rows) {
            _ if is_newest => ScrollPosition::Newest,
            Some(anchor) => ScrollPosition::Back(anchor),
            // The first messages of another window are on their way.
            None => self.position,
        };
    }
}

impl Anchor {
    /// The `seq` of its entry.
    pub(crate) const fn seq(self) -> Seq {
        self.seq
    }

    fn at((index, row): RowPosition, rows: LogRows<'_>) -> Option<Self> {
        let entry = rows.log.get(index)?;
        let lines_above = rows.height_above(index);
        Some(Self { entry: entry.id(), seq: entry.seq(), row, lines_above })
    }

    fn find(self, rows: LogRows<'_>) -> RowPosition {
        let index = rows.log.position(self.entry, self.seq);
        let lost = self.lines_above.saturating_sub(rows.height_above(index));
        let last_row = |index| rows.height(index).saturating_sub(1);
        match self.row.checked_sub(lost) {
            Some(row) => (index, row.min(last_row(index))),
            // The line at the top of the screen is gone: the last row before it takes its place.
            None => {
                let before = index.saturating_sub(1);
                (before, last_row(before))
            }
        }
    }
}

#[cfg(test)]
mod tests;
