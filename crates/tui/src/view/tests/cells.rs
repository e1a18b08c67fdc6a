//! The cells of a screen, for tests that look at each of them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::hyperlinks::LinkCells;
use crate::state::State;
use crate::view::{self, painter::Screen};

/// The cells of a screen that is drawn from nothing, and its links.
pub(super) fn drawn(state: &State) -> (Buffer, Vec<LinkCells>) {
    let mut screen = Screen::blank(state.size);
    screen.paint(|canvas| view::draw(state, canvas));
    let area = Rect::from((Position::ORIGIN, state.size));
    let mut buffer = Buffer::empty(area);
    for Position { x, y } in area.positions() {
        buffer[(x, y)] = screen.cell(x, y).unwrap();
    }
    (buffer, screen.links)
}
