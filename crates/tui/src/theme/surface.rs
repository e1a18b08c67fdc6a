//! The backgrounds of text: the terminal's background, and the backgrounds of two kinds of rows. Every
//! foreground is readable on all three.

use ratatui::style::{Color, Style};

use super::depth::Depth;
use super::indexed::nearest_index;
use super::rgb::Rgb;

/// Least contrast of a foreground, to 1: level AA of WCAG 2 for text.
pub const CONTRAST_MIN: f64 = 4.5;

/// The contrast that black or white reaches on every background. The least favourable one is a grey of
/// luminance 0.18, where both have 4.58 (24-bit greys: #757575 with white has 4.61, #767676 with black
/// 4.62). Every colour is almost black or white there: names no longer differ.
pub const CONTRAST_REACHABLE: f64 = 4.58;

/// The contrast that black or white keeps on the row of a list, so that colours keep their hue. If less
/// would be left, the row moves away from the text colour.
const ROOM_MIN: f64 = 7.0;

/// Contrast of the row of the current room with the background: visible, and quiet.
const CURRENT_CONTRAST: f64 = 1.25;

/// Contrast of a selected row with the background: more visible than the current room.
const SELECTED_CONTRAST: f64 = 1.4;

/// How much more contrast text has than dim text, at least: on some schemes the terminal's own text colour has
/// less than dim text needs, and dim text would stand out.
const TEXT_OVER_DIM: f64 = 1.25;

/// The largest distance of colours that look alike, see [`Rgb::distance`]: that of neighbours in the
/// palette is about half of it.
const ALIKE_MAX: f64 = 0.008;

/// Text has the one of 256 colours with the nearest hue: contrast decides on its lightness.
const HUE_FIRST: f64 = 0.5;

/// A row has the one of 256 colours with the nearest lightness, so that it does not stand out.
const LIGHTNESS_FIRST: f64 = 1.5;

/// A background in the form of the terminal, and as it looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surface {
    shown: Color,
    colour: Rgb,
}

/// The backgrounds of a screen.
#[derive(Debug)]
pub(super) struct Surfaces {
    background: Rgb,
    pub(super) current: Surface,
    pub(super) selected: Surface,
    /// White on a dark background, black on a light one.
    end: Rgb,
    depth: Depth,
}

impl Surfaces {
    /// Makes the backgrounds of rows. `is_dark`: whether the text is light.
    pub(super) fn new(background: Rgb, is_dark: bool, depth: Depth) -> Self {
        let end = if is_dark { Rgb::WHITE } else { Rgb::BLACK };
        let row = |contrast| surface(background, end, contrast, depth);
        let (current, selected) = (row(CURRENT_CONTRAST), row(SELECTED_CONTRAST));
        Self { background, current, selected, end, depth }
    }

    /// The colour closest to `colour` that is readable on every background.
    pub(super) fn paint(&self, colour: Rgb) -> Color {
        let colour = colour.toward(self.end, |colour| self.is_readable(colour));
        to_terminal(colour, self.depth, HUE_FIRST, |colour| self.is_readable(colour)).0
    }

    /// The colours of names: of 256 colours no two have the same one if there is another one that is
    /// readable and looks alike.
    pub(super) fn paint_names<const N: usize>(&self, names: [Rgb; N]) -> [Color; N] {
        let mut taken = Vec::with_capacity(N);
        names.map(|name| {
            let moved = name.toward(self.end, |colour| self.is_readable(colour));
            let is_free = |colour: Rgb| {
                self.is_readable(colour)
                    && colour.distance(moved, HUE_FIRST) <= ALIKE_MAX
                    && !taken.contains(&colour)
            };
            let (mut shown, colour) = to_terminal(moved, self.depth, HUE_FIRST, is_free);
            if !is_free(colour) {
                shown = self.paint(name);
            }
            taken.push(colour);
            shown
        })
    }

    /// The style of text: the terminal's own colour if it is readable and stands out from dim text, else
    /// the nearest that does.
    ///
    /// The terminal's own has no colour in the style, so that it takes that of its row.
    pub(super) fn text(&self, text: Rgb, dim: Rgb, own: Option<Rgb>) -> Style {
        match own {
            Some(own) if own.contrast(self.background) >= self.text_contrast(dim) => Style::new(),
            own => Style::new().fg(self.paint_text(own.unwrap_or(text), dim)),
        }
    }

    /// The style of a row, for the text in it that has no colour.
    pub(super) fn row(&self, row: Surface, text: Rgb, dim: Rgb, own: Option<Rgb>) -> Style {
        Style::new().fg(self.paint_text(own.unwrap_or(text), dim)).bg(row.shown)
    }

    fn paint_text(&self, text: Rgb, dim: Rgb) -> Color {
        let least = self.text_contrast(dim);
        let is_enough =
            |colour: Rgb| self.is_readable(colour) && colour.contrast(self.background) >= least;
        let text = text.toward(self.end, is_enough);
        to_terminal(text, self.depth, HUE_FIRST, is_enough).0
    }

    /// The contrast that text has with the background, if it can be had.
    fn text_contrast(&self, dim: Rgb) -> f64 {
        let dim = dim.toward(self.end, |colour| self.is_readable(colour));
        let reachable = self.end.contrast(self.background);
        (dim.contrast(self.background) * TEXT_OVER_DIM).min(reachable).max(CONTRAST_MIN)
    }

    fn is_readable(&self, colour: Rgb) -> bool {
        [self.background, self.current.colour, self.selected.colour]
            .iter()
            .all(|surface| colour.contrast(*surface) >= CONTRAST_MIN)
    }
}

/// The background of a row that has at least this contrast with the screen's: nearer to the text colour
/// if that leaves room for colours, else further from it.
fn surface(background: Rgb, end: Rgb, contrast: f64, depth: Depth) -> Surface {
    let is_distinct = |colour: Rgb| colour.contrast(background) >= contrast;
    let nearer = background.toward(end, is_distinct);
    let away = if end == Rgb::WHITE { Rgb::BLACK } else { Rgb::WHITE };
    // The room that a row leaves; on the way it may not become less than the row needs.
    let room = ROOM_MIN.min(end.contrast(background));
    let leaves_room = |colour: Rgb| end.contrast(colour) >= room;
    let target = if end.contrast(nearer) >= ROOM_MIN {
        nearer
    } else {
        background.toward(away, is_distinct)
    };
    let (shown, colour) = to_terminal(target, depth, LIGHTNESS_FIRST, |colour| {
        is_distinct(colour) && leaves_room(colour)
    });
    Surface { shown, colour }
}

/// A colour in the form of the terminal, and as it looks: as it is with 24 bits, else the nearest of 240
/// that `is_allowed`.
fn to_terminal(
    colour: Rgb,
    depth: Depth,
    lightness: f64,
    is_allowed: impl Fn(Rgb) -> bool,
) -> (Color, Rgb) {
    match depth {
        Depth::Indexed => {
            let (index, shown) = nearest_index(colour, lightness, is_allowed);
            (Color::Indexed(index), shown)
        }
        _ => (Color::Rgb(colour.red, colour.green, colour.blue), colour),
    }
}
