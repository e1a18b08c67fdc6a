//! What is shown with a message beside its text: the message that it answers, its reactions and its replies.

use chat_client::entry::{Extras, LogEntry};
use chat_client::rooms::UnreadReplies;
use chat_proto::Seq;
use chat_proto::event::{Reaction, Replies};
use jiff::tz::TimeZone;

use super::shape::Shape;
use super::{Row, SpanKind};
use crate::wrap::{columns, cut};

/// Stands behind a text that was edited.
const EDITED: &str = "(edited)";

/// Columns between two reactions.
const GAP: usize = 2;

/// Separates the parts of the line about answers.
const AND: &str = " · ";

/// Stands before the message that another one answers.
const ANSWERS: &str = "↳ ";

/// What is known about the answers to a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ThreadMark {
    /// How many of them are unread; `None` if none is.
    pub(super) unread: Option<UnreadReplies>,
    /// Whether something is typed for its thread, and not sent.
    pub(super) has_draft: bool,
}

impl Shape {
    /// Adds to the rows of a text that it was edited.
    pub(super) fn add_edited(self, rows: &mut Vec<Row>) {
        let width = self.text_width();
        let used = |row: &Row| row.iter().map(|(_, text)| columns(text)).sum::<usize>();
        match rows.last_mut() {
            Some(last) if used(last) + 1 + columns(EDITED) <= width => {
                last.push((SpanKind::Dim, format!(" {EDITED}")));
            }
            _ => rows.push(vec![(SpanKind::Dim, cut(EDITED, width))]),
        }
    }

    /// The rows below the text of a message.
    pub(super) fn below(self, extras: &Extras, mark: ThreadMark, zone: &TimeZone) -> Vec<Row> {
        let details = &extras.details;
        let mut pieces = Vec::new();
        if details.pinned {
            pieces.push((SpanKind::Dim, "pinned".to_owned()));
        }
        pieces.extend(details.reactions.iter().map(reaction));
        let mut rows = self.pieces(pieces);
        if let Some(replies) = details.replies.filter(|_| self.shows_replies) {
            let time = self.clock.minutes(replies.last_at, zone);
            rows.push(self.replied(replies, mark, &time));
        }
        rows
    }

    /// How many answers there are, how many of them are new, when the last one came, and whether another one is typed.
    fn replied(self, replies: Replies, mark: ThreadMark, time: &str) -> Row {
        let count = match replies.count {
            1 => "└ 1 reply".to_owned(),
            count => format!("└ {count} replies"),
        };
        let new = mark.unread.map(|UnreadReplies { count, is_all }| {
            let more = if is_all { "" } else { "+" };
            format!("{AND}{count}{more} new")
        });
        let draft = if mark.has_draft { format!("{AND}draft") } else { String::new() };
        let last = if replies.count == 1 { "" } else { "last " };
        let pieces = [
            (SpanKind::Dim, count),
            (SpanKind::New, new.unwrap_or_default()),
            (SpanKind::New, draft),
            (SpanKind::Dim, format!("{AND}{last}{time}")),
        ];
        let (mut row, mut left) = (Row::new(), self.text_width());
        for (kind, text) in pieces.into_iter().filter(|(_, text)| !text.is_empty()) {
            let text = cut(&text, left);
            left -= columns(&text);
            row.push((kind, text));
        }
        row
    }

    /// Pieces side by side, as many in a row as fit.
    fn pieces(self, pieces: Vec<(SpanKind, String)>) -> Vec<Row> {
        let (width, mut rows, mut left) = (self.text_width(), Vec::<Row>::new(), 0);
        for (kind, text) in pieces {
            let text = cut(&text, width);
            match rows.last_mut() {
                Some(row) if columns(&text) + GAP <= left => {
                    row.push((SpanKind::Plain, " ".repeat(GAP)));
                    left -= columns(&text) + GAP;
                    row.push((kind, text));
                }
                _ => {
                    left = width - columns(&text);
                    rows.push(vec![(kind, text)]);
                }
            }
        }
        rows
    }

    /// The row above a message that answers another one.
    pub(super) fn answers(self, text: &str) -> Row {
        vec![(SpanKind::Dim, cut(&format!("{ANSWERS}{text}"), self.text_width()))]
    }
}

/// A reaction and how many users have it.
fn reaction(reaction: &Reaction) -> (SpanKind, String) {
    let kind = if reaction.own { SpanKind::OwnReaction } else { SpanKind::Plain };
    (kind, format!("{} {}", reaction.emoji, reaction.count))
}

/// The message that an entry answers, if that is shown with it: the one it replies to, or the first of its thread.
pub(crate) fn answered(entry: &LogEntry) -> Option<Seq> {
    let details = &entry.body.extras()?.details;
    details.reply_to.or(details.thread)
}

#[cfg(test)]
mod tests;
