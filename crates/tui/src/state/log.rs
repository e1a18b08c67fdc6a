//! What was said, and the place where the user reads.

use std::collections::VecDeque;

use chat_proto::At;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Body, Delivery, Entry, How, Tone};

/// Most entries that are kept to be read back: a busy day; 32 MiB of texts at the
/// very most.
pub const SCROLLBACK_MAX: usize = 2_000;

/// An entry's number: 1, 2, 3 … in the order in which they came, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryId(pub(crate) u64);

/// A row of an entry: where the screen begins.
type Top = (usize, usize);

/// The entries, oldest first.
#[derive(Debug)]
pub struct Log {
    entries: VecDeque<Entry>,
    /// The number of the first entry.
    first: u64,
    /// The day of the last entry.
    day: Option<Date>,
    zone: TimeZone,
    place: Place,
    unseen: usize,
}

/// Where the user reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the newest entry, wherever that is.
    Newest,
    /// At that row of that entry, on top of the screen, whatever else comes.
    Back { top: EntryId, row: usize },
}

impl Log {
    /// An empty log, in the time of `zone`.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self {
            entries: VecDeque::new(),
            first: 1,
            day: None,
            zone,
            place: Place::Newest,
            unseen: 0,
        }
    }

    /// The time zone of the times.
    pub(crate) const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Adds an entry, after a day line where the date has changed.
    pub fn push(&mut self, at: At, body: Body) -> EntryId {
        let day = at.timestamp().to_zoned(self.zone.clone()).date();
        if self.day.replace(day) != Some(day) {
            self.add(at, Body::Day(day));
        }
        if self.place != Place::Newest && matches!(body, Body::Said { .. }) {
            self.unseen += 1;
        }
        self.add(at, body)
    }

    /// Adds a note.
    pub fn note(&mut self, at: At, tone: Tone, text: impl Into<String>) {
        self.push(at, Body::Note(tone, text.into()));
    }

    fn add(&mut self, at: At, body: Body) -> EntryId {
        self.entries.push_back(Entry { at, body });
        if self.entries.len() > SCROLLBACK_MAX {
            self.entries.pop_front();
            self.first += 1;
        }
        EntryId(self.first + self.entries.len() as u64 - 1)
    }

    /// Sets what has become of an own message, and when; does nothing where it is no longer kept.
    pub fn settle(&mut self, id: EntryId, at: Option<At>, delivery: Delivery) {
        let Some(entry) = self.index(id).and_then(|index| self.entries.get_mut(index)) else {
            return;
        };
        entry.at = at.unwrap_or(entry.at);
        if let Body::Said { how, .. } = &mut entry.body {
            *how = How::Own(delivery);
        }
    }

    /// Forgets all before the first message that is not settled.
    pub fn clear(&mut self) {
        let pending = |entry: &Entry| {
            matches!(entry.body, Body::Said { how: How::Own(Delivery::Pending), .. })
        };
        let end = self.first + self.entries.len() as u64;
        let kept = self.entries.iter().position(pending).unwrap_or(self.entries.len());
        self.entries.drain(..kept);
        self.first = end - self.entries.len() as u64;
        self.day = None;
        self.to_newest();
    }

    fn index(&self, id: EntryId) -> Option<usize> {
        usize::try_from(id.0.checked_sub(self.first)?).ok()
    }

    /// How many messages have come since the user reads back.
    #[must_use]
    pub const fn unseen(&self) -> usize {
        self.unseen
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
        self.unseen = 0;
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

    fn go(&mut self, top: Top, width: usize, height: usize) {
        if top >= self.newest_top(width, height) {
            return self.to_newest();
        }
        self.place = Place::Back { top: EntryId(self.first + top.0 as u64), row: top.1 };
    }

    /// The top of a screen that ends with the newest entry.
    fn newest_top(&self, width: usize, height: usize) -> Top {
        self.above((self.entries.len(), 0), height, width)
    }

    /// Where the screen begins: an entry and one of its rows.
    fn top(&self, width: usize, height: usize) -> Top {
        let newest = self.newest_top(width, height);
        let Place::Back { top, row } = self.place else {
            return newest;
        };
        let Some(index) = self.index(top) else {
            return (0, 0).min(newest);
        };
        let last_row = self.entries.get(index).map_or(0, |entry| entry.height(width) - 1);
        (index, row.min(last_row)).min(newest)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn log(count: usize) -> Log {
        let mut log = Log::new(TimeZone::UTC);
        for number in 1..=count {
            log.note(At::from_millis(0), Tone::Info, format!("{number} {}", "word ".repeat(20)));
        }
        log
    }

    fn first_text(log: &Log, width: usize, height: usize) -> (usize, String) {
        let (row, mut entries) = log.visible(width, height);
        match entries.next().map(|entry| &entry.body) {
            Some(Body::Note(_, text)) => (row, text[..3].trim().to_owned()),
            other => (row, format!("{other:?}")),
        }
    }

    #[test]
    fn reading_back_keeps_its_place() {
        let mut log = log(100);
        log.scroll(-40, 60, 10);
        let place = first_text(&log, 60, 10);
        log.note(At::from_millis(0), Tone::Info, "new");
        assert_eq!(first_text(&log, 60, 10), place);
        assert_eq!(first_text(&log, 20, 10).1, place.1, "in a narrower log");
        assert_eq!(first_text(&log, 60, 10), place, "and back");
        log.scroll(1_000, 60, 10);
        assert_eq!(log.place, Place::Newest);
    }

    #[test]
    fn scrolling_there_and_back_ends_where_it_began() {
        let mut log = log(100);
        log.scroll(-50, 40, 10);
        let place = first_text(&log, 40, 10);
        log.scroll(-17, 40, 10);
        log.scroll(17, 40, 10);
        assert_eq!(first_text(&log, 40, 10), place);
        log.to_oldest(40, 10);
        log.scroll(-5, 40, 10);
        assert!(first_text(&log, 40, 10).1.starts_with("Some(Day"));
    }

    #[test]
    fn a_log_that_fits_does_not_scroll() {
        let mut log = log(2);
        log.scroll(-5, 80, 20);
        assert_eq!(log.place, Place::Newest);
    }

    #[test]
    fn the_scrollback_is_bounded_and_the_place_goes_with_it() {
        let mut log = log(SCROLLBACK_MAX);
        log.to_oldest(80, 10);
        for _ in 0..10 {
            log.note(At::from_millis(0), Tone::Info, "new");
        }
        assert_eq!(log.entries.len(), SCROLLBACK_MAX);
        assert_eq!(first_text(&log, 80, 10), (0, "11".to_owned()));
    }

    #[test]
    fn a_day_line_comes_with_each_new_date() {
        let mut log = Log::new(TimeZone::UTC);
        for hours in [0, 1, 23, 24, 25] {
            log.note(At::from_millis(hours * 3_600_000), Tone::Info, "note");
        }
        let days = log.entries.iter().filter(|entry| matches!(entry.body, Body::Day(_)));
        assert_eq!(days.count(), 2);
    }
}
