//! The colours: few, readable on dark and on light backgrounds. None is the only sign of anything.

use chat_client::hash::fnv1a;
use chat_proto::UserName;
use ratatui::style::{Color, Modifier, Style};

/// Colours of the 256 that contrast with black and with white alike, 3.7 to 1 at least (WCAG 2).
const NAMES: [u8; 12] = [28, 30, 32, 63, 64, 98, 130, 131, 132, 134, 162, 166];

/// Good and bad, from the same set.
const GOOD: u8 = 28;
const BAD: u8 = 160;

/// The styles of the screen.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    colours: bool,
}

impl Palette {
    /// A palette with colours; without (`NO_COLOR`), with bold, dim and reversed alone.
    #[must_use]
    pub const fn new(colours: bool) -> Self {
        Self { colours }
    }

    fn coloured(self, colour: u8) -> Style {
        if self.colours { Style::new().fg(Color::Indexed(colour)) } else { Style::new() }
    }

    /// A name: always in the same colour, on every screen.
    pub(crate) fn name(self, name: &UserName) -> Style {
        let index = fnv1a(name.key()) % NAMES.len() as u64;
        let colour = NAMES[usize::try_from(index).unwrap_or_default()];
        self.coloured(colour).add_modifier(Modifier::BOLD)
    }

    /// Less important text.
    pub(crate) fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Text that must not be overlooked: a mention, new messages.
    pub(crate) fn striking(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    /// An error.
    pub(crate) fn bad(self) -> Style {
        self.coloured(BAD).add_modifier(Modifier::BOLD)
    }

    /// A good state.
    pub(crate) fn good(self) -> Style {
        self.coloured(GOOD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_colour() {
        let palette = Palette::new(true);
        let bob = palette.name(&UserName::new("bob").unwrap());
        assert_eq!(bob, palette.name(&UserName::new("BOB").unwrap()));
        assert_ne!(bob.fg, palette.name(&UserName::new("ana").unwrap()).fg);
        assert_eq!(Palette::new(false).name(&UserName::new("bob").unwrap()).fg, None);
    }
}
