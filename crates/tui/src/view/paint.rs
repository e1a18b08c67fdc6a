//! Puts text on the screen as ratatui does, but without a look at the grapheme clusters of a text that is ASCII:
//! most texts are, and a frame has thousands of characters.

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::wrap::is_plain;

/// Draws a line on the first row of an area.
pub(super) fn line(line: &Line<'_>, area: Rect, buffer: &mut Buffer) {
    let row = Rect { height: area.height.min(1), ..area }.intersection(buffer.area);
    let width: usize = line.spans.iter().map(width).sum();
    let left = usize::from(row.width).checked_sub(width).and_then(|left| u16::try_from(left).ok());
    let mut room = match (line.alignment, left) {
        _ if row.is_empty() || width == 0 => return,
        (None | Some(Alignment::Left), _) => row,
        (Some(Alignment::Right), Some(left)) => after(row, left),
        _ => return line.render(area, buffer),
    };
    if line.style != Style::new() {
        buffer.set_style(row, line.style);
    }
    for (one, width) in line.spans.iter().map(|one| (one, self::width(one))) {
        if width > 0 {
            span(one, room, buffer);
            room = after(room, u16::try_from(width).unwrap_or(u16::MAX));
        }
    }
}

/// Draws a span on the first row of an area.
fn span(span: &Span<'_>, area: Rect, buffer: &mut Buffer) {
    let row = area.intersection(buffer.area);
    if row.is_empty() || span.content.is_empty() {
        return;
    }
    if !is_plain(&span.content) {
        return span.render(row, buffer);
    }
    let first = buffer.index_of(row.x, row.y);
    let cells = &mut buffer.content[first..first + usize::from(row.width)];
    for (cell, byte) in cells.iter_mut().zip(span.content.bytes()) {
        cell.set_char(char::from(byte)).set_style(span.style);
    }
}

fn width(span: &Span<'_>) -> usize {
    if is_plain(&span.content) { span.content.len() } else { span.width() }
}

/// A row without its first columns.
fn after(row: Rect, columns: u16) -> Rect {
    let columns = columns.min(row.width);
    Rect { x: row.x + columns, width: row.width - columns, ..row }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Parts of lines, with some that have no width, and some that are wide.
    const TEXTS: [&str; 9] = [
        "",
        "hello",
        " ",
        "a message of some sixty bytes, as people write them",
        "漢字",
        "e\u{301}",
        "\u{200D}",
        "a\tb\u{1b}",
        "─›·…",
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
            area in (0..12_u16, 0..3_u16, 0..90_u16, 0..3_u16),
        ) {
            let screen = Rect::new(0, 0, 80, 3);
            let (mut ours, mut theirs) = (Buffer::empty(screen), Buffer::empty(screen));
            let (x, y, width, height) = area;
            let area = Rect::new(x, y, width, height);
            for one in lines {
                line(&one, area, &mut ours);
                one.render(area, &mut theirs);
            }
            prop_assert_eq!(ours, theirs);
        }
    }
}
