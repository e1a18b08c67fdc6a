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
use crate::rows::{LogRows, SpanKind};
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
    let lines: Vec<Line<'_>> = rows.skip(above).take(height).collect();
    // A short log stands at the bottom of its pane, where new messages come.
    let blank = height - lines.len();
    for (line, row) in lines.iter().zip(area.rows().skip(blank)) {
        line.render(row, buffer);
    }
    if viewport.reads_back(log, height) {
        edges::draw_below(state, theme, area, buffer);
    }
}

fn entry_lines(
    log: LogRows<'_>,
    index: usize,
    theme: Theme,
) -> impl Iterator<Item = Line<'static>> {
    let name = match log.log.get(index).map(|entry| &entry.body) {
        Some(Body::Message { from, .. }) => Some(from.clone()),
        _ => None,
    };
    log.rows(index).into_iter().map(move |row| {
        let pieces = row.into_iter();
        pieces.map(|(part, text)| Span::styled(text, style(part, name.as_ref(), theme))).collect()
    })
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
