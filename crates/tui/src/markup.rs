//! The markup of a message: which parts of its text are bold, code, a link, a quote or a list.
//!
//! ```text
//! text → Markup (blocks and spans, byte ranges of the text) → Rows of a width (pieces, owned)
//! ```
//!
//! * [`Markup::parse`]: blocks (`blocks`) are found line by line; the marks within a line by
//!   `inline`, with the rules of `flank` for what is a mark, and of `links` for what is a link.
//! * [`Markup::with_syntax`]: comments, strings and keywords of code blocks (`syntax`).
//! * [`Markup::rows`], [`Markup::folded`], [`Markup::height`]: the layout (`layout`, `rows`).
//!
//! Markup never loses text: if it is in doubt whether a character is a mark, it is shown as it was
//! typed. The time to parse is proportional to the length of the text, whatever the text is.

mod blocks;
mod excerpt;
mod flank;
mod format;
mod inline;
mod layout;
mod links;
mod rows;
mod segments;
mod steps;
mod syntax;
#[cfg(test)]
pub(crate) mod tests;

use std::ops::Range;

pub use self::blocks::Block;
use self::blocks::Lines;
pub(crate) use self::blocks::is_fence;
pub(crate) use self::excerpt::without_fences;
pub use self::format::Format;
use self::inline::Inline;
pub use self::layout::FOLD_ROWS;
pub use self::rows::{Content, Piece, Rows};
pub use self::segments::Segment;

/// The structure of the text of one message. Does not allocate if the text has neither markup nor
/// characters that could begin some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markup<'a> {
    text: &'a str,
    /// The lines that are not plain, in their order.
    blocks: Vec<Block>,
    /// The parts that are not plain, in their order, without overlap.
    spans: Vec<Segment>,
    /// The targets of the links, in their order: parts of the text.
    links: Vec<Range<usize>>,
}

impl<'a> Markup<'a> {
    /// Parses a clean text whose lines end with `\n`. `mentions` are the byte ranges that get
    /// [`Format::MENTION`], in their order; marks within them are text. A range that overlaps the
    /// one before it, or is not one of characters of the text, is ignored.
    #[must_use]
    pub fn parse(text: &'a str, mentions: &[Range<usize>]) -> Self {
        let mentions = valid(text, mentions);
        let mut inline = Inline::new(text, &mentions);
        let mut blocks = Vec::new();
        let mut lines = Lines::new(text);
        while let Some((block, content)) = lines.next_block() {
            match block {
                Some(Block::Code { ref whole, ref body, .. }) => inline.add_code_block(whole, body),
                Some(Block::Line { quoted, .. }) => {
                    inline.add_line(quoted - content.start, content);
                }
                None => inline.add_line(0, content),
            }
            blocks.extend(block);
        }
        let (spans, links) = inline.finish();
        Self { text, blocks, spans, links }.with_mentions(&mentions)
    }

    /// The text without any markup but the mentions: for users who have turned markup off.
    #[must_use]
    pub fn plain(text: &'a str, mentions: &[Range<usize>]) -> Self {
        let markup = Self { text, blocks: Vec::new(), spans: Vec::new(), links: Vec::new() };
        markup.with_mentions(&valid(text, mentions))
    }

    /// The blocks that are not plain paragraphs, in their order.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The targets of the links, in their order. The link with the id `i` is the `i`th.
    pub fn links(&self) -> impl Iterator<Item = &'a str> {
        self.links.iter().map(|link| &self.text[link.clone()])
    }

    /// The same, with the comments, strings and keywords of its code blocks if the program is built with the
    /// feature `syntax`. For the rows alone, as no height depends on them.
    #[must_use]
    pub fn with_syntax(self) -> Self {
        if !cfg!(feature = "syntax") {
            return self;
        }
        let parts: Vec<_> = self.blocks.iter().flat_map(|block| self.syntax(block)).collect();
        self.with_formats(parts.into_iter())
    }

    fn syntax(&self, block: &Block) -> Vec<(Range<usize>, Format)> {
        match block {
            Block::Code { language, body, .. } => {
                syntax::parts(self.text, body.clone(), &self.text[language.clone()])
            }
            Block::Line { .. } => Vec::new(),
        }
    }

    /// Marks the mentions in the parsed text.
    fn with_mentions(self, mentions: &[Range<usize>]) -> Self {
        self.with_formats(mentions.iter().map(|mention| (mention.clone(), Format::MENTION)))
    }

    /// Adds a format to each of these parts, which are in their order and do not overlap.
    fn with_formats(
        mut self,
        parts: impl ExactSizeIterator<Item = (Range<usize>, Format)>,
    ) -> Self {
        if parts.len() == 0 {
            return self;
        }
        let mut spans = Vec::with_capacity(self.spans.len() + 2 * parts.len());
        let mut at = 0;
        for (part, format) in parts {
            let end = part.end;
            spans.extend(self.segments(at..part.start).filter(|span| !span.is_plain()));
            spans.extend(self.segments(part).map(|span| span.with_format(format)));
            at = end;
        }
        spans.extend(self.segments(at..self.text.len()).filter(|span| !span.is_plain()));
        self.spans = spans;
        self
    }
}

/// The ranges that are characters of the text and after the one before them.
fn valid(text: &str, mentions: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut is_valid = |mention: &Range<usize>| {
        let is_valid =
            mention.start >= at && text.get(mention.clone()).is_some_and(|m| !m.is_empty());
        at = if is_valid { mention.end } else { at };
        is_valid
    };
    mentions.iter().filter(|mention| is_valid(mention)).cloned().collect()
}
