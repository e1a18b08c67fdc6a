//! Draws a screen as an SVG picture, for the documentation and to look at.

mod colours;
mod segments;

use std::fmt::{Arguments, Write};

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::Modifier;

pub use self::colours::{Colours, DARK, LIGHT, SOLARIZED_DARK, SOLARIZED_LIGHT};
use self::segments::{Kind, Segment, segments};
use super::Screen;

/// The size of a cell in pixels, and of the letters that fit into it.
const CELL_WIDTH: usize = 9;
const CELL_HEIGHT: usize = 19;
const LETTER: usize = 15;

/// Where letters stand in their cell, from its top, in pixels.
const BASE_LINE: usize = 14;

/// Pixels around the screen, and the radius of the picture's corners.
const MARGIN: usize = 14;
const CORNER: usize = 8;

/// Fonts in which every letter has the same width.
const FONTS: &str = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace";

impl Screen {
    /// The screen with its cursor as a picture.
    #[must_use]
    pub fn picture(&self, colours: &Colours) -> String {
        let backend = self.lock();
        let cursor = backend.cursor_visible().then(|| backend.cursor_position());
        draw(backend.buffer(), cursor, colours)
    }
}

/// Draws a buffer as an SVG picture. The same buffer gives the same picture.
#[must_use]
pub fn draw(buffer: &Buffer, cursor: Option<Position>, colours: &Colours) -> String {
    let (columns, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (width, height) = (columns * CELL_WIDTH + 2 * MARGIN, rows * CELL_HEIGHT + 2 * MARGIN);
    let mut picture = Picture { svg: String::new(), colours };
    picture.put(format_args!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
    ));
    // `a` is for areas that touch: without it, scaled pictures have seams. A thin line would vanish by it.
    picture.put(format_args!(
        "<style>text{{font:{LETTER}px {FONTS};white-space:pre}}\
         .a{{shape-rendering:crispEdges}}.b{{font-weight:bold}}\
         .i{{font-style:italic}}</style>"
    ));
    picture.put(format_args!(
        r#"<rect width="{width}" height="{height}" rx="{CORNER}" fill="{}"/>"#,
        colours.background
    ));
    for (y, row) in buffer.content().chunks(columns.max(1)).enumerate() {
        for segment in segments(row) {
            picture.segment(&segment, top(y));
        }
    }
    if let Some(Position { x, y }) = cursor {
        let (x, y) = (left(x.into()), top(y.into()));
        let fill = colours.foreground;
        picture.put(format_args!(
            r#"<rect x="{x}" y="{y}" width="{CELL_WIDTH}" height="{CELL_HEIGHT}" fill="{fill}" fill-opacity="0.6"/>"#
        ));
    }
    picture.put(format_args!("</svg>"));
    picture.svg
}

const fn left(column: usize) -> usize {
    MARGIN + column * CELL_WIDTH
}

const fn top(row: usize) -> usize {
    MARGIN + row * CELL_HEIGHT
}

struct Picture<'a> {
    svg: String,
    colours: &'a Colours,
}

impl Picture<'_> {
    fn put(&mut self, element: Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.svg, "{element}");
    }

    fn segment(&mut self, segment: &Segment<'_>, top: usize) {
        let (x, width) = (left(segment.x), segment.columns * CELL_WIDTH);
        let (ink, paper) = self.colours.of(segment.cell);
        if let Some(paper) = paper {
            self.put(format_args!(
                r#"<rect class="a" x="{x}" y="{top}" width="{width}" height="{CELL_HEIGHT}" fill="{paper}"/>"#
            ));
        }
        let (middle, bottom) = (top + CELL_HEIGHT / 2, top + CELL_HEIGHT);
        match segment.kind {
            Kind::Blank => {}
            Kind::Across => self.put(format_args!(
                r#"<rect x="{x}" y="{middle}" width="{width}" height="1" fill="{ink}"/>"#
            )),
            Kind::Bar { left, width } => self.put(format_args!(
                r#"<rect x="{}" y="{top}" width="{width}" height="{CELL_HEIGHT}" fill="{ink}"/>"#,
                x + left
            )),
            Kind::Block { is_upper, is_lower } => {
                let (start, end) =
                    (if is_upper { top } else { middle }, if is_lower { bottom } else { middle });
                let height = end - start;
                self.put(format_args!(
                    r#"<rect class="a" x="{x}" y="{start}" width="{width}" height="{height}" fill="{ink}"/>"#
                ));
            }
            Kind::Corner { right, down } => {
                let (end_x, end_y) =
                    (if right { x + CELL_WIDTH } else { x }, if down { bottom } else { top });
                let centre = x + CELL_WIDTH / 2;
                self.put(format_args!(
                    r#"<path d="M{centre}.5 {end_y}Q{centre}.5 {middle}.5 {end_x} {middle}.5" fill="none" stroke="{ink}"/>"#
                ));
            }
            Kind::Text => self.text(segment, (x, top + BASE_LINE), width, &ink.to_string()),
        }
    }

    fn text(&mut self, segment: &Segment<'_>, (x, y): (usize, usize), width: usize, ink: &str) {
        let text = escape(&segment.text);
        let style = style(segment.cell);
        self.put(format_args!(
            r#"<text x="{x}" y="{y}" textLength="{width}" fill="{ink}"{style}>{text}</text>"#
        ));
    }
}

/// The attributes of an element for the modifiers of a cell.
fn style(cell: &Cell) -> String {
    let has = |modifier| cell.modifier.contains(modifier);
    let mut style = String::new();
    let class = [(Modifier::BOLD, "b"), (Modifier::ITALIC, "i")];
    let class: Vec<&str> =
        class.into_iter().filter(|(one, _)| has(*one)).map(|(_, name)| name).collect();
    if !class.is_empty() {
        style = format!(r#" class="{}""#, class.join(" "));
    }
    if has(Modifier::UNDERLINED) {
        style += r#" text-decoration="underline""#;
    } else if has(Modifier::CROSSED_OUT) {
        style += r#" text-decoration="line-through""#;
    }
    style
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
