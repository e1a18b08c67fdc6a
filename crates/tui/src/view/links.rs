//! The cells of links.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use chat_client::entry::{Body, LogEntry};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use crate::hyperlinks::{Link, LinkCells};
use crate::markup::Markup;
use crate::rows::{Row, SpanKind};
use crate::wrap::columns;

/// The links of a screen.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) cells: Vec<LinkCells>,
    /// The link of the last cells, by entry and number: the next row may have more of it.
    last: Option<(u64, Arc<Link>)>,
}

impl Links {
    /// Adds the links of a row of an entry.
    pub(super) fn add(&mut self, entry: &LogEntry, row: &Row, area: Rect) {
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
        let mut id = DefaultHasher::new();
        (entry.id(), number).hash(&mut id);
        let id = id.finish();
        if let Some((_, link)) = self.last.as_ref().filter(|(last, _)| *last == id) {
            return Some(Arc::clone(link));
        }
        let Body::Message { text, .. } = &entry.body else {
            return None;
        };
        let target = Markup::parse(text, &[]).links().nth(number.into()).map(str::to_owned)?;
        let link = Arc::new(Link::new(id, &target)?);
        self.last = Some((id, Arc::clone(&link)));
        Some(link)
    }
}

/// The cells that still show their links: something else may be drawn over the others. A link is underlined
/// in every theme, and nothing that is drawn over the log is.
pub(super) fn uncovered(links: Vec<LinkCells>, buffer: &Buffer) -> Vec<LinkCells> {
    let is_shown = |x: &u16, row: u16| {
        let cell = buffer.cell(Position::new(*x, row));
        cell.is_some_and(|cell| cell.modifier.contains(Modifier::UNDERLINED))
    };
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
