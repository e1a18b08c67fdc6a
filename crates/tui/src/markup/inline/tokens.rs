//! The tokens of a line, and the spans that they make.

use std::ops::Range;

use super::super::{Format, Segment};

/// A kind of emphasis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `*`, as chats use it.
    Bold,
    /// `**`, as Markdown uses it.
    Strong,
    /// `_`.
    Italic,
    /// `~~`.
    Struck,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Bold, Self::Strong, Self::Italic, Self::Struck];
    pub(super) const COUNT: usize = Self::ALL.len();

    /// The kind whose mark is `c`, `len` times.
    pub(super) const fn of(c: char, len: usize) -> Option<Self> {
        match (c, len) {
            ('*', 1) => Some(Self::Bold),
            ('*', 2) => Some(Self::Strong),
            ('_', 1) => Some(Self::Italic),
            ('~', 2) => Some(Self::Struck),
            _ => None,
        }
    }

    pub(super) const fn mark(self) -> char {
        match self {
            Self::Bold | Self::Strong => '*',
            Self::Italic => '_',
            Self::Struck => '~',
        }
    }

    pub(super) const fn index(self) -> usize {
        self as usize
    }

    const fn format(self) -> Format {
        match self {
            Self::Bold | Self::Strong => Format::BOLD,
            Self::Italic => Format::ITALIC,
            Self::Struck => Format::STRUCK,
        }
    }
}

/// What a mark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Nothing: it is text, as nothing closes it.
    Loose,
    Opens,
    Closes,
}

/// Something on a line that is not text, or may not be.
#[derive(Debug)]
pub(super) enum Token {
    /// A mark, and what it does.
    Mark { kind: Kind, mark: Range<usize>, side: Side },
    /// The marks around code.
    Code(Range<usize>, Range<usize>),
    /// A link.
    Link(Range<usize>),
}

/// The tokens of a line, in their order.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    tokens: Vec<Token>,
}

impl Tokens {
    /// Adds a token and returns its index.
    pub(super) fn push(&mut self, token: Token) -> usize {
        self.tokens.push(token);
        self.tokens.len() - 1
    }

    /// Adds a mark that closes what the token `opener` opens.
    pub(super) fn pair(&mut self, opener: usize, closer: Token) {
        if let Some(Token::Mark { side, .. }) = self.tokens.get_mut(opener) {
            *side = Side::Opens;
            self.tokens.push(closer);
        }
    }

    /// Moves the line into `spans`, and its links into `links`.
    pub(super) fn drain_into(&mut self, spans: &mut Vec<Segment>, links: &mut Vec<Range<usize>>) {
        let mut pen = Pen { spans, depths: [0; Kind::COUNT], at: 0 };
        for token in self.tokens.drain(..) {
            match token {
                Token::Mark { side: Side::Loose, .. } => {}
                Token::Mark { kind, mark, side } => {
                    pen.mark(mark);
                    let depth = &mut pen.depths[kind.index()];
                    *depth = if side == Side::Opens { *depth + 1 } else { *depth - 1 };
                }
                Token::Code(open, close) => {
                    let code = open.end..close.start;
                    pen.mark(open);
                    pen.part(code, Format::CODE, None);
                    pen.mark(close);
                }
                Token::Link(link) => {
                    // A text with more links than there are ids has the rest of them as text.
                    if let Ok(id) = u16::try_from(links.len()) {
                        links.push(link.clone());
                        pen.text(link.start);
                        pen.part(link, Format::LINK, Some(id));
                    }
                }
            }
        }
    }
}

/// Writes spans from left to right.
struct Pen<'a> {
    spans: &'a mut Vec<Segment>,
    /// How many marks of each kind are open.
    depths: [usize; Kind::COUNT],
    /// Up to where everything is written. Matters only while a mark is open.
    at: usize,
}

impl Pen<'_> {
    fn format(&self) -> Format {
        let open = Kind::ALL.iter().filter(|kind| self.depths[kind.index()] > 0);
        open.fold(Format::TEXT, |format, kind| format | kind.format())
    }

    /// Writes the text before `end`.
    fn text(&mut self, end: usize) {
        let format = self.format();
        if self.at < end && !format.is_text() {
            self.spans.push(Segment::new(self.at..end, format));
        }
        self.at = end;
    }

    fn mark(&mut self, mark: Range<usize>) {
        self.text(mark.start);
        self.at = mark.end;
        self.spans.push(Segment::mark(mark));
    }

    fn part(&mut self, part: Range<usize>, format: Format, link: Option<u16>) {
        self.at = part.end;
        let format = self.format() | format;
        self.spans.push(Segment { range: part, format, link, is_mark: false });
    }
}
