//! A log as rows of text.

mod cache;
mod clock;
mod entry;
mod extras;
mod heights;
mod id_hash;
mod ignored;
mod shape;

use std::sync::Arc;

use chat_client::Room;
use chat_client::entry::{Body, LogEntry, Origin};
use chat_client::log::Log;
use chat_proto::command::Kind;
use chat_proto::{Seq, UserName};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use self::cache::EntryLayout;
use self::clock::MINUTE;
pub(crate) use self::entry::{Row, SpanKind};
use self::extras::ThreadMark;
pub(crate) use self::extras::answered;
pub use self::heights::Heights;
use self::shape::Shape;
use crate::keymap::KeyMap;
use crate::markup::FOLD_ROWS;
use crate::settings::Clock;
use crate::wording::{beginning_of, quoted};

/// A row of a log: the index of an entry, and the index of the row in it.
pub type RowPosition = (usize, usize);

/// Longest pause in a group of messages of one user, in milliseconds. After a longer one the name is shown
/// again.
const GROUP_PAUSE: i64 = 5 * MINUTE;

/// The rows over an entry, and the label before it, that follow from the entry before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowsAbove {
    /// Whether this is the oldest message of the room that is stored.
    pub beginning: bool,
    /// The date, if it is not that of the entry before.
    pub day: Option<Date>,
    /// Whether this is the first unread message.
    pub new: bool,
    /// Whether the name of the author is shown: this is the first message of a group.
    pub name: bool,
    /// Whether the time is shown.
    pub time: bool,
    /// The message that this one answers, if a row says so.
    pub answers: Option<Seq>,
}

/// A log in rows of `width` columns, with its times in `zone`.
#[derive(Debug, Clone, Copy)]
pub struct LogRows<'a> {
    /// The log.
    pub log: &'a Log,
    /// The time zone of times and dates.
    pub zone: &'a TimeZone,
    /// The keys that notices name.
    keys: &'a KeyMap,
    shape: Shape,
    heights: Option<&'a Heights>,
    /// The entry below the line of unread messages, found once for all rows.
    first_new: Option<usize>,
    /// The room of the log, if the beginning of the log is to be named.
    room: Option<&'a Room>,
    /// The first message of the thread, if it is the log of one.
    thread: Option<Seq>,
    /// The first message of the thread that is on the screen, which shows whether a text is typed for it.
    open_thread: Option<Seq>,
}

impl<'a> LogRows<'a> {
    /// A log in rows of `width` columns. `heights` has the heights that are known.
    #[must_use]
    pub fn new(
        log: &'a Log,
        zone: &'a TimeZone,
        keys: &'a KeyMap,
        width: usize,
        heights: Option<&'a Heights>,
    ) -> Self {
        Self {
            log,
            zone,
            keys,
            shape: Shape::new(width, log.authors()),
            heights,
            first_new: log.first_new(),
            room: None,
            thread: None,
            open_thread: None,
        }
    }

    /// The same, with a row over the oldest message of this room, if that is loaded.
    #[must_use]
    pub const fn of(self, room: &'a Room) -> Self {
        Self { room: Some(room), ..self }
    }

    /// The same, beside the thread that begins with this message, if there is one.
    #[must_use]
    pub const fn beside_thread(self, open_thread: Option<Seq>) -> Self {
        Self { open_thread, ..self }
    }

    /// The same, of the thread that begins with a message: no row says that they answer it.
    #[must_use]
    pub const fn in_thread(mut self, root: Seq) -> Self {
        (self.thread, self.shape.shows_replies) = (Some(root), false);
        self
    }

    /// The entry before another one.
    fn before(&self, index: usize) -> Option<&'a LogEntry> {
        self.log.get(index.checked_sub(1)?)
    }

    /// A log in plain rows of `width` columns: the texts as they were sent, and nothing beside them.
    #[must_use]
    pub fn bare(log: &'a Log, zone: &'a TimeZone, keys: &'a KeyMap, width: usize) -> Self {
        Self { shape: Shape::bare(width), heights: None, ..Self::new(log, zone, keys, width, None) }
    }

    /// The same, with times that are written so.
    #[must_use]
    pub const fn with_clock(mut self, clock: Clock) -> Self {
        self.shape.clock = clock;
        self
    }

    /// The rows over an entry, and the label before it.
    pub(crate) fn above(&self, index: usize) -> RowsAbove {
        let Some(entry) = self.log.get(index) else {
            return RowsAbove::default();
        };
        let before = self.before(index);
        let rules = self.rules_above(index, entry, before);
        let begins = rules.day.is_some() || rules.new;
        let is_same = |before: &LogEntry| self.shape.clock.is_same(before.at, entry.at);
        RowsAbove {
            name: author(entry).is_some()
                && (begins || !before.is_some_and(|before| is_group(before, entry))),
            time: begins || !before.is_some_and(is_same),
            answers: self.answers(entry, before),
            ..rules
        }
    }

    /// The rows over an entry, without that of the name.
    fn rules_above(&self, index: usize, entry: &LogEntry, before: Option<&LogEntry>) -> RowsAbove {
        let day = |entry: &LogEntry| {
            let at = entry.at.timestamp();
            self.zone.to_offset(at).to_datetime(at).date()
        };
        // Two entries of one minute are of one day: this saves a look at the time zone, which takes time.
        let is_same = before.is_some_and(|before| Clock::Hours24.is_same(before.at, entry.at));
        let day = (!is_same).then(|| day(entry)).filter(|today| before.map(day) != Some(*today));
        RowsAbove {
            beginning: index == 0 && self.room.is_some() && self.log.has_beginning(),
            day,
            new: self.first_new == Some(index),
            ..RowsAbove::default()
        }
    }

    /// The message that an entry answers, unless the row before says so.
    fn answers(&self, entry: &LogEntry, before: Option<&LogEntry>) -> Option<Seq> {
        let seq =
            answered(entry).filter(|seq| !self.shape.is_bare() && self.thread != Some(*seq))?;
        (before.and_then(answered) != Some(seq)).then_some(seq)
    }

    /// How many rows of an entry are above its text.
    pub(crate) fn height_above(&self, index: usize) -> usize {
        let RowsAbove { beginning, day, new, name, .. } = match self.log.get(index) {
            Some(entry) if !self.shape.is_name_above() => {
                self.rules_above(index, entry, self.before(index))
            }
            _ => self.above(index),
        };
        let name = name && self.shape.is_name_above();
        usize::from(beginning) + usize::from(day.is_some()) + usize::from(new) + usize::from(name)
    }

    /// How many rows an entry takes; none if there is no such entry, or if it is part of the row before.
    pub(crate) fn height(&self, index: usize) -> usize {
        let Some(entry) = self.shown(index) else {
            return 0;
        };
        let width = self.shape.text_width();
        let height = || entry::text_height(entry, self.shape, self.keys, self.is_open(entry));
        let height = self.heights.map_or_else(height, |heights| heights.get(entry, width, height));
        // Most messages answer none.
        let answers = answered(entry).and_then(|_| self.above(index).answers);
        let answers = usize::from(answers.is_some());
        self.height_above(index) + answers + height + entry::reason_height(entry, self.shape)
    }

    /// An entry that has rows of its own.
    fn shown(&self, index: usize) -> Option<&LogEntry> {
        self.log.get(index).filter(|_| !self.is_with_before(index))
    }

    /// The rows of an entry.
    pub(crate) fn rows(&self, index: usize) -> Vec<Arc<Row>> {
        let Some(entry) = self.shown(index) else {
            return Vec::new();
        };
        let above = self.above(index);
        let mut all = Vec::new();
        if let Some(room) = self.room.filter(|_| above.beginning) {
            all.push(Arc::new(self.shape.beginning(&beginning(room))));
        }
        if let Some(date) = above.day {
            all.push(Arc::new(self.shape.day(date)));
        }
        if above.new {
            all.push(Arc::new(self.shape.new_messages(self.new_count(index))));
        }
        if ignored::is_ignored(entry) {
            all.push(Arc::new(self.ignored_row(index, entry)));
            return all;
        }
        let Self { shape, zone, keys, .. } = *self;
        let (is_open, thread) = (self.is_open(entry), self.thread_mark(entry).unwrap_or_default());
        let layout = EntryLayout { above, shape, zone, keys, is_open, thread };
        let answers = above.answers.map(|seq| beginning_of(self.log.message(seq)));
        let lay_out = || entry::rows(entry, layout, answers.as_deref());
        match self.heights.filter(|_| answers.is_none()) {
            Some(heights) => all.extend(heights.rows(entry, layout, lay_out)),
            // The message that it answers may have another text by now.
            None => all.extend(lay_out().into_iter().map(Arc::new)),
        }
        all
    }

    /// A row of an entry as the first row of the screen: with the author and the time, which a row above may have.
    pub(crate) fn at_top(&self, at: RowPosition, row: Arc<Row>) -> Arc<Row> {
        match self.author_above(at).filter(|_| !self.shape.is_name_above()) {
            Some((name, time)) => {
                let is_first = at.1 == self.height_above(at.0);
                Arc::new(self.shape.with_head(&row, is_first, time, name))
            }
            None => row,
        }
    }

    /// The same if the name has a row of its own: that row, as long as it is above the screen. `None` if it is not.
    pub(crate) fn over_top(&self, at: RowPosition) -> Option<(&'a UserName, Row)> {
        let (name, time) = self.author_above(at).filter(|_| self.shape.is_name_above())?;
        Some((name, self.shape.name_row(name, &time)))
    }

    /// The author and the time of a row of a text, which may be above it.
    fn author_above(&self, (index, number): RowPosition) -> Option<(&'a UserName, String)> {
        let entry = self.log.get(index).filter(|_| number >= self.height_above(index))?;
        Some((author(entry)?, self.shape.clock.time(entry.at, self.zone)))
    }

    /// The line about the answers to one of the messages; `None` if there are none.
    fn thread_mark(&self, entry: &LogEntry) -> Option<ThreadMark> {
        let room = self.room?;
        let replies = entry.body.extras()?.details.replies?;
        let seq = entry.message_seq()?;
        let unread = Some(room.unread_replies(seq))
            .filter(|unread| replies.last_seq > room.read() && unread.count > 0);
        let has_draft = self.open_thread != Some(seq) && !room.draft_in_thread(seq).is_empty();
        Some(ThreadMark { unread, has_draft })
    }

    fn is_open(&self, entry: &LogEntry) -> bool {
        self.shape.is_bare() || self.heights.is_some_and(|heights| heights.is_open(entry.id()))
    }

    /// Whether an entry is so long that it is folded unless it is opened.
    pub(crate) fn is_long(&self, index: usize) -> bool {
        self.log.get(index).is_some_and(|entry| entry::is_long(entry, self.shape))
    }

    /// Whether a row of an entry says how many rows are folded.
    pub(crate) fn is_fold(&self, (index, row): RowPosition) -> bool {
        let is_open = self.log.get(index).is_none_or(|entry| self.is_open(entry));
        let answers = usize::from(self.above(index).answers.is_some());
        row == self.height_above(index) + answers + FOLD_ROWS && !is_open && self.is_long(index)
    }

    /// The column of the marks; `None` if the log is too narrow for one.
    pub(crate) fn mark_column(&self) -> Option<usize> {
        self.shape.mark_column()
    }

    /// The rows of a screen of that height, from `top` on.
    pub(crate) fn on_screen(&self, (first, above): RowPosition, height: usize) -> Vec<RowPosition> {
        let rows = (first..self.log.len())
            .flat_map(|index| (0..self.height(index)).map(move |row| (index, row)));
        rows.skip(above).take(height).collect()
    }

    /// How many messages of others there are from an entry on, with those that are not loaded.
    fn new_count(&self, first: usize) -> u64 {
        let entries = (first..self.log.len()).filter_map(|index| self.log.get(index));
        let is_heard = |entry: &&LogEntry| {
            matches!(entry.body, Body::Message { origin: Origin::Other(_) | Origin::Damaged, .. })
        };
        entries.filter(is_heard).count() as u64 + self.log.newer_count()
    }

    /// How many rows there are from one row to a later one.
    pub(crate) fn distance(&self, (index, row): RowPosition, to: RowPosition) -> isize {
        let before: usize = (index..to.0).map(|index| self.height(index)).sum();
        isize::try_from((before + to.1).saturating_sub(row)).unwrap_or(isize::MAX)
    }

    /// The row `count` above `from`, or the first there is.
    pub(crate) fn up(&self, (mut index, mut row): RowPosition, mut count: usize) -> RowPosition {
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
    pub(crate) fn down(&self, (mut index, row): RowPosition, count: usize) -> RowPosition {
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
    pub(crate) fn newest_top(&self, height: usize) -> RowPosition {
        self.up((self.log.len(), 0), height)
    }
}

/// The row over the oldest stored message of a room.
fn beginning(room: &Room) -> String {
    if room.log().oldest().is_some_and(|oldest| oldest > Seq::FIRST) {
        return "Older messages have been deleted".to_owned();
    }
    let label = room.label();
    label.other().map_or_else(
        || format!("Beginning of {}", label.as_str()),
        |name| format!("Beginning of your messages with {}", quoted(&name)),
    )
}

/// The author of a message that has the name in front of its text. An action has it in the text.
fn author(entry: &LogEntry) -> Option<&UserName> {
    match &entry.body {
        Body::Message { from, kind: Kind::Text, .. } => Some(from),
        _ => None,
    }
}

/// Whether two neighbours are messages of one user without a pause between them.
fn is_group(before: &LogEntry, entry: &LogEntry) -> bool {
    let pause = entry.at.as_millis().saturating_sub(before.at.as_millis());
    author(before).is_some() && author(before) == author(entry) && pause < GROUP_PAUSE
}
