//! The cells of a screen as the panes draw them: a few numbers, quick to blank, to draw on and to compare.

use ratatui::style::{Color, Modifier, Style};

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    /// A character, or from [`CLUSTERS`] on the number of a cluster of the row.
    symbol: u32,
    fg: PackedColor,
    bg: PackedColor,
    modifier: Modifier,
}

/// The first number after those of characters.
const CLUSTERS: u32 = char::MAX as u32 + 1;

/// The text of a cell. Nearly all cells show one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    Char(char),
    /// A cluster of characters, by its number.
    Cluster(usize),
}

impl Glyph {
    pub(super) const BLANK: Self = Self {
        symbol: ' ' as u32,
        fg: PackedColor::RESET,
        bg: PackedColor::RESET,
        modifier: Modifier::empty(),
    };

    /// A cell that shows a symbol in a style.
    pub(super) fn new(symbol: Symbol, (fg, bg, modifier): (Color, Color, Modifier)) -> Self {
        let symbol = match symbol {
            Symbol::Char(c) => u32::from(c),
            // A row has fewer columns than there are numbers.
            Symbol::Cluster(number) => {
                CLUSTERS.saturating_add(u32::try_from(number).unwrap_or(u32::MAX))
            }
        };
        Self { symbol, fg: fg.into(), bg: bg.into(), modifier }
    }

    pub(super) fn set_char(&mut self, c: char) {
        self.symbol = u32::from(c);
    }

    pub(super) fn symbol(self) -> Symbol {
        match char::from_u32(self.symbol) {
            Some(c) => Symbol::Char(c),
            None => Symbol::Cluster((self.symbol - CLUSTERS) as usize),
        }
    }

    pub(super) fn look(self) -> (Color, Color, Modifier) {
        (self.fg.into(), self.bg.into(), self.modifier)
    }

    pub(super) const fn has(self, modifier: Modifier) -> bool {
        self.modifier.contains(modifier)
    }

    pub(super) fn is_blank(self) -> bool {
        self.symbol == u32::from(' ')
    }
}

/// Sets what a style says on cells, and leaves the rest as it is.
pub(super) fn patch(glyphs: &mut [Glyph], style: Style) {
    if let Some(colour) = style.fg.map(PackedColor::from) {
        glyphs.iter_mut().for_each(|glyph| glyph.fg = colour);
    }
    if let Some(colour) = style.bg.map(PackedColor::from) {
        glyphs.iter_mut().for_each(|glyph| glyph.bg = colour);
    }
    let (add, sub) = (style.add_modifier, style.sub_modifier);
    if !(add | sub).is_empty() {
        glyphs.iter_mut().for_each(|glyph| glyph.modifier = (glyph.modifier | add) - sub);
    }
}

/// A colour as a number: its kind in the highest byte, then its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PackedColor(u32);

const INDEXED: u8 = 0xFE;
const RGB: u8 = 0xFF;

/// The colours without parts; the kind of each is its place here.
const NAMED: [Color; 17] = [
    Color::Reset,
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

impl PackedColor {
    const RESET: Self = Self(0);
}

impl From<Color> for PackedColor {
    fn from(colour: Color) -> Self {
        let bytes = match colour {
            Color::Indexed(number) => [INDEXED, number, 0, 0],
            Color::Rgb(red, green, blue) => [RGB, red, green, blue],
            named => {
                let kind = NAMED.iter().position(|one| *one == named);
                [kind.and_then(|kind| u8::try_from(kind).ok()).unwrap_or_default(), 0, 0, 0]
            }
        };
        Self(u32::from_be_bytes(bytes))
    }
}

impl From<PackedColor> for Color {
    fn from(packed: PackedColor) -> Self {
        match packed.0.to_be_bytes() {
            [INDEXED, number, ..] => Self::Indexed(number),
            [RGB, red, green, blue] => Self::Rgb(red, green, blue),
            [kind, ..] => NAMED.get(usize::from(kind)).copied().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_the_look_and_the_symbol_that_it_was_given() {
        let others = [Color::Indexed(0), Color::Indexed(255), Color::Rgb(1, 2, 255)];
        for fg in NAMED.into_iter().chain(others) {
            for symbol in [Symbol::Char('a'), Symbol::Char(char::MAX), Symbol::Cluster(7)] {
                let look = (fg, Color::Rgb(0, 255, 3), Modifier::BOLD | Modifier::ITALIC);
                let glyph = Glyph::new(symbol, look);
                assert_eq!((glyph.symbol(), glyph.look()), (symbol, look));
            }
        }
    }
}
