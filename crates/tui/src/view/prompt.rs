//! The input box.

use ratatui::layout::{Alignment, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::standing;
use crate::state::{InputBox, State};
use crate::theme::Theme;

pub(super) fn draw(state: &State, theme: Theme, area: Rect, canvas: &mut Canvas) {
    if area.is_empty() {
        return;
    }
    let InputBox { label: (label, width), rows, count } = state.input_box();
    let label_area = Rect { width: narrow(width).min(area.width), ..area };
    let text_area = Rect { x: label_area.right(), width: area.width - label_area.width, ..area };
    // Keys are for the selected message.
    let style = if state.selection.is_some() { theme.dim() } else { Style::new() };
    let (cursor_row, cursor_column) = rows.cursor;
    let above = (cursor_row + 1).saturating_sub(usize::from(area.height));
    for (text, row) in rows.rows.iter().skip(above).zip(text_area.rows()) {
        canvas.line(&Line::from(Span::styled(text.as_str(), style)), row);
    }
    if let (Some(count), Some(row)) = (count, text_area.rows().next()) {
        let style = if state.is_too_long() { theme.bad() } else { theme.dim() };
        let count = Line::from(Span::styled(count, style)).alignment(Alignment::Right);
        canvas.line(&count, row);
    }
    if above == 0 {
        canvas.line(&Line::from(Span::raw(label)), label_area);
    }
    if state.editor().is_empty() && !state.asks_name() && state.prompt.input_search().is_none() {
        let read_only = standing::read_only(state);
        // After the cursor.
        let hint = match &state.picker {
            Some(picker) => format!(" {}", picker.subject.hint()),
            None if state.open_find().is_some() => {
                " words, from:ana, in:#room, has:link".to_owned()
            }
            None if state.compose.is_some() => " Write your reply".to_owned(),
            None if state.focused_thread().is_some() => " Reply in this thread".to_owned(),
            None if read_only.is_some() => format!(" {}", read_only.unwrap_or_default()),
            None => format!(" Message {} (/help for commands)", state.client.room().label()),
        };
        canvas.line(&Line::styled(hint, theme.dim()), text_area);
    }
    if state.page.is_none() && state.selection.is_none() {
        let x = text_area.x.saturating_add(narrow(cursor_column));
        let y = text_area.y.saturating_add(narrow(cursor_row - above));
        canvas.set_cursor(Position::new(x.min(area.right() - 1), y));
    }
}

fn narrow(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}
