//! The rows of the screen: a frame writes only the cells that differ from those of the frame before.

use ratatui::backend::Backend;
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::Modifier;

use super::canvas::Canvas;
use super::links::uncovered;
use super::row::Row;
use crate::hyperlinks::{LinkCells, ShowsLinks};

/// A cell that has changed, and where it is.
type Change = (u16, u16, Cell);

/// Draws frames on one screen.
#[derive(Debug, Default)]
pub struct Painter {
    screen: Option<Screen>,
}

/// The content of a screen.
#[derive(Debug)]
pub(super) struct Screen {
    size: Size,
    rows: Vec<Row>,
    pub(super) links: Vec<LinkCells>,
    cursor: Option<Position>,
    /// The canvas of the next frame.
    canvas: Canvas,
}

impl Painter {
    /// Draws a frame: what has changed, or everything if `redraw_all`, the first time, and on a screen of another
    /// size. `draw` returns the cells of links.
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
        let screen = match self.screen.take() {
            Some(screen) if screen.size == size && !redraw_all => self.screen.insert(screen),
            _ => {
                backend.clear()?;
                self.screen.insert(Screen::blank(size))
            }
        };
        let changes = screen.paint(draw);
        backend.link_slot().set(screen.links.clone());
        screen.show(backend, &changes)
    }

    /// Draws only these rows of a frame. If there was no frame before, draws everything. A screen whose size has just
    /// changed is drawn whole soon.
    ///
    /// # Errors
    /// Returns an error if the terminal is gone.
    pub fn draw_rows<B: Backend + ShowsLinks>(
        &mut self,
        backend: &mut B,
        rows: Rect,
        draw: impl FnOnce(&mut Canvas) -> Vec<LinkCells>,
    ) -> Result<(), B::Error> {
        let Some(screen) = self.screen.as_mut() else {
            return self.draw(backend, true, draw);
        };
        let whole = Rect::from((Position::ORIGIN, screen.size));
        let rows = Rect { x: 0, width: screen.size.width, ..rows }.intersection(whole);
        let (changes, _) = screen.paint_rows(rows, draw);
        screen.show(backend, &changes)
    }
}

impl Screen {
    /// A screen without anything on it.
    pub(super) fn blank(size: Size) -> Self {
        let (rows, canvas) = (Row::blanks(size), Canvas::new(size));
        Self { size, rows, links: Vec::new(), cursor: None, canvas }
    }

    /// Paints a frame, and returns the cells that have changed.
    pub(super) fn paint(
        &mut self,
        draw: impl FnOnce(&mut Canvas) -> Vec<LinkCells>,
    ) -> Vec<Change> {
        let (changes, links) = self.paint_rows(Rect::from((Position::ORIGIN, self.size)), draw);
        let glyph = |x, y| self.rows.get(usize::from(y))?.glyphs.get(usize::from(x));
        let is_underlined = |x, y| glyph(x, y).is_some_and(|glyph| glyph.has(Modifier::UNDERLINED));
        self.links = uncovered(links, is_underlined);
        changes
    }

    /// Paints some rows of a frame, and returns the cells that have changed, and the links.
    fn paint_rows(
        &mut self,
        area: Rect,
        draw: impl FnOnce(&mut Canvas) -> Vec<LinkCells>,
    ) -> (Vec<Change>, Vec<LinkCells>) {
        self.canvas.begin(area);
        let links = draw(&mut self.canvas);
        self.cursor = self.canvas.end();
        let mut changes = Vec::new();
        for y in area.top()..area.bottom() {
            let (row, drawn) = (&mut self.rows[usize::from(y)], self.canvas.row_mut(y));
            std::mem::swap(row, drawn);
            row.changes(drawn, |x| {
                let column = u16::try_from(x).ok();
                changes.extend(column.zip(row.cell(x)).map(|(x, cell)| (x, y, cell)));
            });
        }
        (changes, links)
    }

    fn show<B: Backend>(&self, backend: &mut B, changes: &[Change]) -> Result<(), B::Error> {
        backend.draw(changes.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
        match self.cursor {
            Some(position) => {
                backend.show_cursor()?;
                backend.set_cursor_position(position)?;
            }
            None => backend.hide_cursor()?,
        }
        backend.flush()
    }

    #[cfg(test)]
    pub(super) fn cell(&self, x: u16, y: u16) -> Option<Cell> {
        self.rows.get(usize::from(y))?.cell(x.into())
    }
}
