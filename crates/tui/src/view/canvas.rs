//! The rows of a frame, on which the panes draw.

use ratatui::layout::{Position, Rect, Size};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::glyph::{Glyph, patch};
use super::paint;
use super::row::Row;

/// The rows of a frame, and its cursor.
#[derive(Debug)]
pub struct Canvas {
    /// The part of the screen that is drawn: whole rows.
    area: Rect,
    rows: Vec<Row>,
    cursor: Option<Position>,
}

impl Canvas {
    /// A blank screen.
    pub(super) fn new(size: Size) -> Self {
        let area = Rect::from((Position::ORIGIN, size));
        Self { area, rows: Row::blanks(size), cursor: None }
    }

    /// Blanks the part of the screen that is to be drawn.
    pub(super) fn begin(&mut self, area: Rect) {
        (self.area, self.cursor) = (area, None);
        self.rows[range(area)].iter_mut().for_each(Row::clear);
    }

    /// Ends the drawing. Returns the cursor.
    pub(super) fn end(&mut self) -> Option<Position> {
        self.rows[range(self.area)].iter_mut().for_each(Row::blank_halves);
        self.cursor
    }

    pub(crate) const fn area(&self) -> Rect {
        self.area
    }

    /// Whether all of the screen is drawn.
    pub(super) fn is_whole(&self) -> bool {
        usize::from(self.area.height) == self.rows.len()
    }

    /// A row of the screen.
    pub(super) fn row_mut(&mut self, y: u16) -> &mut Row {
        &mut self.rows[usize::from(y)]
    }

    /// The part of an area that is drawn: the terminal may have shrunk before the state could know.
    pub(super) fn clip(&self, area: Rect) -> Rect {
        area.intersection(self.area)
    }

    /// Draws a line on the first row of an area.
    pub(crate) fn line(&mut self, line: &Line<'_>, area: Rect) {
        let area = self.clip(Rect { height: area.height.min(1), ..area });
        if !area.is_empty() {
            paint::line(line, columns(area), self.row_mut(area.y));
        }
    }

    /// Sets the style of an area.
    pub(crate) fn style(&mut self, area: Rect, style: Style) {
        if style != Style::new() {
            self.each(area, |glyphs| patch(glyphs, style));
        }
    }

    /// Blanks an area.
    pub(super) fn clear(&mut self, area: Rect) {
        self.each(area, |glyphs| glyphs.fill(Glyph::BLANK));
    }

    /// Shows the cursor.
    pub(crate) const fn set_cursor(&mut self, position: Position) {
        self.cursor = Some(position);
    }

    /// Draws a line down a column.
    pub(super) fn rule_down(&mut self, column: Rect, style: Style) {
        let rule = Line::from(Span::styled("│", style));
        column.rows().for_each(|row| self.line(&rule, row));
    }

    fn each(&mut self, area: Rect, change: impl Fn(&mut [Glyph])) {
        let area = self.clip(area);
        for row in &mut self.rows[range(area)] {
            change(&mut row.glyphs[columns(area)]);
        }
    }
}

/// The rows of an area.
fn range(area: Rect) -> std::ops::Range<usize> {
    area.top().into()..area.bottom().into()
}

fn columns(area: Rect) -> std::ops::Range<usize> {
    area.left().into()..area.right().into()
}
