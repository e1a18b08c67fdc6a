//! The room list.

use chat_client::Room;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Widget};

use crate::state::State;
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Most unread messages that are counted; more are shown as `999+`.
const COUNTED_MAX: u64 = 999;

pub(super) fn draw(state: &State, palette: Theme, area: Rect, buffer: &mut Buffer) {
    // A text that begins its row does not touch the border.
    let area = Rect { width: area.width.saturating_sub(1), ..area };
    let block = Block::new().borders(Borders::RIGHT).border_style(palette.style(Role::Rule));
    let inner = block.inner(area);
    block.render(area, buffer);
    let (height, width) = (usize::from(inner.height), usize::from(inner.width));
    let shown = state.client.rooms().current_index();
    // The current room is always visible.
    let first = (shown + 1).saturating_sub(height);
    let rooms = state.client.rooms().list().iter().enumerate().skip(first);
    for ((index, room), row) in rooms.zip(inner.rows()) {
        line(index, room, index == shown, palette, width).render(row, buffer);
    }
}

/// The number for Alt, the name, and the unread messages.
fn line(index: usize, room: &Room, shown: bool, palette: Theme, width: usize) -> Line<'static> {
    let mark = if shown { "▸" } else { " " };
    let number = if index < 9 { format!("{} ", index + 1) } else { "  ".to_owned() };
    let (count, style) = counted(room, palette);
    let room_for_name = width.saturating_sub(columns(mark) + number.len() + columns(&count) + 1);
    let name = cut(room.label().as_str(), room_for_name);
    let gap = room_for_name.saturating_sub(columns(&name));
    let name = Span::raw(name);
    let line = Line::from(vec![
        Span::raw(mark),
        Span::styled(number, palette.dim()),
        if shown || room.unread() > 0 { name.bold() } else { name },
        Span::raw(" ".repeat(gap)),
        Span::styled(count, style),
    ]);
    if shown { line.style(palette.style(Role::Current)) } else { line }
}

/// The number of unread messages, or of those that name the user.
fn counted(room: &Room, palette: Theme) -> (String, Style) {
    match (room.mentions(), room.unread()) {
        (_, 0) => (String::new(), Style::new()),
        (0, unread @ 1..=COUNTED_MAX) => (unread.to_string(), Style::new()),
        (0, _) => (format!("{COUNTED_MAX}+"), Style::new()),
        (mentions, _) => (format!("@{mentions}"), palette.striking()),
    }
}
