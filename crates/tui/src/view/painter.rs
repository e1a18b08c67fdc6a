//! What is on the screen, row by row: a frame writes only the cells that are drawn otherwise than in the frame before.

use ratatui::backend::Backend;
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Rect, Size};

use super::canvas::{Canvas, Row};
use super::glyph::Glyph;
use super::links::uncovered;
use crate::hyperlinks::{LinkCells, ShowsLinks};

/// A cell that has changed, and where it is.
type Change = (u16, u16, Cell);

/// Draws frames on one screen.
#[derive(Debug, Default)]
pub struct Painter {
    screen: Option<Screen>,
}

/// What is on a screen.
#[derive(Debug)]
pub(super) struct Screen {
    size: Size,
    rows: Vec<Row>,
    pub(super) links: Vec<LinkCells>,
    cursor: Option<Position>,
    /// What the next frame is drawn on.
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
        let area = Rect::from((Position::ORIGIN, self.size));
        self.canvas.begin(area);
        let links = draw(&mut self.canvas);
        self.cursor = self.canvas.end();
        let mut changes = Vec::new();
        for (y, row) in (0..).zip(&mut self.rows) {
            std::mem::swap(row, self.canvas.row_mut(y));
            add_changes(self.canvas.row_mut(y), row, y, &mut changes);
        }
        self.links = uncovered(links, |x, y| self.glyph(x, y).is_some_and(Glyph::is_underlined));
        changes
    }

    fn show<B: Backend + ShowsLinks>(
        &self,
        backend: &mut B,
        changes: &[Change],
    ) -> Result<(), B::Error> {
        backend.link_slot().set(self.links.clone());
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

    pub(super) fn glyph(&self, x: u16, y: u16) -> Option<&Glyph> {
        self.rows.get(usize::from(y))?.glyphs.get(usize::from(x))
    }
}

/// Adds the cells of row `y` that have changed.
fn add_changes(before: &Row, now: &Row, y: u16, changes: &mut Vec<Change>) {
    let has_wide = before.may_have_wide || now.may_have_wide;
    // Columns that a wide symbol covers, which are drawn with it; and those of one that was there before.
    let (mut covered, mut uncovered) = (0, 0);
    for (x, (before, now)) in (0..).zip(before.glyphs.iter().zip(&now.glyphs)) {
        if covered == 0 && (uncovered > 0 || before != now) {
            changes.push((x, y, now.into()));
        }
        if has_wide {
            let columns = now.columns();
            covered = covered.max(columns) - 1;
            uncovered = uncovered.max(columns).max(before.columns()) - 1;
        }
    }
}
