//! What a line is: of a code block, of a quote, of a list, or plain.

use std::ops::Range;

use super::flank::is_attached;
use super::steps;

/// Fewest backticks of a fence.
const FENCE_MIN: usize = 3;

/// Fences with at least this many backticks count as equal. It bounds how often the search for the
/// end of a block fails: once for each length.
const FENCE_MAX: usize = 6;

/// Longest language of a fence, in bytes. A longer word is text.
const LANGUAGE_MAX: usize = 24;

/// Most quotes within each other. Each takes two columns of the 20 that the narrowest log has.
const QUOTES_MAX: usize = 3;

/// Most digits of the number of a list item. `2026. ` ends a sentence.
const DIGITS_MAX: usize = 3;

/// Lines that are not plain. All ranges are bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A fenced code block.
    Code {
        /// All lines, the fences included, without the last line end.
        whole: Range<usize>,
        /// The text behind the first fence; may be empty.
        language: Range<usize>,
        /// The lines between the fences, without the last line end.
        body: Range<usize>,
    },
    /// One line of a quote, of a list, or both.
    Line {
        /// All of it, without the line end.
        whole: Range<usize>,
        /// How many quotes it is in.
        quotes: usize,
        /// Where the text begins after the marks of the quotes.
        quoted: usize,
        /// Where the text begins after the mark of the list, which is shown.
        item: usize,
    },
}

impl Block {
    /// All of it, without the last line end.
    #[must_use]
    pub const fn whole(&self) -> &Range<usize> {
        match self {
            Self::Code { whole, .. } | Self::Line { whole, .. } => whole,
        }
    }
}

/// Splits a text into blocks.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
    /// Whether the line before is part of a quote.
    in_quote: bool,
    /// Fences with at least this many backticks are known to have no end.
    endless: usize,
}

impl<'a> Lines<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0, in_quote: false, endless: usize::MAX }
    }

    /// The next code block or line: its block if it is not plain, and its bytes without the line
    /// end. Returns `None` at the end of the text.
    pub(super) fn next_block(&mut self) -> Option<(Option<Block>, Range<usize>)> {
        if self.at >= self.text.len() {
            return None;
        }
        let line = self.line(self.at);
        let block = self.read_code(&line).or_else(|| self.read_marks(line.clone()));
        self.in_quote = matches!(block, Some(Block::Line { quotes: 1.., .. }));
        let whole = block.as_ref().map_or(line, |block| block.whole().clone());
        self.at = whole.end + 1;
        Some((block, whole))
    }

    /// The line that begins at `start`.
    fn line(&self, start: usize) -> Range<usize> {
        let rest = &self.text[start..];
        let len = rest.find('\n').unwrap_or(rest.len());
        steps::count(len + 1);
        start..start + len
    }

    /// A code block that begins with `first`.
    fn read_code(&mut self, first: &Range<usize>) -> Option<Block> {
        let (ticks, language) = fence(&self.text[first.clone()])?;
        if ticks >= self.endless {
            return None;
        }
        let start = first.end + 1;
        let Some(last) = self.find_closing(start, ticks) else {
            self.endless = ticks;
            return None;
        };
        // A block without a line would show nothing.
        let end = last.start.checked_sub(1).filter(|end| *end >= start)?;
        let language = first.start + language.start..first.start + language.end;
        Some(Block::Code { whole: first.start..last.end, language, body: start..end })
    }

    /// The first line from `at` on that ends a block with that many backticks.
    fn find_closing(&self, mut at: usize, ticks: usize) -> Option<Range<usize>> {
        while at < self.text.len() {
            let line = self.line(at);
            match fence(&self.text[line.clone()]) {
                Some((closing, language)) if closing >= ticks && language.is_empty() => {
                    return Some(line);
                }
                _ => at = line.end + 1,
            }
        }
        None
    }

    fn read_marks(&self, whole: Range<usize>) -> Option<Block> {
        let line = &self.text[whole.clone()];
        let (quotes, marks) = quote_marks(line, self.in_quote);
        let item = marks + item_mark(&line[marks..]);
        let (quoted, item) = (whole.start + marks, whole.start + item);
        (item > whole.start).then_some(Block::Line { whole, quotes, quoted, item })
    }
}

/// Whether a line begins or ends a code block.
pub(crate) fn is_fence(line: &str) -> bool {
    fence(line).is_some()
}

/// Reads a line as a fence: its backticks, at most [`FENCE_MAX`], and where its language is.
fn fence(line: &str) -> Option<(usize, Range<usize>)> {
    let rest = line.trim_start_matches('`');
    let ticks = line.len() - rest.len();
    let start = line.len() - rest.trim_start_matches(' ').len();
    let language = rest.trim_matches(' ');
    let is_language = language.len() <= LANGUAGE_MAX
        && language.bytes().all(|c| c.is_ascii_alphanumeric() || b"+-#._".contains(&c));
    let ticks = (ticks >= FENCE_MIN && is_language).then_some(ticks.min(FENCE_MAX))?;
    Some((ticks, start..start + language.len()))
}

/// How many quotes a line is in, and the bytes of their marks. `>` alone continues a quote.
fn quote_marks(line: &str, in_quote: bool) -> (usize, usize) {
    let (mut quotes, mut rest) = (0, line);
    while quotes < QUOTES_MAX
        && let Some(quoted) = rest.strip_prefix("> ")
        && !quoted.starts_with(is_attached)
    {
        (quotes, rest) = (quotes + 1, quoted);
    }
    if rest == ">" && quotes < QUOTES_MAX && (in_quote || quotes > 0) {
        (quotes, rest) = (quotes + 1, "");
    }
    if rest.trim_matches(' ').is_empty() && !in_quote {
        return (0, 0);
    }
    (quotes, line.len() - rest.len())
}

/// The bytes before the text of a list item, or none if the line is not an item.
fn item_mark(line: &str) -> usize {
    let rest = line.trim_start_matches(' ');
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mark = match digits {
        0 => rest.strip_prefix(['-', '*', '+', '•']),
        1..=DIGITS_MAX => rest[digits..].strip_prefix(['.', ')']),
        _ => None,
    };
    match mark.map(|text| (text, text.trim_start_matches(' '))) {
        Some((spaced, text)) if text.len() < spaced.len() => line.len() - text.len(),
        _ => 0,
    }
}
