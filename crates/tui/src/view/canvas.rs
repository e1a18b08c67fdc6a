//! What the panes draw on. Each row of the screen is a list of layers, from the bottom up: rows of equal layers have
//! equal cells, so that a frame paints only the rows whose layers have changed.

use std::borrow::Cow;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::paint;

/// What is drawn on a part of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    x: u16,
    width: u16,
    content: Content,
}

#[derive(Debug, Clone, PartialEq)]
enum Content {
    /// A text over what is there.
    Text(Line<'static>),
    /// A style over the one that is there.
    Style(Style),
    /// Blanks in place of what is there.
    Blank,
}

/// The layers of each row of a screen, and its cursor.
#[derive(Debug)]
pub struct Canvas {
    area: Rect,
    rows: Vec<Vec<Layer>>,
    cursor: Option<Position>,
}

impl Canvas {
    /// A blank screen.
    pub(super) fn new(area: Rect) -> Self {
        Self { area, rows: vec![Vec::new(); area.height.into()], cursor: None }
    }

    pub(crate) const fn area(&self) -> Rect {
        self.area
    }

    /// The part of an area that is on the screen: the terminal may have shrunk before the state could know.
    pub(super) fn clip(&self, area: Rect) -> Rect {
        area.intersection(self.area)
    }

    /// Draws a line on the first row of an area.
    pub(crate) fn line(&mut self, line: Line<'_>, area: Rect) {
        let area = self.clip(Rect { height: area.height.min(1), ..area });
        if !area.is_empty() && !line.spans.is_empty() {
            let (x, width) = (area.x, area.width);
            self.rows[usize::from(area.y - self.area.y)].push(Layer {
                x,
                width,
                content: Content::Text(owned(line)),
            });
        }
    }

    /// Sets the style of an area.
    pub(crate) fn style(&mut self, area: Rect, style: Style) {
        if style != Style::new() {
            self.add(area, &Content::Style(style));
        }
    }

    /// Blanks an area.
    pub(super) fn clear(&mut self, area: Rect) {
        self.add(area, &Content::Blank);
    }

    /// Shows the cursor.
    pub(crate) const fn set_cursor(&mut self, position: Position) {
        self.cursor = Some(position);
    }

    /// The layers of each row, and where the cursor is.
    pub(super) fn into_parts(self) -> (Vec<Vec<Layer>>, Option<Position>) {
        (self.rows, self.cursor)
    }

    /// Draws a line down a column.
    pub(super) fn rule_down(&mut self, column: Rect, style: Style) {
        self.add(column, &Content::Text(Line::from(Span::styled("│", style))));
    }

    fn add(&mut self, area: Rect, content: &Content) {
        let area = self.clip(area);
        if area.width > 0 {
            let rows =
                usize::from(area.top() - self.area.y)..usize::from(area.bottom() - self.area.y);
            for row in &mut self.rows[rows] {
                row.push(Layer { x: area.x, width: area.width, content: content.clone() });
            }
        }
    }
}

fn owned(line: Line<'_>) -> Line<'static> {
    let Line { style, alignment, spans } = line;
    let owned = |Span { style, content }| Span { style, content: Cow::Owned(content.into_owned()) };
    Line { style, alignment, spans: spans.into_iter().map(owned).collect() }
}

/// Paints layers on a blank row.
pub(super) fn paint(layers: &[Layer], row: Rect) -> Buffer {
    let mut buffer = Buffer::empty(row);
    for Layer { x, width, content } in layers {
        let area = Rect { x: *x, width: *width, ..row };
        match content {
            Content::Text(line) => paint::line(line, area, &mut buffer),
            Content::Style(style) => buffer.set_style(area, *style),
            Content::Blank => {
                for cell in &mut buffer.content[usize::from(*x)..usize::from(*x + *width)] {
                    cell.reset();
                }
            }
        }
    }
    blank_halves(&mut buffer);
    buffer
}

/// Blanks each wide symbol that something else covers in part, such as the border of the help: terminals show
/// one of the two, and ratatui believes that the wide one is there.
fn blank_halves(row: &mut Buffer) {
    let row = &mut row.content;
    let mut x = 0;
    while x < row.len() {
        if row[x].symbol().len() == 1 {
            // ASCII, as most cells are.
            x += 1;
            continue;
        }
        let end = x + usize::from(row[x].cell_width().max(1));
        let is_whole =
            row.get(x + 1..end).is_some_and(|rest| rest.iter().all(|cell| cell.symbol() == " "));
        if is_whole {
            x = end;
        } else {
            row[x].set_symbol(" ");
            x += 1;
        }
    }
}
