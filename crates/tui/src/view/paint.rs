//! Puts text on a row as ratatui does, but without a look at the grapheme clusters of a text of simple characters:
//! most texts are, and a frame has thousands of characters.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::glyph::patch;
use super::row::Row;
use crate::wrap::{is_plain, is_simple};

/// Draws a line on these columns of a row.
pub(super) fn line(line: &Line<'_>, columns: Range<usize>, row: &mut Row) {
    let is_left = matches!(line.alignment, None | Some(Alignment::Left));
    let mut room = columns.clone();
    if !is_left || line.style != Style::new() {
        let width: usize = line.spans.iter().map(width).sum();
        match (line.alignment, columns.len().checked_sub(width)) {
            _ if width == 0 => return,
            _ if is_left => {}
            (Some(Alignment::Right), Some(left)) => room.start += left,
            _ => return by_ratatui(line, columns, row),
        }
        patch(&mut row.glyphs[columns], line.style);
    }
    for one in &line.spans {
        if !room.is_empty() {
            room.start = room.end.min(room.start + span(one, room.clone(), row));
        }
    }
}

/// Draws a span on these columns of a row. Returns its columns, of which some may have no room.
fn span(span: &Span<'_>, columns: Range<usize>, row: &mut Row) -> usize {
    let glyphs = &mut row.glyphs[columns.clone()];
    let width = if is_plain(&span.content) {
        for (glyph, byte) in glyphs.iter_mut().zip(span.content.bytes()) {
            glyph.set_char(char::from(byte));
        }
        span.content.len()
    } else if span.content.chars().all(is_simple) {
        for (glyph, c) in glyphs.iter_mut().zip(span.content.chars()) {
            glyph.set_char(c);
        }
        span.content.chars().count()
    } else {
        let width = span.width();
        if width > 0 {
            by_ratatui(span, columns, row);
        }
        return width;
    };
    let shown = width.min(glyphs.len());
    patch(&mut glyphs[..shown], span.style);
    width
}

/// Draws something on these columns of a row, by the rules of Unicode.
fn by_ratatui(what: impl Widget, columns: Range<usize>, row: &mut Row) {
    let width = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
    for (cell, x) in buffer.content.iter_mut().zip(columns.clone()) {
        *cell = row.cell(x).unwrap_or_default();
    }
    what.render(buffer.area, &mut buffer);
    for (cell, x) in buffer.content.iter().zip(columns) {
        row.set(x, cell);
    }
}

fn width(span: &Span<'_>) -> usize {
    let is_other = |c| !is_simple(c);
    if is_plain(&span.content) {
        span.content.len()
    } else if span.content.contains(is_other) {
        span.width()
    } else {
        span.content.chars().count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Cell;

    use super::*;

    /// Parts of lines, with some that have no width, and some that are wide.
    const TEXTS: [&str; 11] = [
        "",
        "hello",
        " ",
        "a message of some sixty bytes, as people write them",
        "漢字",
        "e\u{301}",
        "\u{200D}",
        "a\tb\u{1b}",
        "─›·…",
        "──▌ rule │",
        "one · two → three … ● ○ ↑↓",
    ];

    fn lines() -> impl Strategy<Value = Line<'static>> {
        let styles = vec![Style::new(), Style::new().red().bold(), Style::new().on_blue()];
        let style = || prop::sample::select(styles.clone());
        let span = (prop::sample::select(&TEXTS[..]), style());
        let span = span.prop_map(|(text, style)| Span::styled(text, style));
        let alignments =
            [None, Some(Alignment::Left), Some(Alignment::Right), Some(Alignment::Center)];
        let line =
            (prop::collection::vec(span, 0..6), style(), prop::sample::select(alignments.to_vec()));
        line.prop_map(|(spans, style, alignment)| Line { style, alignment, spans })
    }

    proptest! {
        #[test]
        fn a_line_looks_as_ratatui_draws_it(
            lines in prop::collection::vec(lines(), 1..4),
            x in 0..80_usize,
            width in 0..80_usize,
        ) {
            let columns = x..80.min(x + width);
            let mut row = Row::blank(80);
            let mut theirs = Buffer::empty(Rect::new(0, 0, 80, 1));
            let narrow = |columns: usize| u16::try_from(columns).unwrap();
            let area = Rect::new(narrow(columns.start), 0, narrow(columns.len()), 1);
            for one in lines {
                line(&one, columns.clone(), &mut row);
                one.render(area, &mut theirs);
            }
            let ours: Vec<Cell> = (0..80).map(|x| row.cell(x).unwrap()).collect();
            prop_assert_eq!(ours, theirs.content);
        }
    }
}
