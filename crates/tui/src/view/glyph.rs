//! The cells of a screen as the panes draw them: quick to blank, to draw on and to compare.

use std::sync::Arc;

use ratatui::buffer::{Cell, CellWidth};
use ratatui::style::{Color, Modifier, Style};

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glyph {
    symbol: Symbol,
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// What a cell shows. Nearly all cells show one character.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Symbol {
    Char(char),
    Cluster(Arc<str>),
}

impl Glyph {
    pub(super) const BLANK: Self = Self {
        symbol: Symbol::Char(' '),
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };

    pub(super) fn set_char(&mut self, c: char) -> &mut Self {
        self.symbol = Symbol::Char(c);
        self
    }

    /// Sets what the style says, and leaves the rest as it is.
    pub(super) fn patch(&mut self, style: Style) {
        self.fg = style.fg.unwrap_or(self.fg);
        self.bg = style.bg.unwrap_or(self.bg);
        self.modifier = (self.modifier | style.add_modifier) - style.sub_modifier;
    }

    pub(super) const fn is_blank(&self) -> bool {
        matches!(self.symbol, Symbol::Char(' '))
    }

    pub(super) const fn is_underlined(&self) -> bool {
        self.modifier.contains(Modifier::UNDERLINED)
    }

    /// Columns that it takes.
    pub(super) fn columns(&self) -> usize {
        let columns = match &self.symbol {
            Symbol::Char(c) if c.is_ascii() => 1,
            Symbol::Char(c) => c.encode_utf8(&mut [0; 4]).cell_width(),
            Symbol::Cluster(text) => text.cell_width(),
        };
        usize::from(columns.max(1))
    }
}

impl From<&Cell> for Glyph {
    fn from(cell: &Cell) -> Self {
        let mut chars = cell.symbol().chars();
        let symbol = match (chars.next(), chars.next()) {
            (Some(c), None) => Symbol::Char(c),
            _ => Symbol::Cluster(cell.symbol().into()),
        };
        Self { symbol, fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }
}

impl From<&Glyph> for Cell {
    fn from(glyph: &Glyph) -> Self {
        let mut cell = Self::EMPTY;
        match &glyph.symbol {
            Symbol::Char(' ') => {}
            Symbol::Char(c) => {
                cell.set_char(*c);
            }
            Symbol::Cluster(text) => {
                cell.set_symbol(text);
            }
        }
        (cell.fg, cell.bg, cell.modifier) = (glyph.fg, glyph.bg, glyph.modifier);
        cell
    }
}
