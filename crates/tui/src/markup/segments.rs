//! The text as a sequence of parts of one format each.

use std::ops::Range;

use super::{Format, Markup};

/// A part of the text with one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The bytes of the text.
    pub range: Range<usize>,
    /// How they look.
    pub format: Format,
    /// The id of the link they are part of.
    pub link: Option<u16>,
    /// Whether they are marks, and not shown.
    pub is_mark: bool,
}

impl Segment {
    pub(super) const fn new(range: Range<usize>, format: Format) -> Self {
        Self { range, format, link: None, is_mark: false }
    }

    pub(super) const fn mark(range: Range<usize>) -> Self {
        Self { range, format: Format::TEXT, link: None, is_mark: true }
    }

    pub(super) const fn is_plain(&self) -> bool {
        self.format.is_text() && !self.is_mark
    }

    pub(super) fn with_format(mut self, format: Format) -> Self {
        self.format = self.format | format;
        self
    }
}

impl Markup<'_> {
    /// The parts of a range of the text, plain ones and marks included, in their order and without
    /// gaps: together they are the range.
    pub fn segments(&self, range: Range<usize>) -> impl Iterator<Item = Segment> {
        let first = self.spans.partition_point(|span| span.range.end <= range.start);
        Segments { spans: &self.spans[first..], at: range.start, end: range.end }
    }
}

struct Segments<'a> {
    spans: &'a [Segment],
    at: usize,
    end: usize,
}

impl Iterator for Segments<'_> {
    type Item = Segment;

    fn next(&mut self) -> Option<Segment> {
        if self.at >= self.end {
            return None;
        }
        let from = self.at;
        match self.spans.split_first() {
            Some((span, rest)) if span.range.start <= from => {
                self.at = span.range.end.min(self.end);
                self.spans = rest;
                Some(Segment { range: from..self.at, ..span.clone() })
            }
            next => {
                self.at = next.map_or(self.end, |(span, _)| span.range.start.min(self.end));
                Some(Segment::new(from..self.at, Format::TEXT))
            }
        }
    }
}
