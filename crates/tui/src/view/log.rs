//! The chat log.

use std::sync::Arc;

use chat_client::Room;
use chat_client::entry::{Body, LogEntry};
use chat_client::rooms::JoinState;
use chat_proto::{Seq, UserName};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::edges;
use super::links::Links;
use crate::hyperlinks::LinkCells;
use crate::markup::Format;
use crate::rows::{LogRows, Row, RowPosition, SpanKind};
use crate::state::{Author, LogPane, State};
use crate::theme::{Role, Theme};

/// Draws a log. Returns the cells of its links.
pub(super) fn draw(
    state: &State,
    pane: LogPane,
    theme: Theme,
    area: Rect,
    canvas: &mut Canvas,
) -> Vec<LinkCells> {
    if area.is_empty() {
        return Vec::new();
    }
    // As wide as the pane, which may be wider than the rest of the screen.
    let Some((log, _)) = state.rows_of(pane) else {
        return Vec::new();
    };
    let height = usize::from(area.height);
    let viewport = state.viewport_of(pane);
    let (first, above) = viewport.top(log, height);
    let rows = (first..log.log.len()).flat_map(|index| entry_rows(log, index));
    let mut rows: Vec<(RowPosition, Arc<Row>)> = rows.skip(above).take(height).collect();
    if let Some((at, row)) = rows.first_mut() {
        *row = log.at_top(*at, Arc::clone(row));
    }
    // A short log stands at the bottom of its pane, where new messages come.
    let blank = height - rows.len();
    if rows.is_empty() && pane == LogPane::Room && has_no_message(state.client.room()) {
        let text = format!("No messages in {} yet", state.client.room().display_name());
        canvas.line(&Line::styled(text, theme.dim()), area.rows().next_back().unwrap_or(area));
    }
    let selected = state.selected().map(|(index, _)| index).filter(|_| pane == state.focus());
    let shows_links = state.look.shows_links();
    let mut links = Links::default();
    for ((at, row), area) in rows.into_iter().zip(area.rows().skip(blank)) {
        let Some(entry) = log.log.get(at.0) else {
            continue;
        };
        if shows_links {
            links.add(entry, &row, area);
        }
        let line = line(entry, &row, theme);
        if selected == Some(at.0) && at.1 >= log.height_above(at.0) {
            draw_selected(line, log.mark_column(), theme, area, canvas);
        } else {
            canvas.line(&line, area);
        }
    }
    edges::draw_below(state, pane, theme, area, canvas);
    links.cells
}

/// Whether the user is in a room that has no message.
fn has_no_message(room: &Room) -> bool {
    room.join_state() == JoinState::Joined && room.last_seq() == Seq::NONE
}

fn entry_rows(log: LogRows<'_>, index: usize) -> impl Iterator<Item = (RowPosition, Arc<Row>)> {
    log.rows(index).into_iter().enumerate().map(move |(number, row)| ((index, number), row))
}

fn line<'a>(entry: &LogEntry, row: &'a Row, theme: Theme) -> Line<'a> {
    let name = match &entry.body {
        Body::Message { from, .. } => Some(from),
        _ => None,
    };
    row.iter().map(|(part, text)| Span::styled(text.as_str(), style(*part, name, theme))).collect()
}

/// The author of the first row on the screen.
pub(super) fn name_line<'a>(author: &'a Author<'_>, theme: Theme) -> Line<'a> {
    let part = |(part, text): &'a (SpanKind, String)| {
        Span::styled(text.as_str(), style(*part, Some(author.name), theme))
    };
    author.row.iter().map(part).collect()
}

/// Draws a row of the selected message.
fn draw_selected(
    line: Line<'_>,
    mark: Option<usize>,
    theme: Theme,
    row: Rect,
    canvas: &mut Canvas,
) {
    canvas.line(&line.style(theme.style(Role::Selected)), row);
    let mark = mark.and_then(|column| u16::try_from(column).ok());
    if let Some(column) = mark.filter(|column| *column < row.width) {
        let mark = Rect { x: row.x + column, width: 1, ..row };
        canvas.line(&Line::raw("▶"), mark);
    }
}

fn style(part: SpanKind, name: Option<&UserName>, theme: Theme) -> Style {
    match part {
        SpanKind::Dim => theme.dim(),
        SpanKind::Plain => Style::new(),
        SpanKind::Name => name.map(|name| theme.name(name).bold()).unwrap_or_default(),
        SpanKind::Text(format, _) => formatted(format, theme),
        SpanKind::Pending(format, _) => formatted(format, theme).patch(theme.dim()),
        SpanKind::Mention | SpanKind::New => theme.accent(),
        SpanKind::OwnReaction => Style::new().add_modifier(Modifier::REVERSED),
        SpanKind::Trouble => theme.bad(),
    }
}

/// The style of a part of a text with markup.
fn formatted(format: Format, theme: Theme) -> Style {
    if format == Format::default() {
        return Style::new();
    }
    let roles = [
        (Format::QUOTE, Role::Dim),
        (Format::QUIET, Role::Dim),
        (Format::CODE, Role::Code),
        (Format::STRING, Role::Good),
        (Format::COMMENT, Role::Dim),
        (Format::REMOVED, Role::Bad),
        (Format::LINK, Role::Link),
    ];
    let modifiers = [
        (Format::BOLD, Modifier::BOLD),
        (Format::KEYWORD, Modifier::BOLD),
        (Format::COMMENT, Modifier::ITALIC),
        (Format::ITALIC, Modifier::ITALIC),
        (Format::STRUCK, Modifier::CROSSED_OUT),
    ];
    let has = |one: Format| format.contains(one);
    let roles = roles.into_iter().filter(|(one, _)| has(*one));
    let style = roles.fold(Style::new(), |style, (_, role)| style.patch(theme.style(role)));
    let modifiers = modifiers.into_iter().filter(|(one, _)| has(*one));
    let style = modifiers.fold(style, |style, (_, modifier)| style.add_modifier(modifier));
    if has(Format::MENTION) { style.patch(theme.accent()) } else { style }
}
