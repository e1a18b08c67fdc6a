//! A row of the screen as it is drawn, and which cells of it have changed.

use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::Size;

use super::glyph::{Glyph, Symbol};

#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) glyphs: Vec<Glyph>,
    /// Symbols of several characters; a glyph has the number.
    clusters: Vec<Box<str>>,
    /// Whether it may have a symbol of more than one column, or of several characters.
    is_complex: bool,
}

impl Row {
    pub(super) fn blank(width: u16) -> Self {
        Self { glyphs: vec![Glyph::BLANK; width.into()], ..Self::default() }
    }

    /// The rows of a blank screen.
    pub(super) fn blanks(size: Size) -> Vec<Self> {
        vec![Self::blank(size.width); size.height.into()]
    }

    pub(super) fn clear(&mut self) {
        self.glyphs.fill(Glyph::BLANK);
        self.clusters.clear();
        self.is_complex = false;
    }

    pub(super) fn cell(&self, x: usize) -> Option<Cell> {
        let glyph = self.glyphs.get(x)?;
        let mut cell = Cell::EMPTY;
        match glyph.symbol() {
            Symbol::Char(' ') => {}
            Symbol::Char(c) => {
                cell.set_char(c);
            }
            Symbol::Cluster(number) => {
                cell.set_symbol(self.cluster(number));
            }
        }
        (cell.fg, cell.bg, cell.modifier) = glyph.look();
        Some(cell)
    }

    /// Sets a cell whose symbol may have several characters, or columns.
    pub(super) fn set(&mut self, x: usize, cell: &Cell) {
        let mut chars = cell.symbol().chars();
        let symbol = match (chars.next(), chars.next()) {
            (Some(c), None) => Symbol::Char(c),
            _ => {
                self.clusters.push(cell.symbol().into());
                Symbol::Cluster(self.clusters.len() - 1)
            }
        };
        self.glyphs[x] = Glyph::new(symbol, (cell.fg, cell.bg, cell.modifier));
        self.is_complex = true;
    }

    /// Blanks each wide symbol that something else covers in part, such as the border of the help: terminals show
    /// one of the two.
    pub(super) fn blank_halves(&mut self) {
        if !self.is_complex {
            return;
        }
        let mut x = 0;
        while x < self.glyphs.len() {
            let end = x + self.columns(x);
            let rest = self.glyphs.get(x + 1..end);
            if rest.is_some_and(|rest| rest.iter().all(|glyph| glyph.is_blank())) {
                x = end;
            } else {
                self.glyphs[x].set_char(' ');
                x += 1;
            }
        }
    }

    /// The columns of the cells that are not as they were before.
    pub(super) fn changes(&self, before: &Self, mut add: impl FnMut(usize)) {
        let cells = before.glyphs.iter().zip(&self.glyphs).enumerate();
        if !before.is_complex && !self.is_complex {
            cells.filter(|(_, (old, new))| old != new).for_each(|(x, _)| add(x));
            return;
        }
        // How many columns of a wide symbol follow, which are drawn with it, and of one that was there before.
        let (mut covered, mut uncovered) = (0, 0);
        for (x, (old, new)) in cells {
            let is_other = match (old.symbol(), new.symbol()) {
                (Symbol::Cluster(old_number), Symbol::Cluster(number)) => {
                    before.cluster(old_number) != self.cluster(number) || old.look() != new.look()
                }
                _ => old != new,
            };
            if covered == 0 && (uncovered > 0 || is_other) {
                add(x);
            }
            covered = self.columns(x).max(covered) - 1;
            uncovered = self.columns(x).max(before.columns(x)).max(uncovered) - 1;
        }
    }

    /// Columns of the symbol of a cell.
    fn columns(&self, x: usize) -> usize {
        let columns = match self.glyphs[x].symbol() {
            Symbol::Char(c) if c.is_ascii() => 1,
            Symbol::Char(c) => c.encode_utf8(&mut [0; 4]).cell_width(),
            Symbol::Cluster(number) => self.cluster(number).cell_width(),
        };
        usize::from(columns.max(1))
    }

    fn cluster(&self, number: usize) -> &str {
        &self.clusters[number]
    }
}
