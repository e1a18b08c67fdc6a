//! A line as it is shown: without its marks, and with the way back to the bytes of the text.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::super::{Markup, Segment};
use crate::wrap::columns;

/// The memory of a line, used again for the next one.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    shown: String,
    segments: Vec<Segment>,
}

impl Buffers {
    /// Reads a line. Its text is copied only if it has marks.
    pub(super) fn line<'a>(&mut self, markup: &Markup<'a>, range: Range<usize>) -> Line<'a> {
        let mut buffers = std::mem::take(self);
        buffers.segments.extend(markup.segments(range.clone()));
        let has_marks = buffers.segments.iter().any(|segment| segment.is_mark);
        if has_marks {
            buffers.segments.retain(|segment| !segment.is_mark);
            let shown = buffers.segments.iter().map(|segment| &markup.text[segment.range.clone()]);
            buffers.shown.extend(shown);
        }
        let whole = (!has_marks).then(|| &markup.text[range]);
        Line { whole, buffers }
    }

    pub(super) fn take_back(&mut self, line: Line<'_>) {
        *self = line.buffers;
        self.shown.clear();
        self.segments.clear();
    }
}

/// A line as it is shown.
pub(super) struct Line<'a> {
    /// The text of a line without marks.
    whole: Option<&'a str>,
    buffers: Buffers,
}

impl Line<'_> {
    pub(super) fn text(&self) -> &str {
        self.whole.unwrap_or(&self.buffers.shown)
    }

    pub(super) fn parts(&self) -> Parts<'_> {
        Parts { segments: &self.buffers.segments, start: 0 }
    }
}

/// The parts of a line from left to right.
pub(super) struct Parts<'a> {
    segments: &'a [Segment],
    /// Where the first of the segments begins in the shown text.
    start: usize,
}

impl Parts<'_> {
    /// The segments of a range of the shown text, which is not before the range of the last call.
    pub(super) fn take(&mut self, shown: Range<usize>) -> impl Iterator<Item = Segment> {
        let mut at = shown.start;
        std::iter::from_fn(move || {
            while at < shown.end
                && let Some((segment, rest)) = self.segments.split_first()
            {
                let end = self.start + segment.range.len();
                if end <= at {
                    (self.segments, self.start) = (rest, end);
                    continue;
                }
                let to = end.min(shown.end);
                let first = segment.range.start + (at - self.start);
                let range = first..first + (to - at);
                at = to;
                return Some(Segment { range, ..segment.clone() });
            }
            None
        })
    }
}

/// Breaks `text` between grapheme clusters into rows of at most `first` columns, then of at most
/// `rest`. Returns at least one row; together they are the text.
pub(super) fn chop(text: &str, first: usize, rest: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut used, mut width) = (0, 0, first);
    for (at, cluster) in text.grapheme_indices(true) {
        let wide = columns(cluster);
        if used > 0 && used + wide > width {
            rows.push(start..at);
            (start, used, width) = (at, 0, rest);
        }
        used += wide;
    }
    rows.push(start..text.len());
    rows
}
