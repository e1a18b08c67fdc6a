//! Splits a row of cells into the parts that one element of a picture draws.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::CELL_WIDTH;
use crate::wrap::columns;

/// Cells that are drawn together.
pub(super) struct Segment<'a> {
    pub(super) x: usize,
    pub(super) columns: usize,
    pub(super) text: String,
    pub(super) kind: Kind,
    /// The first of the cells; the others look like it.
    pub(super) cell: &'a Cell,
}

/// What is drawn. Lines are not drawn as text: in many fonts they would have gaps between the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but a background.
    Blank,
    /// Letters.
    Text,
    /// A thin line from side to side.
    Across,
    /// A bar from top to bottom, in pixels from the left of the cell.
    Bar { left: usize, width: usize },
    /// A block as wide as its cells: their upper half, their lower half, or both.
    Block { is_upper: bool, is_lower: bool },
    /// A round corner.
    Corner { right: bool, down: bool },
}

impl Kind {
    fn of(cell: &Cell) -> Self {
        let corner = |right, down| Self::Corner { right, down };
        let block = |is_upper, is_lower| Self::Block { is_upper, is_lower };
        match cell.symbol() {
            " " if !cell.modifier.contains(Modifier::UNDERLINED) => Self::Blank,
            "─" => Self::Across,
            "│" => Self::Bar { left: CELL_WIDTH / 2, width: 1 },
            "┃" => Self::Bar { left: CELL_WIDTH / 2 - 1, width: 3 },
            "▌" => Self::Bar { left: 0, width: CELL_WIDTH / 2 },
            "█" => block(true, true),
            "▀" => block(true, false),
            "▄" => block(false, true),
            "╭" => corner(true, true),
            "╮" => corner(false, true),
            "╰" => corner(true, false),
            "╯" => corner(false, false),
            _ => Self::Text,
        }
    }

    /// Whether neighbours of this kind are drawn together.
    const fn joins(self) -> bool {
        matches!(self, Self::Blank | Self::Text | Self::Across | Self::Block { .. })
    }
}

/// The parts of a row, without blank ones that have no background.
pub(super) fn segments(row: &[Cell]) -> Vec<Segment<'_>> {
    let mut segments: Vec<Segment<'_>> = Vec::new();
    let mut x = 0;
    while let Some(cell) = row.get(x) {
        let (kind, width) = (Kind::of(cell), columns(cell.symbol()).max(1));
        let last = segments.last_mut().filter(|last| last.cell.style() == cell.style());
        match last {
            Some(last) if last.kind == kind && kind.joins() && is_narrow(last, width) => {
                last.columns += width;
                last.text.push_str(cell.symbol());
            }
            // Words stay together, but not over two blanks, which some programs draw as one.
            Some(last)
                if kind == Kind::Blank
                    && last.kind == Kind::Text
                    && is_narrow(last, width)
                    && !last.text.ends_with(' ') =>
            {
                last.columns += width;
                last.text.push(' ');
            }
            _ => {
                let text = cell.symbol().to_owned();
                segments.push(Segment { x, columns: width, text, kind, cell });
            }
        }
        x += width;
    }
    for segment in &mut segments {
        if segment.kind == Kind::Text && !has_background(segment.cell) {
            segment.text.truncate(segment.text.trim_end().len());
            segment.columns = columns(&segment.text);
        }
    }
    segments.retain(|segment| segment.kind != Kind::Blank || has_background(segment.cell));
    segments
}

/// Whether each symbol of both parts takes one column: a wide one is an element of its own, so that it
/// stands where it stands on a terminal.
fn is_narrow(segment: &Segment<'_>, width: usize) -> bool {
    width == 1 && segment.columns == segment.text.chars().count()
}

fn has_background(cell: &Cell) -> bool {
    cell.bg != Color::Reset || cell.modifier.contains(Modifier::REVERSED)
}
