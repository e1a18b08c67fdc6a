//! The rows of a message: small and owned, for a cache.

use std::borrow::Cow;
use std::ops::Range;

use super::Format;
use crate::wrap::{columns, cut};

/// Widest indent of a row, in columns.
pub(super) const INDENT_MAX: usize = 64;

const BLANKS: &str = "                                                                ";

/// The content of a piece of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// These bytes of the message's text.
    Text {
        /// The first byte.
        start: u32,
        /// The byte after the last one.
        end: u32,
    },
    /// The left edge of a code block: `┃ `.
    CodeGutter,
    /// The left edge of a quote: `▏ `.
    QuoteGutter,
    /// That many blanks.
    Indent(u16),
    /// The line that says how many rows are not shown.
    Fold {
        /// Their number.
        hidden: u32,
        /// How many columns the line may take.
        columns: u16,
    },
}

/// A part of a row with one format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its content.
    pub content: Content,
    /// How that looks.
    pub format: Format,
    /// The id of the link that it is part of: see [`Rows::link`]. All pieces of a link have the
    /// same one.
    pub link: Option<u16>,
}

impl Piece {
    pub(super) const fn new(content: Content, format: Format) -> Self {
        Self { content, format, link: None }
    }

    /// The text on the screen. `message` is the text that the rows were made of; for another one
    /// it may be empty.
    #[must_use]
    pub fn text<'a>(&self, message: &'a str) -> Cow<'a, str> {
        match self.content {
            Content::Text { start, end } => {
                Cow::Borrowed(message.get(start as usize..end as usize).unwrap_or_default())
            }
            Content::CodeGutter => Cow::Borrowed("┃ "),
            Content::QuoteGutter => Cow::Borrowed("▏ "),
            Content::Indent(columns) => {
                Cow::Borrowed(&BLANKS[..usize::from(columns).min(INDENT_MAX)])
            }
            Content::Fold { hidden, columns } => Cow::Owned(fold_line(hidden, columns.into())),
        }
    }
}

/// The first of these that fits.
fn fold_line(hidden: u32, width: usize) -> String {
    let forms = [
        format!("┄ {hidden} more lines, select to open ┄"),
        format!("┄ {hidden} more lines ┄"),
        format!("┄ {hidden} more ┄"),
    ];
    let fits = forms.iter().find(|form| columns(form) <= width);
    fits.map_or_else(|| cut(&forms[2], width), Clone::clone)
}

/// The rows of a message in a width. Its size is proportional to the pieces that are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pieces: Vec<Piece>,
    /// Where the pieces of each row end.
    ends: Vec<u32>,
    /// The targets of the links, by id.
    links: Vec<Range<u32>>,
    hidden: usize,
}

impl Rows {
    /// The rows from top to bottom, each as its pieces from left to right. A row may have none.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[Piece]> {
        (0..self.ends.len()).map(|index| self.row(index))
    }

    /// How many rows there are, the fold line included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none. A layout has at least one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The pieces of a row, from the top; none if there is no such row.
    #[must_use]
    pub fn row(&self, index: usize) -> &[Piece] {
        let Some(end) = self.ends.get(index) else { return &[] };
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.pieces[start as usize..*end as usize]
    }

    /// How many rows the fold hides.
    #[must_use]
    pub const fn hidden(&self) -> usize {
        self.hidden
    }

    /// The target of a link: a part of the text that the rows were made of. Returns `None` if no
    /// row has that link.
    #[must_use]
    pub fn link<'a>(&self, id: u16, message: &'a str) -> Option<&'a str> {
        let target = self.links.get(usize::from(id))?;
        message.get(target.start as usize..target.end as usize)
    }

    pub(super) fn push(&mut self, pieces: impl Iterator<Item = Piece>) {
        self.pieces.extend(pieces);
        self.ends.push(small(self.pieces.len()));
    }

    /// Replaces the rows after the first `kept` with a line that says how many there are of `all`.
    pub(super) fn fold(&mut self, kept: usize, all: usize, width: usize) {
        self.ends.truncate(kept);
        self.pieces.truncate(self.ends.last().map_or(0, |end| *end as usize));
        self.hidden = all - kept;
        let columns = u16::try_from(width).unwrap_or(u16::MAX);
        let content = Content::Fold { hidden: small(self.hidden), columns };
        self.push(std::iter::once(Piece::new(content, Format::QUIET)));
    }

    /// Takes the targets of the links that are shown, and frees the memory that is not needed.
    pub(super) fn finish(&mut self, links: &[Range<usize>]) {
        let newest = self.pieces.iter().filter_map(|piece| piece.link).max();
        let shown = newest.map_or(0, |id| usize::from(id) + 1);
        self.links = links.iter().take(shown).map(|link| small_range(link.clone())).collect();
        self.pieces.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// A message is far shorter than 4 GiB; what lies beyond is not shown.
pub(super) fn small(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn small_range(range: Range<usize>) -> Range<u32> {
    small(range.start)..small(range.end)
}
