//! The cells of a screen, for tests that look at each of them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::hyperlinks::LinkCells;
use crate::state::State;
use crate::view::{self, Painter};

/// The cells of a screen that is drawn from nothing, and its links.
pub(super) fn drawn(state: &State) -> (Buffer, Vec<LinkCells>) {
    let mut painter = Painter::default();
    painter.set_blank(state.size);
    let painted = painter.paint(|canvas| view::draw(state, canvas));
    (cells(&painter, Rect::from((Position::ORIGIN, state.size))), painted.links)
}

fn cells(painter: &Painter, area: Rect) -> Buffer {
    let mut buffer = Buffer::empty(area);
    for Position { x, y } in area.positions() {
        buffer[(x, y)] = painter.cell(x, y).unwrap().clone();
    }
    buffer
}
