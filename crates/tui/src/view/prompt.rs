//! The input box.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::palette::Palette;
use crate::state::State;

pub(super) fn draw(state: &State, palette: Palette, area: Rect, frame: &mut Frame<'_>) {
    if area.is_empty() {
        return;
    }
    let label = state.prompt_label();
    let indent = u16::try_from(label.len()).unwrap_or_default();
    let rows = state.prompt_rows();
    let (cursor_row, cursor_column) = rows.cursor;
    let above = (cursor_row + 1).saturating_sub(usize::from(area.height));
    for (text, row) in rows.rows.iter().skip(above).zip(area.rows()) {
        let text_area = Rect { x: row.x + indent, width: row.width.saturating_sub(indent), ..row };
        Span::raw(text.as_str()).render(text_area.intersection(row), frame.buffer_mut());
    }
    if above == 0 {
        Span::styled(label, palette.dim()).render(area, frame.buffer_mut());
    }
    if state.prompt.editor.is_empty() {
        let hint = if state.draft.is_some() { "" } else { "say something, /help for commands" };
        let hint_area = Rect {
            x: area.x + indent + 1,
            width: area.width.saturating_sub(indent + 1),
            height: 1,
            ..area
        };
        Span::styled(hint, palette.dim()).render(hint_area.intersection(area), frame.buffer_mut());
    }
    let column = u16::try_from(cursor_column).unwrap_or(u16::MAX);
    let row = u16::try_from(cursor_row - above).unwrap_or(u16::MAX);
    let x = area.x.saturating_add(indent).saturating_add(column);
    frame.set_cursor_position(Position::new(
        x.min(area.right().saturating_sub(1)),
        area.y.saturating_add(row).min(area.bottom().saturating_sub(1)),
    ));
}
