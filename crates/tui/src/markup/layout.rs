//! Breaks a message with markup into rows.

mod line;

use std::ops::Range;

use self::line::{Buffers, Line};
use super::rows::{INDENT_MAX, small};
use super::{Block, Content, Format, Markup, Piece, Rows};
use crate::wrap::{columns, wrap};

/// Most rows of a message that is folded. A message with one row more is not, as the line that says
/// so would take the same room.
pub const FOLD_ROWS: usize = 12;

/// Narrowest layout with gutters, in columns. A narrower one has no room for them.
const GUTTERS_WIDTH_MIN: usize = 12;

/// Columns of a gutter.
const GUTTER_COLUMNS: usize = 2;

impl Markup<'_> {
    /// All rows in `width` columns: at least one. A row is wider only if it has nothing but a
    /// character that is.
    #[must_use]
    pub fn rows(&self, width: usize) -> Rows {
        self.lay_out(width, usize::MAX).0
    }

    /// The rows of a message that is not opened: all of them, or the first [`FOLD_ROWS`] and a line
    /// that says how many more there are.
    #[must_use]
    pub fn folded(&self, width: usize) -> Rows {
        let (mut rows, all) = self.lay_out(width, FOLD_ROWS + 1);
        if all > FOLD_ROWS + 1 {
            rows.fold(FOLD_ROWS, all, width);
            rows.finish(&self.links);
        }
        rows
    }

    /// How many rows [`Markup::rows`] has, without building them.
    #[must_use]
    pub fn height(&self, width: usize) -> usize {
        self.lay_out(width, 0).1
    }

    /// How many rows [`Markup::folded`] has, without building them.
    #[must_use]
    pub fn folded_height(&self, width: usize) -> usize {
        self.height(width).min(FOLD_ROWS + 1)
    }

    /// The first `most` rows, and the number of all.
    fn lay_out(&self, width: usize, most: usize) -> (Rows, usize) {
        let mut layout = Layout {
            markup: self,
            width,
            most,
            rows: Rows::default(),
            all: 0,
            buffers: Buffers::default(),
        };
        layout.add_text();
        layout.rows.finish(&self.links);
        (layout.rows, layout.all)
    }
}

/// The rows so far.
struct Layout<'a> {
    markup: &'a Markup<'a>,
    width: usize,
    /// How many rows are built; those after them are counted.
    most: usize,
    rows: Rows,
    all: usize,
    buffers: Buffers,
}

/// The indent before the text of a row.
#[derive(Clone, Copy)]
struct Edge {
    gutter: Content,
    gutters: usize,
    /// The indent of the second row of a line and of those after it, in columns.
    indent: usize,
    /// The format that is added to that of the text.
    format: Format,
}

impl Edge {
    /// The columns that are left for the text on the first row and on the others.
    fn widths(self, width: usize) -> (usize, usize) {
        let text = width.saturating_sub(self.gutters * GUTTER_COLUMNS);
        (text, text - self.indent)
    }

    fn pieces(self, is_first: bool) -> impl Iterator<Item = Piece> {
        let gutter = Piece::new(self.gutter, self.format | Format::QUIET);
        let indent = if is_first { 0 } else { self.indent };
        let blanks = Content::Indent(u16::try_from(indent).unwrap_or(u16::MAX));
        let indent = (indent > 0).then_some(Piece::new(blanks, self.format));
        std::iter::repeat_n(gutter, self.gutters).chain(indent)
    }
}

impl Layout<'_> {
    fn add_text(&mut self) {
        let markup = self.markup;
        let mut at = 0;
        for block in &markup.blocks {
            self.add_plain(at..block.whole().start);
            match block {
                Block::Code { body, .. } => self.add_code(body.clone()),
                Block::Line { whole, quotes, quoted, item } => {
                    self.add_marked_line(whole.clone(), *quotes, *quoted, *item);
                }
            }
            // The line end after a block is part of it.
            at = block.whole().end + 1;
        }
        self.add_plain(at..markup.text.len());
        if self.all == 0 {
            self.add_plain_line(0..0);
        }
    }

    /// Lines without markup of their own.
    fn add_plain(&mut self, lines: Range<usize>) {
        let mut at = lines.start;
        while at < lines.end {
            let rest = &self.markup.text[at..lines.end];
            let len = rest.find('\n').unwrap_or(rest.len());
            self.add_plain_line(at..at + len);
            at += len + 1;
        }
    }

    fn add_plain_line(&mut self, line: Range<usize>) {
        self.add_wrapped(line, self.edge(Content::QuoteGutter, 0, 0, Format::TEXT));
    }

    /// A line of a quote, of a list, or both.
    fn add_marked_line(&mut self, whole: Range<usize>, quotes: usize, quoted: usize, item: usize) {
        let format = if quotes > 0 { Format::QUOTE } else { Format::TEXT };
        let indent = columns(&self.markup.text[quoted..item]);
        let edge = self.edge(Content::QuoteGutter, quotes, indent, format);
        self.add_wrapped(quoted..whole.end, edge);
    }

    /// The edge with as much of the gutters and of the indent as there is room for.
    fn edge(&self, gutter: Content, gutters: usize, indent: usize, format: Format) -> Edge {
        let gutters = if self.width < GUTTERS_WIDTH_MIN { 0 } else { gutters };
        let half = self.width.saturating_sub(gutters * GUTTER_COLUMNS) / 2;
        Edge { gutter, gutters, indent: indent.min(half).min(INDENT_MAX), format }
    }

    /// A line that breaks at the borders of words.
    fn add_wrapped(&mut self, line: Range<usize>, edge: Edge) {
        let line = self.buffers.line(self.markup, line);
        let (first, rest) = edge.widths(self.width);
        let breaks = wrap(line.text(), first, rest);
        self.add_rows(&line, &breaks, edge);
        self.buffers.take_back(line);
    }

    /// The lines of a code block, which break wherever the row ends and keep their blanks.
    fn add_code(&mut self, body: Range<usize>) {
        let mut at = body.start;
        while at <= body.end {
            let rest = &self.markup.text[at..body.end];
            let code = rest.find('\n').map_or(rest, |len| &rest[..len]);
            let indent = code.len() - code.trim_start_matches(' ').len();
            let edge = self.edge(Content::CodeGutter, 1, indent, Format::CODE);
            let (first, others) = edge.widths(self.width);
            let line = self.buffers.line(self.markup, at..at + code.len());
            self.add_rows(&line, &line::chop(code, first, others), edge);
            self.buffers.take_back(line);
            at += code.len() + 1;
        }
    }

    /// Adds the rows of a line.
    fn add_rows(&mut self, line: &Line<'_>, breaks: &[Range<usize>], edge: Edge) {
        let wanted = self.most.saturating_sub(self.all);
        let mut parts = line.parts();
        for (index, row) in breaks.iter().take(wanted).enumerate() {
            let text = parts.take(row.clone()).map(|part| Piece {
                content: Content::Text {
                    start: small(part.range.start),
                    end: small(part.range.end),
                },
                format: part.format | edge.format,
                link: part.link,
            });
            self.rows.push(edge.pieces(index == 0).chain(text));
        }
        self.all += breaks.len();
    }
}
