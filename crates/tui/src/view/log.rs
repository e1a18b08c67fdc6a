//! The chat log.

use chat_client::entry::Body;
use chat_proto::UserName;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::edges;
use crate::markup::Format;
use crate::rows::{LogRows, SpanKind, Top};
use crate::state::State;
use crate::theme::{Role, Theme};

pub(super) fn draw(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let room = state.client.room();
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let heights = state.heights();
    let log = LogRows::new(room.log(), &state.zone, width, heights).of(room);
    let viewport = state.viewport();
    let (first, above) = viewport.top(log, height);
    let rows = (first..log.log.len()).flat_map(|index| entry_lines(log, index, theme));
    let lines: Vec<(Top, Line<'_>)> = rows.skip(above).take(height).collect();
    // A short log stands at the bottom of its pane, where new messages come.
    let blank = height - lines.len();
    let selected = state.selected().map(|(index, _)| index);
    for ((at, line), row) in lines.into_iter().zip(area.rows().skip(blank)) {
        if selected == Some(at.0) && at.1 >= log.height_above(at.0) {
            draw_selected(line, log.mark_column(), theme, row, buffer);
        } else {
            line.render(row, buffer);
        }
    }
    if viewport.reads_back(log, height) {
        edges::draw_below(state, theme, area, buffer);
    }
}

fn entry_lines(
    log: LogRows<'_>,
    index: usize,
    theme: Theme,
) -> impl Iterator<Item = (Top, Line<'static>)> {
    let name = match log.log.get(index).map(|entry| &entry.body) {
        Some(Body::Message { from, .. }) => Some(from.clone()),
        _ => None,
    };
    log.rows(index).into_iter().enumerate().map(move |(number, row)| {
        let pieces = row.into_iter();
        let spans =
            pieces.map(|(part, text)| Span::styled(text, style(part, name.as_ref(), theme)));
        ((index, number), spans.collect())
    })
}

/// Draws a row of the selected message.
fn draw_selected(
    line: Line<'_>,
    mark: Option<usize>,
    theme: Theme,
    row: Rect,
    buffer: &mut Buffer,
) {
    line.style(theme.style(Role::Selected)).render(row, buffer);
    let mark = mark.and_then(|column| u16::try_from(column).ok());
    if let Some(column) = mark.filter(|column| *column < row.width) {
        buffer.set_string(row.x + column, row.y, "▶", Style::new());
    }
}

fn style(part: SpanKind, name: Option<&UserName>, theme: Theme) -> Style {
    match part {
        SpanKind::Dim => theme.dim(),
        SpanKind::Plain => Style::new(),
        SpanKind::Name => name.map(|name| theme.name(name).bold()).unwrap_or_default(),
        SpanKind::Text(format) => formatted(format, theme),
        SpanKind::Pending(format) => formatted(format, theme).patch(theme.dim()),
        SpanKind::Mention | SpanKind::New => theme.striking(),
        SpanKind::Trouble => theme.bad(),
    }
}

/// The style of a part of a text with markup.
fn formatted(format: Format, theme: Theme) -> Style {
    let roles = [
        (Format::QUOTE, Role::Dim),
        (Format::QUIET, Role::Dim),
        (Format::CODE, Role::Code),
        (Format::LINK, Role::Link),
    ];
    let modifiers = [
        (Format::BOLD, Modifier::BOLD),
        (Format::ITALIC, Modifier::ITALIC),
        (Format::STRUCK, Modifier::CROSSED_OUT),
    ];
    let has = |one: Format| format.contains(one);
    let roles = roles.into_iter().filter(|(one, _)| has(*one));
    let style = roles.fold(Style::new(), |style, (_, role)| style.patch(theme.style(role)));
    let modifiers = modifiers.into_iter().filter(|(one, _)| has(*one));
    let style = modifiers.fold(style, |style, (_, modifier)| style.add_modifier(modifier));
    if has(Format::MENTION) { style.patch(theme.striking()) } else { style }
}
