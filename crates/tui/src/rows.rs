//! A log as rows of text.

mod entry;

use chat_client::entry::LogEntry;
use chat_client::log::Log;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub(crate) use self::entry::{Row, SpanKind};

/// A row of a log: the index of an entry, and the index of the row in it.
pub type Top = (usize, usize);

/// The lines over an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Above {
    /// The date, if it is not that of the entry before.
    pub day: Option<Date>,
    /// Whether this is the first unread message.
    pub new: bool,
}

impl Above {
    /// Rows that they take.
    pub(crate) fn height(self) -> usize {
        usize::from(self.day.is_some()) + usize::from(self.new)
    }
}

/// A log in rows of `width` columns, with its times in `zone`.
#[derive(Debug, Clone, Copy)]
pub struct LogRows<'a> {
    /// The log.
    pub log: &'a Log,
    /// The time zone of times and dates.
    pub zone: &'a TimeZone,
    /// Columns of a row.
    pub width: usize,
}

impl LogRows<'_> {
    /// The lines over an entry.
    pub(crate) fn lines_above(&self, index: usize) -> Above {
        let Some(entry) = self.log.get(index) else {
            return Above::default();
        };
        let before = index.checked_sub(1).and_then(|before| self.log.get(before));
        let day = |entry: &LogEntry| entry.at.timestamp().to_zoned(self.zone.clone()).date();
        let today = day(entry);
        let is_another = before.map(day) != Some(today);
        Above { day: is_another.then_some(today), new: self.log.first_new() == Some(index) }
    }

    /// Rows of an entry; 0 if there is none.
    pub(crate) fn height(&self, index: usize) -> usize {
        let Some(entry) = self.log.get(index) else {
            return 0;
        };
        self.lines_above(index).height() + entry::height(entry, self.width)
    }

    /// The rows of an entry, with the lines over it.
    pub(crate) fn rows(&self, index: usize) -> Vec<Row> {
        let Some(entry) = self.log.get(index) else {
            return Vec::new();
        };
        let mut all = entry::rows_above(entry, self.lines_above(index), self.width, self.zone);
        all.extend(entry::rows(entry, self.width, self.zone));
        all
    }

    /// The row `count` above `from`, or the first there is.
    pub(crate) fn above(&self, (mut index, mut row): Top, mut count: usize) -> Top {
        while count > row {
            if index == 0 {
                return (0, 0);
            }
            count -= row;
            index -= 1;
            row = self.height(index);
        }
        (index, row - count)
    }

    /// The row `count` below `from`, or the end.
    pub(crate) fn below(&self, (mut index, row): Top, count: usize) -> Top {
        let mut count = row + count;
        while index < self.log.len() {
            let height = self.height(index);
            if count < height {
                return (index, count);
            }
            count -= height;
            index += 1;
        }
        (index, 0)
    }

    /// The top of a screen of that height that ends with the newest entry.
    pub(crate) fn newest_top(&self, height: usize) -> Top {
        self.above((self.log.len(), 0), height)
    }
}
