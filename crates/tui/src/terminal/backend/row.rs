//! One row of the screen, and which part of it is to be written.

use ratatui::buffer::{Cell, CellWidth};

use crate::hyperlinks::LinkCells;
use crate::terminal::sgr;

/// Most columns that a terminal gives one character.
const CHAR_COLUMNS_MAX: usize = 2;

/// One row of the screen.
#[derive(Debug, Default)]
pub(super) struct Row {
    cells: Vec<Cell>,
    /// Which of its cells lead where.
    links: Vec<LinkCells>,
    /// The column from which on the terminal has ASCII alone, each character in its cell.
    reach: usize,
    change: Change,
}

/// The change of a row since it was written.
#[derive(Debug, Default)]
struct Change {
    /// The columns whose cells have changed, the first one first.
    columns: Vec<u16>,
    /// Whether the first of them had ASCII.
    was_certain: bool,
    /// Whether any of them had something else, or has it now.
    is_uncertain: bool,
    /// Whether all of the row is to be written.
    is_whole: bool,
}

/// The part of a row that is to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// The cells of these columns, over what is there.
    Cells(Vec<u16>),
    /// All from this column on, after it is erased.
    From(u16),
}

impl Row {
    /// Puts a cell that covers that many columns at column `x`.
    pub(super) fn set(&mut self, x: u16, cell: Cell, columns: u16) {
        let covered = usize::from(x)..usize::from(x + columns);
        if self.cells.len() < covered.end {
            self.cells.resize(covered.end, Cell::EMPTY);
        }
        if self.change.columns.is_empty() {
            // Most rows change to their end, or in one cell.
            self.change.columns.reserve(self.cells.len() - usize::from(x));
            self.change.was_certain = !is_uncertain(&self.cells[covered.start]);
        }
        self.change.columns.extend(x..x + columns);
        self.change.is_uncertain |=
            is_uncertain(&cell) || self.cells[covered.clone()].iter().any(is_uncertain);
        self.cells[covered.start + 1..covered.end].fill(Cell::EMPTY);
        self.cells[covered.start] = cell;
    }

    pub(super) fn set_links(&mut self, links: Vec<LinkCells>) {
        if self.links != links {
            self.links = links;
            self.set_stale();
        }
    }

    /// The terminal no longer shows the row.
    pub(super) const fn set_stale(&mut self) {
        self.change.is_whole = true;
    }

    pub(super) fn links(&self) -> &[LinkCells] {
        &self.links
    }

    pub(super) fn cell(&self, x: u16) -> &Cell {
        &self.cells[usize::from(x)]
    }

    /// The column after the last cell that is not blank.
    pub(super) fn end(&self) -> usize {
        self.cells.iter().rposition(|cell| !sgr::is_blank(cell)).map_or(0, |last| last + 1)
    }

    /// The part that is to be written now; `None` if nothing has changed.
    pub(super) fn take_write(&mut self) -> Option<Write> {
        if self.change.columns.is_empty() && !self.change.is_whole {
            return None;
        }
        let Change { columns, was_certain, is_uncertain, is_whole } =
            std::mem::take(&mut self.change);
        let (first, before) = (columns.first().copied(), self.reach);
        if is_uncertain {
            self.reach = reach(&self.cells);
        }
        match first.map(usize::from) {
            Some(first) if !is_whole && self.links.is_empty() => {
                if first >= before.max(self.reach) {
                    return Some(Write::Cells(columns));
                }
                Some(Write::From(self.start(first, was_certain)))
            }
            _ => Some(Write::From(0)),
        }
    }

    /// The last column from which on the row can be written without what is before it, if `first` is the first
    /// column that changes: no uncertain text before it reaches so far, and it had and has ASCII, since other
    /// text may be added to the character before it.
    fn start(&self, first: usize, was_certain: bool) -> u16 {
        let (mut reached, mut start) = (0, 0);
        for (x, cell) in self.cells.iter().enumerate().take(first + 1) {
            if is_uncertain(cell) {
                reached = reach_of(reached, x, cell);
            } else if x >= reached && (x < first || was_certain) {
                start = x;
            }
        }
        u16::try_from(start).unwrap_or_default()
    }

    /// What the row shows from a column on, in parts that each start at a column of their own: uncertain text
    /// ends a part. The row was erased from there on, so blank cells after such text are left out: a terminal
    /// that takes it for wider than we do may show all of it.
    pub(super) fn parts(&self, from: u16) -> Vec<Vec<(u16, &Cell)>> {
        let mut parts: Vec<Vec<(u16, &Cell)>> = Vec::new();
        let (mut x, mut after_uncertain) = (usize::from(from), true);
        let end = self.end();
        while let Some(cell) = self.cells[..end].get(x) {
            let certain = !is_uncertain(cell);
            let starts = parts.is_empty() || (after_uncertain && certain);
            if !(after_uncertain && sgr::is_blank(cell)) {
                if starts {
                    parts.push(Vec::new());
                }
                if let (Some(part), Ok(column)) = (parts.last_mut(), u16::try_from(x)) {
                    part.push((column, cell));
                }
                after_uncertain = !certain;
            }
            x += usize::from(cell.symbol().cell_width().max(1));
        }
        parts
    }
}

/// The column from which on a row has ASCII alone, each character in its cell.
fn reach(cells: &[Cell]) -> usize {
    let uncertain = cells.iter().enumerate().filter(|(_, cell)| is_uncertain(cell));
    uncertain.fold(0, |reached, (x, cell)| reach_of(reached, x, cell))
}

/// How far uncertain text in column `x` may reach, if the text before it reaches as far as `before`.
fn reach_of(before: usize, x: usize, cell: &Cell) -> usize {
    before.max(x) + CHAR_COLUMNS_MAX * cell.symbol().chars().count()
}

/// Whether terminals may disagree on how many columns a cell takes. They agree on ASCII: in East
/// Asia even the letters of Greek and Cyrillic, and the lines of a frame, may take two.
fn is_uncertain(cell: &Cell) -> bool {
    cell.symbol().len() != 1
}
