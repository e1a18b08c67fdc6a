//! What is on the screen, row by row: a frame paints and compares only the rows that are drawn otherwise than in
//! the frame before.

use ratatui::backend::Backend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};

use super::canvas::{Canvas, Layer, paint};
use super::links::uncovered;
use crate::hyperlinks::{LinkCells, ShowsLinks};

/// Draws frames on one screen.
#[derive(Debug, Default)]
pub struct Painter {
    /// The size of the last frame; `None` before the first one.
    size: Option<Size>,
    rows: Vec<PaintedRow>,
}

/// A row as it was drawn and painted.
#[derive(Debug)]
struct PaintedRow {
    layers: Vec<Layer>,
    cells: Buffer,
}

/// A frame, and what has changed with it.
#[derive(Debug)]
pub(super) struct Painted {
    /// The cells that were on the changed rows.
    before: Vec<Buffer>,
    pub(super) links: Vec<LinkCells>,
    cursor: Option<Position>,
}

impl Painter {
    /// Draws a frame: the rows that have changed, or everything if `redraw_all`, the first time, and on a screen
    /// of another size. `draw` returns the cells of links.
    ///
    /// # Errors
    /// Returns an error if the terminal is gone.
    pub fn draw<B: Backend + ShowsLinks>(
        &mut self,
        backend: &mut B,
        redraw_all: bool,
        draw: impl FnOnce(&mut Canvas) -> Vec<LinkCells>,
    ) -> Result<(), B::Error> {
        let size = backend.size()?;
        if redraw_all || self.size != Some(size) {
            backend.clear()?;
            self.set_blank(size);
        }
        let Painted { before, links, cursor } = self.paint(draw);
        backend.link_slot().set(links);
        let rows = before.iter().map(|row| (row, &self.rows[usize::from(row.area.y)].cells));
        backend.draw(rows.flat_map(|(before, now)| before.diff_iter(now)))?;
        match cursor {
            Some(position) => {
                backend.show_cursor()?;
                backend.set_cursor_position(position)?;
            }
            None => backend.hide_cursor()?,
        }
        backend.flush()
    }

    /// The screen is blank.
    pub(super) fn set_blank(&mut self, size: Size) {
        let rows = Rect::from((Position::ORIGIN, size)).rows();
        let blank = |row| PaintedRow { layers: Vec::new(), cells: Buffer::empty(row) };
        self.rows = rows.map(blank).collect();
        self.size = Some(size);
    }

    /// Paints the rows that have changed.
    pub(super) fn paint(&mut self, draw: impl FnOnce(&mut Canvas) -> Vec<LinkCells>) -> Painted {
        let area = Rect::from((Position::ORIGIN, self.size.unwrap_or_default()));
        let mut canvas = Canvas::new(area);
        let links = draw(&mut canvas);
        let (rows, cursor) = canvas.into_parts();
        let mut before = Vec::new();
        for (row, layers) in self.rows.iter_mut().zip(rows) {
            if row.layers != layers {
                let cells = paint(&layers, row.cells.area);
                row.layers = layers;
                before.push(std::mem::replace(&mut row.cells, cells));
            }
        }
        let links = uncovered(links, |x, y| self.cell(x, y));
        Painted { before, links, cursor }
    }

    pub(super) fn cell(&self, x: u16, y: u16) -> Option<&Cell> {
        self.rows.get(usize::from(y))?.cells.content.get(usize::from(x))
    }
}
