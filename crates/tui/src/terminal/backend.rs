//! A ratatui backend for terminals that disagree with us, and with each other, about widths.
//!
//! Unicode does not say how many columns a flag, a family of emoji or a Thai vowel takes, so the
//! cursor of a terminal may be anywhere after such text. A row that has any, or had any, is
//! therefore erased and written whole, and each part of it that follows uncertain text starts with
//! an absolute cursor position. What a terminal shows in such a row then depends on the row alone,
//! not on what was there before, and borders stay in their columns.

use std::collections::BTreeMap;
use std::io;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{Clear, ClearType as Erase};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};

use super::{ascii, sgr};
use crate::hyperlinks::{CLOSING, Link, LinkCells, LinkSlot, ShowsLinks};

/// What a frame is sent to.
pub trait Sink {
    /// How large the screen is.
    ///
    /// # Errors
    /// Returns an error if the terminal is gone.
    fn size(&self) -> io::Result<Size>;

    /// Takes the bytes of a frame.
    ///
    /// # Errors
    /// Returns an error if the terminal is gone.
    fn send(&mut self, frame: Vec<u8>) -> io::Result<()>;

    /// Whether something else than this backend has written on the screen since the last call.
    fn take_stale(&mut self) -> bool;
}

/// The backend: knows what is on each row, and collects a frame before it sends it.
#[derive(Debug)]
pub struct RowBackend<S> {
    sink: S,
    /// Bytes of the frame so far; sent by `flush`.
    frame: Vec<u8>,
    rows: Vec<Row>,
    cursor: Position,
    is_ascii: bool,
    /// Where the view leaves the links of a frame.
    links: LinkSlot,
}

/// What is on one row of the screen.
#[derive(Debug, Default)]
struct Row {
    cells: Vec<Cell>,
    /// Whether the terminal has uncertain text on this row.
    was_uncertain: bool,
    /// Which of its cells lead where.
    links: Vec<LinkCells>,
}

impl<S: Sink> RowBackend<S> {
    /// A backend for a cleared screen. `is_ascii`: the terminal shows ASCII only.
    pub fn new(sink: S, is_ascii: bool) -> Self {
        let (frame, rows, links) = (Vec::new(), Vec::new(), LinkSlot::default());
        Self { sink, frame, rows, cursor: Position::ORIGIN, is_ascii, links }
    }

    /// Gives each row its links, and returns the rows whose links are others now.
    fn set_links(&mut self) -> Vec<u16> {
        let mut links = self.links.take();
        let mut changed = Vec::new();
        for (y, row) in (0..).zip(&mut self.rows) {
            let of_row: Vec<LinkCells> = links.extract_if(.., |cells| cells.row == y).collect();
            if row.links != of_row {
                row.links = of_row;
                changed.push(y);
            }
        }
        changed
    }

    /// Puts a cell on its row, and returns how many columns it covers.
    fn set(&mut self, x: u16, y: u16, cell: &Cell) -> u16 {
        let row = usize::from(y);
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Row::default);
        }
        let columns = cell.symbol().cell_width().max(1);
        let mut cell = cell.clone();
        if self.is_ascii {
            let shown = ascii::shown(cell.symbol()).to_owned();
            cell.set_symbol(&shown);
        }
        self.rows[row].set(x.into(), &cell, columns.into());
        columns
    }

    /// Erases row `y` and writes all of it.
    fn write_whole(&mut self, y: u16) -> io::Result<()> {
        let row = &mut self.rows[usize::from(y)];
        row.was_uncertain = row.is_uncertain();
        let erase = Clear(Erase::UntilNewLine);
        queue!(self.frame, MoveTo(0, y), SetAttribute(Attribute::Reset), erase)?;
        for part in row.parts() {
            // Each call starts with an absolute cursor position.
            let cells = part.into_iter().map(|(x, cell)| (x, y, cell));
            write_cells(&mut self.frame, cells, &row.links)?;
        }
        Ok(())
    }
}

fn write_cells<'a>(
    frame: &mut Vec<u8>,
    cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
    links: &[LinkCells],
) -> io::Result<()> {
    let (mut next, mut look) = (None, sgr::PLAIN);
    let mut open: Option<&Link> = None;
    for (x, y, cell) in cells {
        let link = links.iter().find(|cells| cells.columns.contains(&x)).map(|cells| &*cells.link);
        if open != link {
            let sequence = link.map_or_else(|| CLOSING.to_owned(), Link::opening);
            frame.extend_from_slice(sequence.as_bytes());
            open = link;
        }
        if next != Some((x, y)) {
            queue!(frame, MoveTo(x, y))?;
        }
        next = Some((x + 1, y));
        if look != sgr::look(cell) {
            look = sgr::look(cell);
            frame.extend_from_slice(sgr::sequence(look).as_bytes());
        }
        frame.extend_from_slice(cell.symbol().as_bytes());
    }
    if open.is_some() {
        frame.extend_from_slice(CLOSING.as_bytes());
    }
    if look != sgr::PLAIN {
        frame.extend_from_slice(b"\x1b[m");
    }
    Ok(())
}

impl Row {
    fn set(&mut self, x: usize, cell: &Cell, covered: usize) {
        if self.cells.len() < x + covered {
            self.cells.resize(x + covered, Cell::EMPTY);
        }
        self.cells[x] = cell.clone();
        self.cells[x + 1..x + covered].fill(Cell::EMPTY);
    }

    fn is_uncertain(&self) -> bool {
        self.cells.iter().any(|cell| is_uncertain(cell.symbol()))
    }

    /// What the row shows, in parts that each start at a column of their own: uncertain text ends a
    /// part. The row was erased, so blank cells after such text are left out: a terminal that takes
    /// it for wider than we do may show all of it.
    fn parts(&self) -> Vec<Vec<(u16, &Cell)>> {
        let mut parts: Vec<Vec<(u16, &Cell)>> = Vec::new();
        let (mut x, mut after_uncertain) = (0, true);
        let end =
            self.cells.iter().rposition(|cell| !sgr::is_blank(cell)).map_or(0, |last| last + 1);
        while let Some(cell) = self.cells[..end].get(x) {
            let certain = !is_uncertain(cell.symbol());
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

/// Whether terminals may disagree on how many columns `symbol` takes. They agree on ASCII: in East
/// Asia even the letters of Greek and Cyrillic, and the lines of a frame, may take two.
fn is_uncertain(symbol: &str) -> bool {
    symbol.len() != 1
}

impl<S> ShowsLinks for RowBackend<S> {
    fn link_slot(&self) -> LinkSlot {
        self.links.clone()
    }
}

impl<S: Sink> Backend for RowBackend<S> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut changed: BTreeMap<u16, Vec<u16>> = BTreeMap::new();
        for (x, y, cell) in content {
            let columns = self.set(x, y, cell);
            changed.entry(y).or_default().extend(x..x + columns);
        }
        // No columns: the whole row is written.
        changed.extend(self.set_links().into_iter().map(|y| (y, Vec::new())));
        let is_stale = self.sink.take_stale();
        if is_stale {
            queue!(self.frame, SetAttribute(Attribute::Reset), Clear(Erase::All))?;
            changed = (0..).zip(&self.rows).map(|(y, _)| (y, Vec::new())).collect();
        }
        // From the top, so that who sees the last row has seen the others.
        for (y, columns) in changed {
            let row = &self.rows[usize::from(y)];
            let is_whole = is_stale || columns.is_empty() || !row.links.is_empty();
            if is_whole || row.was_uncertain || row.is_uncertain() {
                self.write_whole(y)?;
            } else {
                let cells = columns.into_iter().map(|x| (x, y, &row.cells[usize::from(x)]));
                write_cells(&mut self.frame, cells, &[])?;
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        queue!(self.frame, Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        queue!(self.frame, Show)
    }

    /// The position that was set last: to ask the terminal, one would have to read its answer from
    /// among the keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        queue!(self.frame, MoveTo(self.cursor.x, self.cursor.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.rows.clear();
        queue!(self.frame, SetAttribute(Attribute::Reset), Clear(Erase::All))
    }

    /// Clears all of the screen: a full-screen program has no other region.
    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        self.clear()
    }

    fn size(&self) -> io::Result<Size> {
        self.sink.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.send(std::mem::take(&mut self.frame))
    }
}

#[cfg(test)]
mod tests;
