//! The columns of a row, and the rules across the log.

use chat_proto::UserName;
use jiff::civil::Date;

use super::{Row, SpanKind};
use crate::settings::Clock;
use crate::wrap::{columns, cut};

/// Narrowest log with the time and the name in columns. In a narrower one they have a row of their own. A
/// screen of 80 columns has 59 beside the room list.
const COLUMNS_WIDTH_MIN: usize = 56;

/// Narrowest and widest column of names.
const NAME_WIDTH: (usize, usize) = (6, 14);

/// Columns of the mark, and of the blank after it.
const MARK_COLUMNS: usize = 2;

/// The pieces of a head before the mark: the time, the name, and the blank after it.
const HEAD_PIECES: usize = 3;

/// Narrowest log with a column of marks.
const MARK_WIDTH_MIN: usize = 12;

/// Widest text: a wider one is hard to read.
const TEXT_WIDTH_MAX: usize = 100;

/// The text of the rule below all that is from before the restore; the first that fits.
const RESTORED: [&str; 3] =
    ["above: before the restore of the server", "above: before the restore", "restored"];

/// The columns of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    width: usize,
    /// Columns of the names; `None` if a name has a row of its own.
    name: Option<usize>,
    /// Whether there is nothing beside the texts.
    is_bare: bool,
    /// Whether a message says how many answer it: not in its thread, where they are.
    pub(super) shows_replies: bool,
    /// How times are written.
    pub(super) clock: Clock,
}

impl Shape {
    /// The shape of a log of this width with messages of these users.
    pub(super) fn new<'a>(width: usize, authors: impl Iterator<Item = &'a str>) -> Self {
        let (least, most) = NAME_WIDTH;
        let widest = || authors.map(columns).max().unwrap_or_default();
        let name = (width >= COLUMNS_WIDTH_MIN).then(|| widest().clamp(least, most));
        Self { width, name, is_bare: false, shows_replies: true, clock: Clock::Hours24 }
    }

    /// The shape of a log of this width with nothing beside the texts.
    pub(super) const fn bare(width: usize) -> Self {
        Self { width, name: None, is_bare: true, shows_replies: true, clock: Clock::Hours24 }
    }

    /// Whether there is nothing beside the texts.
    pub(super) const fn is_bare(self) -> bool {
        self.is_bare
    }

    /// Whether the name is on a row above the text.
    pub(super) const fn is_name_above(self) -> bool {
        self.name.is_none()
    }

    /// Columns before the text.
    const fn head_width(self) -> usize {
        match self.name {
            Some(name) => self.clock.columns() + 1 + name + 1 + MARK_COLUMNS,
            None if self.width >= MARK_WIDTH_MIN && !self.is_bare => MARK_COLUMNS,
            None => 0,
        }
    }

    /// The column of the mark.
    pub(super) const fn mark_column(self) -> Option<usize> {
        self.head_width().checked_sub(MARK_COLUMNS)
    }

    /// Columns of the text.
    pub(super) fn text_width(self) -> usize {
        let most = if self.is_bare { self.width } else { TEXT_WIDTH_MAX };
        (self.width - self.head_width()).min(most)
    }

    /// The row over the text of a message: its author and its time.
    pub(super) fn name_row(self, name: &UserName, time: &str) -> Row {
        let room = self.width.saturating_sub(self.clock.columns() + 1);
        if room == 0 {
            return vec![(SpanKind::Name, cut(name.as_str(), self.width))];
        }
        vec![(SpanKind::Name, cut(name.as_str(), room)), (SpanKind::Dim, format!(" {time}"))]
    }

    /// The label before the first row of a text: the time and the name if they are shown, and the mark.
    pub(super) fn head(
        self,
        time: Option<String>,
        name: Option<&UserName>,
        mark: (SpanKind, char),
    ) -> Row {
        let mut row = Row::new();
        if let Some(width) = self.name {
            let time = time.unwrap_or_else(|| " ".repeat(self.clock.columns()));
            let name = name.map(|name| cut(name.as_str(), width)).unwrap_or_default();
            let gap = 1 + width.saturating_sub(columns(&name));
            row.push((SpanKind::Dim, time + &" ".repeat(gap)));
            row.push((SpanKind::Name, name));
            row.push((SpanKind::Plain, " ".to_owned()));
        }
        if self.head_width() > 0 {
            row.push((mark.0, mark.1.to_string()));
            row.push((SpanKind::Plain, " ".to_owned()));
        }
        row
    }

    /// A row of a message with the time and the name in their columns. `is_first`: it has the mark.
    pub(super) fn with_head(self, row: &Row, is_first: bool, time: String, name: &UserName) -> Row {
        let mut head = self.head(Some(time), Some(name), (SpanKind::Plain, ' '));
        if is_first {
            head.truncate(HEAD_PIECES);
        }
        let replaced = if is_first { HEAD_PIECES } else { 1 };
        head.extend(row.iter().skip(replaced).cloned());
        head
    }

    /// The indent of the other rows of a text.
    pub(super) fn indent(self) -> Row {
        vec![(SpanKind::Plain, " ".repeat(self.head_width()))]
    }

    /// The row over the oldest message of the room.
    pub(super) fn beginning(self, text: &str) -> Row {
        let mut row = self.indent();
        row.push((SpanKind::Dim, cut(text, self.text_width())));
        row
    }

    /// The rule over the first entry of a day.
    pub(super) fn day(self, date: Date) -> Row {
        let (long, short) = (date.strftime("%A, %-d %B %Y"), date.strftime("%Y-%m-%d"));
        vec![(SpanKind::Dim, self.rule(&[&long.to_string(), &short.to_string()]))]
    }

    /// The rule over the first new message.
    pub(super) fn new_messages(self, count: u64) -> Row {
        vec![(SpanKind::New, self.rule(&[&format!("{count} new"), "new"]))]
    }

    /// The rule below all that is from before the restore.
    pub(super) fn restored(self) -> Row {
        vec![(SpanKind::New, self.rule(&RESTORED))]
    }

    /// A line across the log with the first of these words that fit it, or the last, in its middle.
    fn rule(self, words: &[&str]) -> String {
        let fits = words.iter().find(|words| columns(words) + 4 <= self.width);
        let words = fits.or(words.last()).copied().unwrap_or_default();
        let words = cut(&format!(" {words} "), self.width);
        let rest = self.width - columns(&words);
        format!("{}{words}{}", "─".repeat(rest / 2), "─".repeat(rest - rest / 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(width: usize) -> Shape {
        Shape::new(width, std::iter::empty())
    }

    #[test]
    fn a_rule_fits() {
        let date = jiff::civil::date(2026, 11, 22);
        let text = |width| shape(width).day(date).remove(0).1;
        assert_eq!(text(32), "─── Sunday, 22 November 2026 ───");
        assert_eq!(text(20), "──── 2026-11-22 ────");
        for width in 1..40 {
            assert_eq!(columns(&text(width)), width);
        }
    }

    #[test]
    fn the_column_of_names_is_as_wide_as_the_widest_name() {
        let names = ["bob", "constantine", "a-name-of-twenty-col"];
        for (count, head) in [(0, 15), (1, 15), (2, 20), (3, 23)] {
            assert_eq!(Shape::new(80, names.into_iter().take(count)).head_width(), head);
        }
        assert_eq!((shape(55).head_width(), shape(11).head_width()), (2, 0));
        assert_eq!((shape(300).text_width(), shape(1).text_width()), (100, 1));
    }
}
