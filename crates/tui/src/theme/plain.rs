//! The themes that do not know the background: the user's own 16 colours, and none.

use ratatui::style::{Color, Modifier, Style};

use super::{NAMES, Role, Theme};

/// The colours of names. Black, white and the greys are left out, as one of them is the background.
const ANSI_NAMES: [Color; NAMES] = [
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
];

/// The user's own colours. Dim text and rules have no colour: no grey of the 16 is readable everywhere.
pub(super) fn ansi() -> Theme {
    let role = |role: Role| match role {
        Role::Text | Role::Dim | Role::Rule => Style::new(),
        Role::Current | Role::Selected => Style::new().add_modifier(Modifier::REVERSED),
        Role::Bad => own(Color::Red, role),
        Role::Good => own(Color::Green, role),
        Role::Warn => own(Color::Yellow, role),
        Role::Accent => own(Color::Magenta, role),
        Role::Code | Role::Link => own(Color::Cyan, role),
    };
    Theme::from_styles(role, |name| Style::new().fg(ANSI_NAMES[name]))
}

fn own(colour: Color, role: Role) -> Style {
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
