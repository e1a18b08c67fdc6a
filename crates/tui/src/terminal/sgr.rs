//! The style of a cell as a control sequence (SGR).

use std::fmt::Write;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// The style of a cell.
pub(super) type Look = (Color, Color, Modifier);

/// No style.
pub(super) const PLAIN: Look = (Color::Reset, Color::Reset, Modifier::empty());

/// The attributes that are used, and their numbers.
const ATTRIBUTES: [(Modifier, u8); 8] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

pub(super) const fn look(cell: &Cell) -> Look {
    (cell.fg, cell.bg, cell.modifier)
}

/// Whether nothing is to be seen of a cell.
pub(super) fn is_blank(cell: &Cell) -> bool {
    let visible = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
    cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(visible)
}

/// The sequence that sets a style, whatever the style was. The 16 colours have numbers of their own here:
/// `38;5;1`, as crossterm writes red, is for terminals of 256.
pub(super) fn sequence((foreground, background, modifier): Look) -> String {
    let mut sequence = "\x1b[0".to_owned();
    let attributes = ATTRIBUTES.iter().filter(|(attribute, _)| modifier.contains(*attribute));
    for (_, number) in attributes {
        // Writing to a String cannot fail.
        let _ = write!(sequence, ";{number}");
    }
    for (colour, first) in [(foreground, 30), (background, 40)] {
        let _ = match (colour, basic(colour)) {
            (_, Some(number @ 0..8)) => write!(sequence, ";{}", first + number),
            (_, Some(number)) => write!(sequence, ";{}", first + 60 - 8 + number),
            (Color::Indexed(number), _) => write!(sequence, ";{};5;{number}", first + 8),
            (Color::Rgb(red, green, blue), _) => {
                write!(sequence, ";{};2;{red};{green};{blue}", first + 8)
            }
            _ => Ok(()),
        };
    }
    sequence.push('m');
    sequence
}

/// The number of one of the 16 colours.
const fn basic(colour: Color) -> Option<u8> {
    Some(match colour {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_colour_has_its_form() {
        let (none, bold) = (Modifier::empty(), Modifier::BOLD);
        for (look, expected) in [
            (PLAIN, "\x1b[0m"),
            ((Color::Reset, Color::Reset, bold | Modifier::REVERSED), "\x1b[0;1;7m"),
            ((Color::Red, Color::Reset, none), "\x1b[0;31m"),
            ((Color::LightCyan, Color::Gray, bold), "\x1b[0;1;96;47m"),
            ((Color::White, Color::DarkGray, none), "\x1b[0;97;100m"),
            ((Color::Indexed(130), Color::Indexed(0), none), "\x1b[0;38;5;130;48;5;0m"),
            ((Color::Rgb(1, 2, 3), Color::Rgb(4, 5, 6), none), "\x1b[0;38;2;1;2;3;48;2;4;5;6m"),
        ] {
            assert_eq!(sequence(look), expected);
        }
    }

    #[test]
    fn a_blank_cell_shows_nothing() {
        let mut cell = Cell::EMPTY;
        cell.set_fg(Color::Red);
        assert!(is_blank(&cell));
        cell.modifier = Modifier::UNDERLINED;
        assert!(!is_blank(&cell));
        let mut cell = Cell::EMPTY;
        cell.set_bg(Color::Red);
        assert!(!is_blank(&cell));
    }
}
