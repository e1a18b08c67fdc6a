//! The colours of a picture: those of a terminal.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use crate::theme::{Rgb, indexed};

/// How much of its colour is left of dim text, in percent.
const DIM: u16 = 60;

/// The colours that a terminal has by itself.
#[derive(Debug, Clone)]
pub struct Colours {
    /// The colour of text that has no other.
    pub foreground: Rgb,
    /// The background.
    pub background: Rgb,
    /// The 16 colours of ANSI.
    pub ansi: [Rgb; 16],
}

/// A dark terminal.
pub const DARK: Colours =
    Colours { foreground: Rgb::hex(0xd8_dee9), background: Rgb::hex(0x1b_1f27), ansi: XTERM };

/// A light terminal.
pub const LIGHT: Colours =
    Colours { foreground: Rgb::hex(0x24_292f), background: Rgb::hex(0xff_ffff), ansi: XTERM };

/// Solarized, dark.
pub const SOLARIZED_DARK: Colours =
    Colours { foreground: Rgb::hex(0x83_9496), background: Rgb::hex(0x00_2b36), ansi: SOLARIZED };

/// Solarized, light.
pub const SOLARIZED_LIGHT: Colours =
    Colours { foreground: Rgb::hex(0x65_7b83), background: Rgb::hex(0xfd_f6e3), ansi: SOLARIZED };

/// The colours of xterm.
const XTERM: [Rgb; 16] = palette([
    0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5,
    0x7f_7f7f, 0xff_0000, 0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
]);

const SOLARIZED: [Rgb; 16] = palette([
    0x07_3642, 0xdc_322f, 0x85_9900, 0xb5_8900, 0x26_8bd2, 0xd3_3682, 0x2a_a198, 0xee_e8d5,
    0x00_2b36, 0xcb_4b16, 0x58_6e75, 0x65_7b83, 0x83_9496, 0x6c_71c4, 0x93_a1a1, 0xfd_f6e3,
]);

const fn palette(colours: [u32; 16]) -> [Rgb; 16] {
    let mut palette = [Rgb::BLACK; 16];
    let mut index = 0;
    while index < palette.len() {
        palette[index] = Rgb::hex(colours[index]);
        index += 1;
    }
    palette
}

impl Colours {
    /// The colour of the text of a cell, and that of its background if it has one of its own.
    pub(super) fn of(&self, cell: &Cell) -> (Rgb, Option<Rgb>) {
        let ink = self.rgb(cell.fg).unwrap_or(self.foreground);
        let paper = self.rgb(cell.bg);
        let (ink, paper) = match cell.modifier.contains(Modifier::REVERSED) {
            true => (paper.unwrap_or(self.background), Some(ink)),
            false => (ink, paper),
        };
        if cell.modifier.contains(Modifier::DIM) {
            return (dimmed(ink, paper.unwrap_or(self.background)), paper);
        }
        (ink, paper)
    }

    fn rgb(&self, colour: Color) -> Option<Rgb> {
        let ansi = |index: u8| self.ansi.get(usize::from(index)).copied();
        match colour {
            Color::Reset => None,
            Color::Rgb(red, green, blue) => Some(Rgb::new(red, green, blue)),
            Color::Indexed(index) => ansi(index).or_else(|| Some(indexed(index))),
            Color::Black => ansi(0),
            Color::Red => ansi(1),
            Color::Green => ansi(2),
            Color::Yellow => ansi(3),
            Color::Blue => ansi(4),
            Color::Magenta => ansi(5),
            Color::Cyan => ansi(6),
            Color::Gray => ansi(7),
            Color::DarkGray => ansi(8),
            Color::LightRed => ansi(9),
            Color::LightGreen => ansi(10),
            Color::LightYellow => ansi(11),
            Color::LightBlue => ansi(12),
            Color::LightMagenta => ansi(13),
            Color::LightCyan => ansi(14),
            Color::White => ansi(15),
        }
    }
}

/// A colour between that of a text and its background.
fn dimmed(ink: Rgb, paper: Rgb) -> Rgb {
    let level = |ink: u8, paper: u8| {
        let sum = u16::from(ink) * DIM + u16::from(paper) * (100 - DIM);
        u8::try_from(sum / 100).unwrap_or(u8::MAX)
    };
    Rgb::new(level(ink.red, paper.red), level(ink.green, paper.green), level(ink.blue, paper.blue))
}
