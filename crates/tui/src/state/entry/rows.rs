//! How an entry breaks into rows.

use std::ops::Range;

use chat_proto::UserName;
use chat_proto::command::Kind;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Body, Delivery, Entry, How, Part, Tone};
use crate::quote::quoted;
use crate::wrap::wrap;

/// Columns of the time and the mark: `14:02 › `.
const HEAD_COLUMNS: usize = 8;

/// Narrowest log whose rows all begin under the name, in columns; in a narrower one they begin
/// after [`NARROW_INDENT`].
const INDENT_WIDTH_MIN: usize = 40;

/// Narrowest log that has the time, in columns.
const HEAD_WIDTH_MIN: usize = 16;

/// How far the second row and those after it are indented in a narrow log, in columns.
const NARROW_INDENT: usize = 2;

/// What the rule says that stands below all that is from before the restore; the first that fits.
const RESTORED: [&str; 3] =
    ["above: before the restore of the server", "above: before the restore", "restored"];

/// A row: its pieces from left to right.
pub(crate) type Row = Vec<(Part, String)>;

/// The text of an entry with its parts, ends of bytes in the text.
struct Flat {
    text: String,
    parts: Vec<(Part, usize)>,
}

impl Flat {
    fn new() -> Self {
        Self { text: String::new(), parts: Vec::new() }
    }

    fn with(mut self, part: Part, text: &str) -> Self {
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

impl Entry {
    /// How many rows it takes in a log of `width` columns.
    #[must_use]
    pub fn height(&self, width: usize) -> usize {
        let own = match self.body {
            Body::Restored => 1,
            _ => breaks(&self.flat(), width).len(),
        };
        self.above.height() + own
    }

    /// Its rows in a log of `width` columns, in the time of `zone`.
    pub(crate) fn rows(&self, width: usize, zone: &TimeZone) -> Vec<Row> {
        let mut rows = self.rows_above(width, zone);
        if let Body::Restored = self.body {
            rows.push(vec![(Part::New, line(&RESTORED, width))]);
            return rows;
        }
        let flat = self.flat();
        let (first, rest) = indents(width);
        rows.extend(breaks(&flat, width).into_iter().enumerate().map(|(index, range)| {
            let mut row = if index == 0 { self.head(first, zone) } else { blank(rest) };
            row.extend(flat.row(&range));
            row
        }));
        rows
    }

    /// The date, and where what is new begins.
    fn rows_above(&self, width: usize, zone: &TimeZone) -> Vec<Row> {
        let mut rows = Vec::new();
        if let Some(date) = self.above.day {
            rows.push(vec![(Part::Dim, day_line(date, width))]);
        }
        if self.above.new {
            rows.push(vec![(
                Part::New,
                line(&[&format!("new since {}", self.time(zone)), "new"], width),
            )]);
        }
        rows
    }

    fn time(&self, zone: &TimeZone) -> String {
        self.at.timestamp().to_zoned(zone.clone()).strftime("%H:%M").to_string()
    }

    /// The time and the mark.
    fn head(&self, columns: usize, zone: &TimeZone) -> Row {
        if columns == 0 {
            return Row::new();
        }
        vec![(Part::Dim, self.time(zone) + " "), (Part::Mark, format!("{} ", self.mark()))]
    }

    /// One sign that says what kind of entry it is, without any colour.
    fn mark(&self) -> char {
        match &self.body {
            Body::Note(Tone::Joined, _) => '→',
            Body::Note(Tone::Left, _) => '←',
            Body::Note(Tone::Info, _) => '·',
            Body::Note(Tone::Trouble, _) => '!',
            Body::Said { how: How::Heard(mentions), .. } if mentions.is_empty() => ' ',
            Body::Said { how: How::Heard(_), .. } => '@',
            Body::Said { how: How::Damaged, .. } | Body::Restored => ' ',
            Body::Said { how: How::Own(delivery), .. } => match delivery {
                Delivery::Storing(_) => ' ',
                Delivery::Pending(_) => '…',
                Delivery::Accepted => '›',
                Delivery::Refused(_) => '×',
            },
        }
    }

    fn flat(&self) -> Flat {
        match &self.body {
            Body::Note(Tone::Trouble, text) => Flat::new().with(Part::Trouble, text),
            Body::Note(Tone::Info, text) => Flat::new().with(Part::Text, text),
            Body::Note(_, text) => Flat::new().with(Part::Dim, text),
            Body::Restored => Flat::new(),
            Body::Said { from, kind, text, how } => said(from, *kind, text, how),
        }
    }
}

fn said(from: &UserName, kind: Kind, text: &str, how: &How) -> Flat {
    let flat = match kind {
        Kind::Text => Flat::new().with(Part::Name, from.as_str()).with(Part::Text, ": "),
        Kind::Action => {
            Flat::new().with(Part::Text, "* ").with(Part::Name, &quoted(from)).with(Part::Text, " ")
        }
    };
    match how {
        How::Heard(mentions) => {
            let mut flat = flat;
            let mut from = 0;
            for mention in mentions {
                flat = flat.with(Part::Text, &text[from..mention.start]);
                flat = flat.with(Part::Mention, &text[mention.clone()]);
                from = mention.end;
            }
            flat.with(Part::Text, &text[from..])
        }
        How::Own(Delivery::Accepted) => flat.with(Part::Text, text),
        How::Own(Delivery::Storing(_) | Delivery::Pending(_)) | How::Damaged => {
            flat.with(Part::Dim, text)
        }
        How::Own(Delivery::Refused(why)) => {
            flat.with(Part::Dim, text).with(Part::Trouble, &format!(" (not said: {why})"))
        }
    }
}

/// Where the first row and the others begin.
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
    vec![(Part::Text, " ".repeat(columns))]
}

/// `── Sunday, 22 November 2026 ─────`, in fewer words where there is less room.
fn day_line(date: Date, width: usize) -> String {
    let (long, short) = (date.strftime("%A, %-d %B %Y"), date.strftime("%Y-%m-%d"));
    line(&[&long.to_string(), &short.to_string()], width)
}

/// A line across the log with the first of these words that fit it, or the last.
fn line(words: &[&str], width: usize) -> String {
    let mut lines = words.iter().map(|words| format!("── {words} "));
    let fits = lines.clone().find(|line| line.chars().count() <= width);
    let line = fits.or_else(|| lines.next_back()).unwrap_or_default();
    let rest = width.saturating_sub(line.chars().count());
    line + &"─".repeat(rest)
}

#[cfg(test)]
mod tests {
    use chat_proto::Timestamp;

    use super::*;

    fn shown(text: &str, width: usize) -> Vec<String> {
        let from = UserName::new("ana").unwrap();
        let how = How::Heard(Vec::new());
        let body = Body::Said { from, kind: Kind::Text, text: text.to_owned(), how };
        let above = super::super::Above::default();
        let entry = Entry { at: Timestamp::from_millis(0), body, seq: 0, is_void: false, above };
        let rows = entry.rows(width, &TimeZone::UTC);
        assert_eq!(rows.len(), entry.height(width));
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
