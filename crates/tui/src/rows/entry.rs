//! How an entry breaks into rows.

use std::ops::Range;

use chat_client::NoticeKind;
use chat_client::entry::{Body, Delivery, LogEntry, Origin};
use chat_proto::command::Kind;
use jiff::tz::TimeZone;

use super::cache::EntryLayout;
use super::extras::ThreadMark;
use super::shape::Shape;
use super::{RowsAbove, author};
use crate::keymap::KeyMap;
use crate::markup::{FOLD_ROWS, Format, Markup, Piece};
use crate::wording;
use crate::wrap::{cut, wrap};

/// Indent of the second row of a notice or an action, and of those after it, in columns.
const HANGING: usize = 2;

/// The kind of a piece of a row; the view chooses a style for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpanKind {
    /// The time, and other less important text.
    Dim,
    /// Text without markup, and blanks.
    Plain,
    /// The name of the author.
    Name,
    /// Text with markup, and the number of the link that it is part of.
    Text(Format, Option<u16>),
    /// The same, of a message that the server has not accepted.
    Pending(Format, Option<u16>),
    /// The name of the user, and the mark of a message with it.
    Mention,
    /// A reaction that the user has.
    OwnReaction,
    /// An error.
    Trouble,
    /// The line over the first unread message.
    New,
}

/// A row: its pieces from left to right.
pub(crate) type Row = Vec<(SpanKind, String)>;

/// A text without markup, and the end of each piece in bytes.
struct FlatText {
    text: String,
    parts: Vec<(SpanKind, usize)>,
}

impl FlatText {
    fn new() -> Self {
        Self { text: String::new(), parts: Vec::new() }
    }

    fn with(mut self, part: SpanKind, text: &str) -> Self {
        self.text.push_str(text);
        self.parts.push((part, self.text.len()));
        self
    }

    fn breaks(&self, width: usize) -> Vec<Range<usize>> {
        wrap(&self.text, width, width.saturating_sub(HANGING).max(1))
    }

    fn rows(&self, width: usize) -> Vec<Row> {
        let breaks = self.breaks(width).into_iter().enumerate();
        breaks.map(|(index, range)| self.row(index, &range, width)).collect()
    }

    /// The pieces of one row.
    fn row(&self, index: usize, row: &Range<usize>, width: usize) -> Row {
        let mut pieces = Row::new();
        if index > 0 && width > HANGING {
            pieces.push((SpanKind::Plain, " ".repeat(HANGING)));
        }
        let mut from = row.start;
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

/// How many rows the reason takes for which the server has refused a message.
pub(super) fn reason_height(entry: &LogEntry, shape: Shape) -> usize {
    reason(entry).map_or(0, |why| why.breaks(shape.text_width()).len())
}

/// How many rows the text of an entry takes. `is_open`: a long message is not folded.
pub(super) fn text_height(entry: &LogEntry, shape: Shape, keys: &KeyMap, is_open: bool) -> usize {
    let width = shape.text_width();
    let extras = entry.body.extras().filter(|_| !shape.is_bare());
    if extras.is_some_and(|extras| extras.details.deleted || extras.details.edited.is_some()) {
        let (above, zone) = (RowsAbove::default(), &TimeZone::UTC);
        let thread = ThreadMark::default();
        return text_rows(entry, EntryLayout { above, shape, zone, keys, is_open, thread }).len();
    }
    // A time takes as much room in each zone.
    let below =
        extras.map_or(0, |extras| shape.below(extras, ThreadMark::default(), &TimeZone::UTC).len());
    below
        + match &entry.body {
            Body::Restored | Body::Ignored { .. } => 1,
            Body::Message { text, origin, kind: Kind::Text, .. } if is_open => {
                markup(text, origin, shape).height(width)
            }
            Body::Message { text, origin, kind: Kind::Text, .. } => {
                markup(text, origin, shape).folded_height(width)
            }
            _ => flat(entry, shape, &TimeZone::UTC, keys).breaks(width).len(),
        }
}

/// Whether an entry has more rows than it shows if it is not opened.
pub(super) fn is_long(entry: &LogEntry, shape: Shape) -> bool {
    match &entry.body {
        Body::Message { text, origin, kind: Kind::Text, .. } => {
            markup(text, origin, shape).height(shape.text_width()) > FOLD_ROWS + 1
        }
        _ => false,
    }
}

/// The rows of an entry without the rules over it.
/// `answers` is the message that it answers, if that has a row.
pub(super) fn rows(entry: &LogEntry, layout: EntryLayout<'_>, answers: Option<&str>) -> Vec<Row> {
    let EntryLayout { above, shape, zone, .. } = layout;
    if let Body::Restored = entry.body {
        return vec![shape.restored()];
    }
    let time = || shape.clock.time(entry.at, zone);
    let name = author(entry).filter(|_| above.name);
    let mut rows = Vec::new();
    if let Some(name) = name.filter(|_| shape.is_name_above()) {
        rows.push(shape.name_row(name, &time()));
    }
    let answers = answers.map(|text| shape.answers(text));
    let texts = text_rows(entry, layout);
    let reason = reason(entry).into_iter().flat_map(|why| why.rows(shape.text_width()));
    let texts = answers.into_iter().chain(texts).chain(reason).enumerate();
    rows.extend(texts.map(|(index, text)| {
        let mut row = if index == 0 {
            shape.head(above.time.then(time), name, mark(entry))
        } else {
            shape.indent()
        };
        row.extend(text);
        row
    }));
    rows
}

fn text_rows(entry: &LogEntry, layout: EntryLayout<'_>) -> Vec<Row> {
    let EntryLayout { shape, zone, keys, is_open, .. } = layout;
    let width = shape.text_width();
    let extras = entry.body.extras().filter(|_| !shape.is_bare());
    let mut rows = match &entry.body {
        Body::Message { .. } if extras.is_some_and(|extras| extras.details.deleted) => {
            vec![vec![(SpanKind::Dim, cut(wording::DELETED, width))]]
        }
        Body::Message { text, origin, kind: Kind::Text, .. } => {
            let is_pending = !is_settled(origin);
            let markup = markup(text, origin, shape).with_syntax();
            let rows = if is_open { markup.rows(width) } else { markup.folded(width) };
            let kind = |piece: &Piece| {
                let kind = if is_pending { SpanKind::Pending } else { SpanKind::Text };
                kind(piece.format, piece.link)
            };
            let row = |row: &[Piece]| {
                row.iter().map(|piece| (kind(piece), piece.text(text).into_owned())).collect()
            };
            rows.iter().map(row).collect()
        }
        _ => flat(entry, shape, zone, keys).rows(width),
    };
    if let Some(extras) = extras {
        if extras.details.edited.is_some() {
            shape.add_edited(&mut rows);
        }
        rows.extend(shape.below(extras, layout.thread, zone));
    }
    rows
}

fn markup<'a>(text: &'a str, origin: &Origin, shape: Shape) -> Markup<'a> {
    match origin {
        _ if shape.is_bare() => Markup::plain(text, &[]),
        Origin::Other(mentions) => Markup::parse(text, mentions),
        Origin::Damaged => Markup::plain(text, &[]),
        Origin::Own(_) => Markup::parse(text, &[]),
    }
}

/// Whether it is a message that the server has.
const fn is_settled(origin: &Origin) -> bool {
    matches!(origin, Origin::Other(_) | Origin::Own(Delivery::Accepted))
}

/// Why the server has refused a message.
fn reason(entry: &LogEntry) -> Option<FlatText> {
    match &entry.body {
        Body::Message { origin: Origin::Own(Delivery::Refused(why)), .. } => {
            Some(FlatText::new().with(SpanKind::Trouble, &wording::not_sent(why)))
        }
        _ => None,
    }
}

/// One sign that says without any colour what the user should know of a message.
fn mark(entry: &LogEntry) -> (SpanKind, char) {
    match &entry.body {
        Body::Message { origin: Origin::Other(mentions), .. } if !mentions.is_empty() => {
            (SpanKind::New, '▌')
        }
        Body::Message { origin: Origin::Own(Delivery::Pending(_)), .. } => (SpanKind::Dim, '…'),
        Body::Message { origin: Origin::Own(Delivery::Refused(_)), .. } => (SpanKind::Trouble, '✗'),
        Body::Message { extras: Some(extras), .. } if extras.is_pending => (SpanKind::Dim, '…'),
        _ => (SpanKind::Plain, ' '),
    }
}

/// A notice or an action.
fn flat(entry: &LogEntry, shape: Shape, zone: &TimeZone, keys: &KeyMap) -> FlatText {
    let flat = FlatText::new();
    match &entry.body {
        Body::Notice(notice) => {
            let (sign, kind) = match notice.kind() {
                NoticeKind::Info => ("· ", SpanKind::Plain),
                NoticeKind::Trouble => ("! ", SpanKind::Trouble),
            };
            flat.with(kind, sign).with(kind, &wording::notice(notice, keys))
        }
        Body::Presence(presence) => flat.with(SpanKind::Dim, &wording::joined_and_left(presence)),
        Body::Offline { since } => {
            flat.with(SpanKind::Dim, &wording::offline((*since, entry.at), shape.clock, zone))
        }
        Body::Restored | Body::Ignored { .. } => flat,
        Body::Message { from, text, origin, .. } => {
            let flat =
                flat.with(SpanKind::Plain, "* ").with(SpanKind::Name, &wording::quoted(from));
            with_action(flat.with(SpanKind::Plain, " "), text, origin, shape)
        }
    }
}

/// Adds the text of an action: its links and mentions look as those of any message, its other marks stay text.
fn with_action(flat: FlatText, text: &str, origin: &Origin, shape: Shape) -> FlatText {
    let is_settled = is_settled(origin);
    let markup = markup(text, origin, shape);
    markup.segments(0..text.len()).fold(flat, |flat, part| {
        let is_mention = part.format.contains(Format::MENTION);
        let kind = match part.link {
            Some(_) if is_settled => SpanKind::Text(link_format(is_mention), part.link),
            Some(_) => SpanKind::Pending(link_format(is_mention), part.link),
            None if is_mention => SpanKind::Mention,
            None if is_settled => SpanKind::Plain,
            None => SpanKind::Dim,
        };
        flat.with(kind, &text[part.range])
    })
}

fn link_format(is_mention: bool) -> Format {
    if is_mention { Format::LINK | Format::MENTION } else { Format::LINK }
}

#[cfg(test)]
mod tests;
