//! The cells of links.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use chat_client::entry::{Body, EntryId, LogEntry};
use ratatui::layout::Rect;

use crate::hyperlinks::{Link, LinkCells};
use crate::markup::Markup;
use crate::rows::{Row, SpanKind};
use crate::wrap::columns;

/// The links of a screen.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) cells: Vec<LinkCells>,
    /// The entry of the last cells and its links. A message may have thousands: its text is read once.
    last: Option<(EntryId, Vec<Option<Arc<Link>>>)>,
}

impl Links {
    /// Adds the links of a row of an entry.
    pub(super) fn add(&mut self, entry: &LogEntry, row: &Row, area: Rect) {
        let is_link = |(kind, _): &(SpanKind, String)| {
            matches!(kind, SpanKind::Text(_, Some(_)) | SpanKind::Pending(_, Some(_)))
        };
        if !row.iter().any(is_link) {
            return;
        }
        let mut at = usize::from(area.x);
        for (kind, text) in row {
            let end = at + columns(text);
            if let SpanKind::Text(_, Some(number)) | SpanKind::Pending(_, Some(number)) = kind
                && let Some(link) = self.link(entry, *number)
            {
                let column = |at| u16::try_from(at).unwrap_or(u16::MAX).min(area.right());
                let columns = column(at)..column(end);
                self.cells.push(LinkCells { row: area.y, columns, link });
            }
            at = end;
        }
    }

    fn link(&mut self, entry: &LogEntry, number: u16) -> Option<Arc<Link>> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != entry.id()) {
            self.last = Some((entry.id(), links_of(entry)));
        }
        let (_, links) = self.last.as_ref()?;
        links.get(usize::from(number))?.clone()
    }
}

/// Every link of a message, by its number; `None` for one that no terminal takes.
fn links_of(entry: &LogEntry) -> Vec<Option<Arc<Link>>> {
    let Body::Message { text, .. } = &entry.body else {
        return Vec::new();
    };
    let link = |(number, target): (u16, &str)| {
        let mut id = DefaultHasher::new();
        (entry.id(), number).hash(&mut id);
        Link::new(id.finish(), target).map(Arc::new)
    };
    (0..).zip(Markup::parse(text, &[]).links()).map(link).collect()
}

/// The cells that still show their links: something else may be drawn over the others. A link is underlined
/// in every theme, and nothing that is drawn over the log is.
pub(super) fn uncovered(
    links: Vec<LinkCells>,
    is_underlined: impl Fn(u16, u16) -> bool,
) -> Vec<LinkCells> {
    let is_shown = |x: &u16, row: u16| is_underlined(*x, row);
    let mut shown = Vec::with_capacity(links.len());
    for LinkCells { row, columns, link } in links {
        let mut columns = columns;
        while let Some(start) = columns.clone().find(|x| is_shown(x, row)) {
            let end = (start..columns.end).find(|x| !is_shown(x, row)).unwrap_or(columns.end);
            shown.push(LinkCells { row, columns: start..end, link: Arc::clone(&link) });
            columns = Range { start: end, end: columns.end };
        }
    }
    shown
}
