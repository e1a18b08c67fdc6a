//! Puts text on a row as ratatui does, but without a look at the grapheme clusters of a text of simple characters:
//! most texts are, and a frame has thousands of characters.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::canvas::Row;
use super::glyph::Glyph;
use crate::wrap::is_plain;

/// Draws a line on these columns of a row.
pub(super) fn line(line: &Line<'_>, columns: Range<usize>, row: &mut Row) {
    let width: usize = line.spans.iter().map(width).sum();
    let left = columns.len().checked_sub(width);
    let mut room = match (line.alignment, left) {
        _ if columns.is_empty() || width == 0 => return,
        (None | Some(Alignment::Left), _) => columns.clone(),
        (Some(Alignment::Right), Some(left)) => columns.start + left..columns.end,
        _ => return by_ratatui(line, columns, row),
    };
    if line.style != Style::new() {
        row.glyphs[columns].iter_mut().for_each(|glyph| glyph.patch(line.style));
    }
    for one in &line.spans {
        let width = self::width(one);
        if width > 0 && !room.is_empty() {
            span(one, room.clone(), row);
            room.start = room.end.min(room.start + width);
        }
    }
}

/// Draws a span on these columns of a row.
fn span(span: &Span<'_>, columns: Range<usize>, row: &mut Row) {
    if !span.content.chars().all(is_simple) {
        return by_ratatui(span, columns, row);
    }
    for (glyph, c) in row.glyphs[columns].iter_mut().zip(span.content.chars()) {
        glyph.set_char(c).patch(span.style);
    }
}

/// Draws something on these columns of a row, by the rules of Unicode.
fn by_ratatui(what: impl Widget, columns: Range<usize>, row: &mut Row) {
    let width = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
    let glyphs = &mut row.glyphs[columns];
    for (cell, glyph) in buffer.content.iter_mut().zip(&*glyphs) {
        *cell = glyph.into();
    }
    what.render(buffer.area, &mut buffer);
    for (glyph, cell) in glyphs.iter_mut().zip(&buffer.content) {
        *glyph = Glyph::from(cell);
    }
    row.may_have_wide = true;
}

fn width(span: &Span<'_>) -> usize {
    if is_plain(&span.content) {
        return span.content.len();
    }
    let mut count = 0;
    let simple = span.content.chars().all(|c| {
        count += 1;
        is_simple(c)
    });
    if simple { count } else { span.width() }
}

/// Whether a character has one column, and is part of no other: ASCII, and what rules and marks are drawn with.
const fn is_simple(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{2500}'..='\u{259F}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::Cell;

    use super::*;

    /// Parts of lines, with some that have no width, and some that are wide.
    const TEXTS: [&str; 10] = [
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
            let ours: Vec<Cell> = row.glyphs.iter().map(Cell::from).collect();
            prop_assert_eq!(ours, theirs.content);
        }
    }
}
