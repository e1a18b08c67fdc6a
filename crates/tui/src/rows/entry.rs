//! How an entry breaks into rows.

use std::ops::Range;

use chat_client::entry::{Body, Delivery, LogEntry, NoticeKind, Origin};
use chat_client::quoted;
use chat_proto::UserName;
use chat_proto::command::Kind;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Above;
use crate::wrap::wrap;

/// Columns of the time and the mark: `14:02 › `.
const HEAD_COLUMNS: usize = 8;

/// Narrowest log whose rows are all aligned with the name, in columns; in a narrower one they are indented by
/// [`NARROW_INDENT`].
const INDENT_WIDTH_MIN: usize = 40;

/// Narrowest log that shows the time, in columns.
const HEAD_WIDTH_MIN: usize = 16;

/// Indent of the second row and those after it in a narrow log, in columns.
const NARROW_INDENT: usize = 2;

/// The text of the rule below all that is from before the restore; the first that fits.
const RESTORED: [&str; 3] =
    ["above: before the restore of the server", "above: before the restore", "restored"];

/// What a piece of a row is; the view chooses a style for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpanKind {
    /// The time, and other less important text.
    Dim,
    /// The mark before a name.
    Mark,
    /// The name of the author.
    Name,
    /// The text.
    Text,
    /// The name of the user in it.
    Mention,
    /// An error.
    Trouble,
    /// The line over the first unread message.
    New,
}

/// A row: its pieces from left to right.
pub(crate) type Row = Vec<(SpanKind, String)>;

/// The text of an entry, and the end of each piece in bytes.
struct Flat {
    text: String,
    parts: Vec<(SpanKind, usize)>,
}

impl Flat {
    fn new() -> Self {
        Self { text: String::new(), parts: Vec::new() }
    }

    fn with(mut self, part: SpanKind, text: &str) -> Self {
        self.text.push_str(text);
        self.parts.push((part, self.text.len()));
        self
    }

    /// The pieces of one row.
    fn row(&self, row: &Range<usize>) -> Row {
        let mut from = row.start;
        let mut pieces = Row::new();
        for (part, end) in &self.parts {
            let to = (*end).min(row.end);
            if from < to {
                pieces.push((*part, self.text[from..to].to_owned()));
                from = to;
            }
        }
        pieces
    }
}

/// Rows of an entry without the lines over it.
pub(super) fn height(entry: &LogEntry, width: usize) -> usize {
    match entry.body {
        Body::Restored => 1,
        _ => breaks(&flat(entry), width).len(),
    }
}

/// The rows of an entry without the lines over it.
pub(super) fn rows(entry: &LogEntry, width: usize, zone: &TimeZone) -> Vec<Row> {
    if let Body::Restored = entry.body {
        return vec![vec![(SpanKind::New, line(&RESTORED, width))]];
    }
    let flat = flat(entry);
    let (first, rest) = indents(width);
    let rows = breaks(&flat, width).into_iter().enumerate().map(|(index, range)| {
        let mut row = if index == 0 { head(entry, first, zone) } else { blank(rest) };
        row.extend(flat.row(&range));
        row
    });
    rows.collect()
}

/// The rows of the lines over an entry.
pub(super) fn rows_above(
    entry: &LogEntry,
    above: Above,
    width: usize,
    zone: &TimeZone,
) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(date) = above.day {
        rows.push(vec![(SpanKind::Dim, day_line(date, width))]);
    }
    if above.new {
        let long = format!("new since {}", time(entry, zone));
        rows.push(vec![(SpanKind::New, line(&[&long, "new"], width))]);
    }
    rows
}

fn time(entry: &LogEntry, zone: &TimeZone) -> String {
    entry.at.timestamp().to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// The time and the mark.
fn head(entry: &LogEntry, columns: usize, zone: &TimeZone) -> Row {
    if columns == 0 {
        return Row::new();
    }
    vec![(SpanKind::Dim, time(entry, zone) + " "), (SpanKind::Mark, format!("{} ", mark(entry)))]
}

/// The sign of an entry, which needs no colour.
fn mark(entry: &LogEntry) -> char {
    match &entry.body {
        Body::Notice(NoticeKind::Joined, _) => '→',
        Body::Notice(NoticeKind::Left, _) => '←',
        Body::Notice(NoticeKind::Info, _) => '·',
        Body::Notice(NoticeKind::Trouble, _) => '!',
        Body::Message { origin: Origin::Heard(mentions), .. } if mentions.is_empty() => ' ',
        Body::Message { origin: Origin::Heard(_), .. } => '@',
        Body::Message { origin: Origin::Damaged, .. } | Body::Restored => ' ',
        Body::Message { origin: Origin::Own(delivery), .. } => match delivery {
            Delivery::Storing(_) => ' ',
            Delivery::Pending(_) => '…',
            Delivery::Accepted => '›',
            Delivery::Refused(_) => '×',
        },
    }
}

fn flat(entry: &LogEntry) -> Flat {
    match &entry.body {
        Body::Notice(NoticeKind::Trouble, text) => Flat::new().with(SpanKind::Trouble, text),
        Body::Notice(NoticeKind::Info, text) => Flat::new().with(SpanKind::Text, text),
        Body::Notice(_, text) => Flat::new().with(SpanKind::Dim, text),
        Body::Restored => Flat::new(),
        Body::Message { from, kind, text, origin } => said(from, *kind, text, origin),
    }
}

fn said(from: &UserName, kind: Kind, text: &str, origin: &Origin) -> Flat {
    let flat = match kind {
        Kind::Text => Flat::new().with(SpanKind::Name, from.as_str()).with(SpanKind::Text, ": "),
        Kind::Action => Flat::new()
            .with(SpanKind::Text, "* ")
            .with(SpanKind::Name, &quoted(from))
            .with(SpanKind::Text, " "),
    };
    match origin {
        Origin::Heard(mentions) => {
            let mut flat = flat;
            let mut from = 0;
            for mention in mentions {
                flat = flat.with(SpanKind::Text, &text[from..mention.start]);
                flat = flat.with(SpanKind::Mention, &text[mention.clone()]);
                from = mention.end;
            }
            flat.with(SpanKind::Text, &text[from..])
        }
        Origin::Own(Delivery::Accepted) => flat.with(SpanKind::Text, text),
        Origin::Own(Delivery::Storing(_) | Delivery::Pending(_)) | Origin::Damaged => {
            flat.with(SpanKind::Dim, text)
        }
        Origin::Own(Delivery::Refused(why)) => {
            flat.with(SpanKind::Dim, text).with(SpanKind::Trouble, &format!(" (not said: {why})"))
        }
    }
}

/// The indents of the first row and of the others.
const fn indents(width: usize) -> (usize, usize) {
    match width {
        0..HEAD_WIDTH_MIN => (0, 0),
        HEAD_WIDTH_MIN..INDENT_WIDTH_MIN => (HEAD_COLUMNS, NARROW_INDENT),
        _ => (HEAD_COLUMNS, HEAD_COLUMNS),
    }
}

fn breaks(flat: &Flat, width: usize) -> Vec<Range<usize>> {
    let (first, rest) = indents(width);
    wrap(&flat.text, width - first, width - rest)
}

fn blank(columns: usize) -> Row {
    vec![(SpanKind::Text, " ".repeat(columns))]
}

/// `── Sunday, 22 November 2026 ─────`, shorter if it does not fit.
fn day_line(date: Date, width: usize) -> String {
    let (long, short) = (date.strftime("%A, %-d %B %Y"), date.strftime("%Y-%m-%d"));
    line(&[&long.to_string(), &short.to_string()], width)
}

/// A line across the log with the first of these texts that fits, or the last.
fn line(words: &[&str], width: usize) -> String {
    let mut lines = words.iter().map(|words| format!("── {words} "));
    let fits = lines.clone().find(|line| line.chars().count() <= width);
    let line = fits.or_else(|| lines.next_back()).unwrap_or_default();
    let rest = width.saturating_sub(line.chars().count());
    line + &"─".repeat(rest)
}

#[cfg(test)]
mod tests {
    use chat_client::log::Log;
    use chat_proto::Timestamp;

    use super::*;

    fn shown(text: &str, width: usize) -> Vec<String> {
        let from = UserName::new("ana").unwrap();
        let origin = Origin::Heard(Vec::new());
        let body = Body::Message { from, kind: Kind::Text, text: text.to_owned(), origin };
        let mut log = Log::new();
        log.insert(1, Timestamp::from_millis(0), body);
        let entry = log.get(0).unwrap();
        let rows = rows(entry, width, &TimeZone::UTC);
        assert_eq!(rows.len(), height(entry, width));
        rows.iter().map(|row| row.iter().map(|(_, text)| text.as_str()).collect()).collect()
    }

    #[test]
    fn rows_hang_under_the_name() {
        let rows = shown("one two three four five six seven eight", 40);
        assert_eq!(rows, ["00:00   ana: one two three four five six", "        seven eight"]);
    }

    #[test]
    fn a_narrow_log_wastes_nothing() {
        assert_eq!(shown("one two three four", 20), ["00:00   ana: one two", "  three four"]);
        assert_eq!(shown("one two", 10), ["ana: one", "two"]);
        assert_eq!(shown("o", 1), ["a", "n", "a", ":", "o"]);
    }

    #[test]
    fn the_day_line_fits() {
        let date = jiff::civil::date(2026, 11, 22);
        assert_eq!(day_line(date, 32), "── Sunday, 22 November 2026 ────");
        assert_eq!(day_line(date, 20), "── 2026-11-22 ──────");
    }
}
