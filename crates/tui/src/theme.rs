//! The colours of the screen, by role.
//!
//! Every foreground has a contrast of at least [`CONTRAST_MIN`] to 1 against the terminal's own background, and against
//! the two row backgrounds, in 24-bit colour and in 256 colours. With 16 colours the user's own are used, those that
//! most terminals show readable there, and rows are reversed; without colours bold, dim, underline and reverse are
//! left. No meaning is in a colour alone: accent and warnings are bold, links are underlined, what was searched for is
//! both, and the marks of the views say the rest.

mod depth;
mod indexed;
mod osc;
mod palette;
mod plain;
mod rgb;
mod surface;

use chat_proto::UserName;
use ratatui::style::{Color, Modifier, Style};

use chat_client::hash::fnv1a;

pub(crate) use depth::XTERM;
pub use depth::{Depth, Environment};
pub(crate) use indexed::indexed;
pub use osc::{ANSWER_TIMEOUT, Answer, QUERY, TerminalColour, parse_answer};
pub use rgb::Rgb;
pub use surface::{CONTRAST_MIN, CONTRAST_REACHABLE};

use palette::{DARK, LIGHT, Palette};
use surface::Surfaces;

/// Colours of names.
pub const NAME_COLOURS: usize = 12;

/// Which colours to use: the setting `theme`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// By the background that the terminal reports; [`ThemeChoice::Ansi`] if it reports none.
    #[default]
    Auto,
    /// Light text on a dark background.
    Dark,
    /// Dark text on a light background.
    Light,
    /// The terminal's own 16 colours.
    Ansi,
    /// No colours.
    Mono,
}

/// The purpose of a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Messages, and everything without a role of its own.
    Text,
    /// Less important: times, the topic, read notices.
    Dim,
    /// Needs the user: a mention, new messages, the current room's mark.
    Accent,
    /// As it should be: the dot of a connected user.
    Good,
    /// Needs patience: offline, retrying.
    Warn,
    /// Failed: a refused message.
    Bad,
    /// Inline code and code blocks. The views mark it with `┃` or by its own rows, too.
    Code,
    /// A link.
    Link,
    /// The matches in a result of a search.
    Match,
    /// Lines that separate: the header's, the list's, days.
    Rule,
    /// The row of the current room: to be set on the whole row, below the styles of its spans.
    Current,
    /// The rows of the selected message or list entry, in the same way.
    Selected,
}

impl Role {
    /// Every role, in the order of their declaration.
    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::Dim,
        Self::Accent,
        Self::Good,
        Self::Warn,
        Self::Bad,
        Self::Code,
        Self::Link,
        Self::Match,
        Self::Rule,
        Self::Current,
        Self::Selected,
    ];

    /// What is added to the colour of this role, so that the colour is not alone.
    const fn modifier(self) -> Modifier {
        match self {
            Self::Accent | Self::Warn | Self::Bad => Modifier::BOLD,
            Self::Link => Modifier::UNDERLINED,
            Self::Match => Modifier::BOLD.union(Modifier::UNDERLINED),
            _ => Modifier::empty(),
        }
    }
}

/// The known facts about the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// How many colours it shows.
    pub depth: Depth,
    /// Its background, if it answered.
    pub background: Option<Rgb>,
    /// Its text colour, if it answered.
    pub foreground: Option<Rgb>,
}

/// The styles of the screen. Cheap to copy, made once at the start and after a change of the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    roles: [Style; Role::ALL.len()],
    names: [Style; NAME_COLOURS],
}

impl Theme {
    /// Makes the theme of a terminal.
    ///
    /// `Dark` and `Light` overrule a background that contradicts them: black or white is assumed
    /// then, as it is if none is known.
    #[must_use]
    pub fn new(choice: ThemeChoice, terminal: Terminal) -> Self {
        let reported = terminal.background;
        let (background, is_dark) = match (choice, reported) {
            (ThemeChoice::Mono, _) => return plain::mono(),
            (_, _) if terminal.depth == Depth::None && choice != ThemeChoice::Ansi => {
                return plain::mono();
            }
            (ThemeChoice::Ansi, _) | (ThemeChoice::Auto, None) => {
                return plain::own(reported.map(Rgb::is_dark));
            }
            (ThemeChoice::Auto, Some(reported)) => (reported, reported.is_dark()),
            (ThemeChoice::Dark, reported) => {
                (reported.filter(|colour| colour.is_dark()).unwrap_or(Rgb::BLACK), true)
            }
            (ThemeChoice::Light, reported) => {
                (reported.filter(|colour| !colour.is_dark()).unwrap_or(Rgb::WHITE), false)
            }
        };
        if terminal.depth == Depth::Ansi {
            return plain::own(Some(is_dark));
        }
        // The text colour belongs to the background it was reported with.
        let foreground = terminal.foreground.filter(|_| reported == Some(background));
        let palette = if is_dark { &DARK } else { &LIGHT };
        let surfaces = Surfaces::new(background, is_dark, terminal.depth);
        Self::from_palette(palette, &surfaces, foreground)
    }

    fn from_palette(palette: &Palette, surfaces: &Surfaces, foreground: Option<Rgb>) -> Self {
        let mut theme = Self::from_styles(|_| Style::new(), |_| Style::new());
        let dim = palette.colour(Role::Dim);
        for role in Role::ALL {
            theme.roles[role as usize] = match role {
                Role::Text => surfaces.text(palette.text, dim, foreground),
                Role::Current => surfaces.row(surfaces.current, palette.text, dim, foreground),
                Role::Selected => surfaces.row(surfaces.selected, palette.text, dim, foreground),
                _ => Style::new()
                    .fg(surfaces.paint(palette.colour(role)))
                    .add_modifier(role.modifier()),
            };
        }
        theme.names = surfaces.paint_names(palette.names).map(|name| Style::new().fg(name));
        theme
    }

    /// The style of each role and of each of the [`NAME_COLOURS`] names.
    fn from_styles(role: impl Fn(Role) -> Style, name: impl Fn(usize) -> Style) -> Self {
        Self { roles: Role::ALL.map(role), names: std::array::from_fn(name) }
    }

    /// The style of a role.
    #[must_use]
    pub const fn style(&self, role: Role) -> Style {
        self.roles[role as usize]
    }

    /// Whether it has colours.
    #[must_use]
    pub fn has_colours(&self) -> bool {
        self.roles.iter().any(|style| style.fg.is_some())
    }

    /// The style of a QR code: dark on light, as cameras expect it, whatever the colours of the rest are. Without
    /// colours it has none, and is drawn light.
    #[must_use]
    pub fn code(&self) -> Style {
        match self.has_colours() {
            true => Style::new().fg(Color::Black).bg(Color::White),
            false => Style::new(),
        }
    }

    pub(crate) const fn dim(&self) -> Style {
        self.style(Role::Dim)
    }

    /// The style of a mention, and of unread counts: they need the user.
    pub(crate) const fn accent(&self) -> Style {
        self.style(Role::Accent)
    }

    pub(crate) const fn bad(&self) -> Style {
        self.style(Role::Bad)
    }

    /// The style of a user's name: the same for the same name on every screen. It is not bold; the
    /// log adds that.
    #[must_use]
    pub fn name(&self, name: &UserName) -> Style {
        let index = fnv1a(name.key()) % NAME_COLOURS as u64;
        self.names[usize::try_from(index).unwrap_or_default()]
    }
}

#[cfg(test)]
mod tests;
