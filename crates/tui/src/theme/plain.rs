//! The themes of the user's own 16 colours, and of none.

use ratatui::style::{Color, Modifier, Style};

use super::{Role, Theme};

/// Colours of names: of the twelve that are not grey, those that can be read.
const OWN_NAMES: usize = 6;

/// Which of the user's own colours are used. How they look is not known, but most terminals agree enough: on a white
/// background their yellow and cyan cannot be read, on a black one their blue.
struct OwnColours {
    bad: Color,
    good: Color,
    warn: Color,
    accent: Color,
    /// Code and links.
    code: Color,
    names: [Color; OWN_NAMES],
}

const ON_DARK: OwnColours = OwnColours {
    bad: Color::LightRed,
    good: Color::Green,
    warn: Color::Yellow,
    accent: Color::LightMagenta,
    code: Color::Cyan,
    names: [
        Color::Green,
        Color::Yellow,
        Color::Cyan,
        Color::LightRed,
        Color::LightMagenta,
        Color::LightCyan,
    ],
};

const ON_LIGHT: OwnColours = OwnColours {
    bad: Color::Red,
    good: Color::Blue,
    warn: Color::Magenta,
    accent: Color::Magenta,
    code: Color::Blue,
    names: [
        Color::Red,
        Color::Blue,
        Color::Magenta,
        Color::LightRed,
        Color::LightBlue,
        Color::LightMagenta,
    ],
};

/// For a background that is not known.
const ON_BOTH: OwnColours = OwnColours {
    bad: Color::Red,
    good: Color::Green,
    warn: Color::Magenta,
    accent: Color::Magenta,
    code: Color::LightBlue,
    names: [
        Color::Red,
        Color::Green,
        Color::Magenta,
        Color::LightRed,
        Color::LightBlue,
        Color::LightMagenta,
    ],
};

/// The user's own colours that can be read on this background, or on any if it is not known. Dim text and rules have
/// no colour: no grey of the 16 is readable everywhere.
pub(super) fn own(is_dark: Option<bool>) -> Theme {
    let own = match is_dark {
        Some(true) => &ON_DARK,
        Some(false) => &ON_LIGHT,
        None => &ON_BOTH,
    };
    let role = |role: Role| match role {
        Role::Text | Role::Dim | Role::Rule => Style::new(),
        Role::Current | Role::Selected => Style::new().add_modifier(Modifier::REVERSED),
        Role::Bad => style(own.bad, role),
        Role::Good => style(own.good, role),
        Role::Warn => style(own.warn, role),
        Role::Accent | Role::Match => style(own.accent, role),
        Role::Code | Role::Link => style(own.code, role),
    };
    Theme::from_styles(role, |name| Style::new().fg(own.names[name % OWN_NAMES]))
}

fn style(colour: Color, role: Role) -> Style {
    Style::new().fg(colour).add_modifier(role.modifier())
}

/// No colours. Only here is dim text dim by the attribute.
pub(super) fn mono() -> Theme {
    let role = |role: Role| match role {
        Role::Dim | Role::Rule => Style::new().add_modifier(Modifier::DIM),
        Role::Current | Role::Selected => Style::new().add_modifier(Modifier::REVERSED),
        _ => Style::new().add_modifier(role.modifier()),
    };
    Theme::from_styles(role, |_| Style::new())
}
