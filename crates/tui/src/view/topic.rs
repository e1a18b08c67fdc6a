//! The topic of the room, on one row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::state::State;
use crate::theme::Theme;
use crate::wrap::cut;

pub(super) fn draw(state: &State, palette: Theme, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let room = state.client.room();
    let text = format!("{} · {}", room.label(), room.topic().as_str());
    let text = cut(&text, area.width.into());
    Line::styled(text, palette.dim()).render(area, buffer);
}
