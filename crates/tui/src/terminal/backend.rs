//! A ratatui backend for terminals that disagree with us, and with each other, about widths.
//!
//! Unicode does not say how many columns a flag, a family of emoji or a Thai vowel takes, so the
//! cursor of a terminal may be anywhere after such text. A row that has any, or had any, is
//! therefore erased and written again from a column that no such text before it can reach, and each
//! part of it that follows uncertain text starts with an absolute cursor position. What a terminal
//! shows in such a row then depends on the row alone, not on the row before it, and borders stay
//! in their columns.

mod row;

use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};

use self::row::{Row, Write};
use super::{ascii, sgr};
use crate::hyperlinks::{CLOSING, Link, LinkCells, LinkSlot, ShowsLinks};

const SHOW_CURSOR: &[u8] = b"\x1b[?25h";
const HIDE_CURSOR: &[u8] = b"\x1b[?25l";

/// No style, and the rest of the row without text, or the whole screen.
const RESET_AND_ERASE_REST: &[u8] = b"\x1b[0m\x1b[K";
const RESET_AND_CLEAR: &[u8] = b"\x1b[0m\x1b[2J";

/// Bytes that a changed cell takes at most in most frames, and those of the cursor.
const CELL_BYTES: usize = 4;
const CURSOR_BYTES: usize = 32;

/// A terminal that takes frames.
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

/// The backend: remembers each row, and collects a frame before it sends it.
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

impl<S: Sink> RowBackend<S> {
    /// A backend for a cleared screen. `is_ascii`: the terminal shows ASCII only.
    pub fn new(sink: S, is_ascii: bool) -> Self {
        let (frame, rows, links) = (Vec::new(), Vec::new(), LinkSlot::default());
        Self { sink, frame, rows, cursor: Position::ORIGIN, is_ascii, links }
    }

    /// Gives each row its links. A row whose links are others now is written whole.
    fn set_links(&mut self, mut links: Vec<LinkCells>) {
        for (y, row) in (0..).zip(&mut self.rows) {
            row.set_links(links.extract_if(.., |cells| cells.row == y).collect());
        }
    }

    /// Puts a cell on its row.
    fn set(&mut self, x: u16, y: u16, cell: &Cell) {
        let row = usize::from(y);
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Row::default);
        }
        let symbol = cell.symbol();
        // Nearly all cells have ASCII.
        let columns = if symbol.len() == 1 { 1 } else { symbol.cell_width().max(1) };
        let mut cell = cell.clone();
        if self.is_ascii {
            let shown = ascii::shown(cell.symbol()).to_owned();
            cell.set_symbol(&shown);
        }
        self.rows[row].set(x, cell, columns);
    }

    /// Writes what has changed on row `y`.
    fn write_row(&mut self, y: u16) {
        let row = &mut self.rows[usize::from(y)];
        match row.take_write() {
            None => {}
            Some(Write::Cells(columns)) => {
                let is_blank = |x: &u16| sgr::is_blank(row.cell(*x));
                // A typed key changes no blank cell.
                let end = if columns.iter().any(is_blank) { row.end() } else { usize::MAX };
                let (shown, blank): (Vec<u16>, Vec<u16>) =
                    columns.into_iter().partition(|x| usize::from(*x) < end);
                let cells = shown.into_iter().map(|x| (x, y, row.cell(x)));
                write_cells(&mut self.frame, cells, &[]);
                if let Some(x) = blank.first() {
                    erase(&mut self.frame, *x, y);
                }
            }
            Some(Write::From(x)) => {
                erase(&mut self.frame, x, y);
                for part in row.parts(x) {
                    // Each call starts with an absolute cursor position.
                    let cells = part.into_iter().map(|(x, cell)| (x, y, cell));
                    write_cells(&mut self.frame, cells, row.links());
                }
            }
        }
    }
}

/// Erases a row from a column on.
fn erase(frame: &mut Vec<u8>, x: u16, y: u16) {
    move_to(frame, x, y);
    frame.extend_from_slice(RESET_AND_ERASE_REST);
}

/// Puts the cursor on a cell. Each key and each part of a row does it, so it is not formatted as other sequences are.
fn move_to(frame: &mut Vec<u8>, x: u16, y: u16) {
    frame.extend_from_slice(b"\x1b[");
    number(frame, u32::from(y) + 1);
    frame.push(b';');
    number(frame, u32::from(x) + 1);
    frame.push(b'H');
}

/// Adds the digits of a number.
fn number(frame: &mut Vec<u8>, number: u32) {
    if number >= 10 {
        self::number(frame, number / 10);
    }
    frame.push(b'0' + (number % 10) as u8);
}

fn write_cells<'a>(
    frame: &mut Vec<u8>,
    cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
    links: &[LinkCells],
) {
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
            move_to(frame, x, y);
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
        self.frame.reserve(CURSOR_BYTES + content.size_hint().0 * CELL_BYTES);
        // A key changes one row: to look at all others would take longer than to write it.
        let (mut first, mut end) = (u16::MAX, 0);
        for (x, y, cell) in content {
            self.set(x, y, cell);
            (first, end) = (first.min(y), end.max(y + 1));
        }
        let links = self.links.take();
        let is_stale = self.sink.take_stale();
        if links.is_some() || is_stale {
            (first, end) = (0, u16::try_from(self.rows.len()).unwrap_or(u16::MAX));
        }
        if let Some(links) = links {
            self.set_links(links);
        }
        if is_stale {
            self.frame.extend_from_slice(RESET_AND_CLEAR);
            self.rows.iter_mut().for_each(Row::set_stale);
        }
        // From the top: once the last row is shown, all are.
        for y in first..end {
            self.write_row(y);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.frame.extend_from_slice(HIDE_CURSOR);
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.frame.extend_from_slice(SHOW_CURSOR);
        Ok(())
    }

    /// The position that was set last: to ask the terminal, one would have to read its answer from
    /// among the keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        move_to(&mut self.frame, self.cursor.x, self.cursor.y);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.rows.clear();
        self.frame.extend_from_slice(RESET_AND_CLEAR);
        Ok(())
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
