use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{DARK, draw};

/// The elements of a row, without what surrounds them.
fn elements(line: Line<'_>) -> Vec<String> {
    let area = Rect::new(0, 0, 12, 1);
    let mut buffer = Buffer::empty(area);
    line.render(area, &mut buffer);
    let svg = draw(&buffer, None, &DARK);
    svg.lines().skip(3).take_while(|line| *line != "</svg>").map(str::to_owned).collect()
}

#[test]
fn words_that_look_alike_are_one_element_as_wide_as_their_cells() {
    let line = Line::from(vec![Span::raw("a < b"), Span::raw(" c").bold().fg(Color::Indexed(196))]);
    assert_eq!(
        elements(line),
        [
            r##"<text x="14" y="28" textLength="45" fill="#d8dee9">a &lt; b</text>"##,
            r##"<text x="68" y="28" textLength="9" fill="#ff0000" class="b">c</text>"##,
        ]
    );
}

#[test]
fn a_wide_symbol_stands_at_its_two_columns() {
    let elements = elements(Line::raw("字 x👍"));
    let places = [(14, 18, "字"), (41, 9, "x"), (50, 18, "👍")];
    assert_eq!(elements.len(), places.len(), "{elements:?}");
    for (element, (x, width, symbol)) in elements.iter().zip(places) {
        let start = format!(r#"<text x="{x}" y="28" textLength="{width}""#);
        assert!(element.starts_with(&start) && element.ends_with(&format!(">{symbol}</text>")));
    }
}

#[test]
fn lines_are_drawn_without_gaps() {
    let elements = elements(Line::raw("──│"));
    assert_eq!(
        elements,
        [
            r##"<rect x="14" y="23" width="18" height="1" fill="#d8dee9"/>"##,
            r##"<rect x="36" y="14" width="1" height="19" fill="#d8dee9"/>"##,
        ]
    );
}

#[test]
fn blocks_are_drawn_without_gaps() {
    assert_eq!(
        elements(Line::raw("██▀▀▄")),
        [
            r##"<rect class="a" x="14" y="14" width="18" height="19" fill="#d8dee9"/>"##,
            r##"<rect class="a" x="32" y="14" width="18" height="9" fill="#d8dee9"/>"##,
            r##"<rect class="a" x="50" y="23" width="9" height="10" fill="#d8dee9"/>"##,
        ]
    );
}

#[test]
fn a_background_covers_blanks() {
    let style = Style::new().bg(Color::Rgb(1, 2, 3));
    let elements = elements(Line::from(vec![Span::raw("x"), Span::styled("  y ", style)]));
    assert_eq!(
        elements[1..3],
        [
            r##"<rect class="a" x="23" y="14" width="18" height="19" fill="#010203"/>"##,
            r##"<rect class="a" x="41" y="14" width="18" height="19" fill="#010203"/>"##,
        ]
    );
}

#[test]
fn the_cursor_is_drawn() {
    let buffer = Buffer::empty(Rect::new(0, 0, 4, 2));
    let svg = draw(&buffer, Some(Position::new(1, 1)), &DARK);
    assert!(svg.contains(r#"<rect x="23" y="33" width="9" height="19""#), "{svg}");
}
