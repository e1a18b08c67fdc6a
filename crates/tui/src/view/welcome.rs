//! What a newcomer can do, below the messages.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::action::Action;
use crate::keymap::KeyMap;
use crate::theme::{Role, Theme};

pub(super) fn draw(keys: &KeyMap, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let name = |action, otherwise: &str| keys.name(action).unwrap_or_else(|| otherwise.to_owned());
    let help = keys.name(Action::Help);
    let rows: [&[(&str, bool)]; 3] = [
        &[
            ("Type a message and press ", false),
            (&name(Action::Send, "Enter"), true),
            (" to send it.", false),
        ],
        &[
            ("/rooms", true),
            (" lists the rooms, ", false),
            (&name(Action::GoTo, "/go"), true),
            (" goes to one.", false),
        ],
        &[
            (help.as_deref().unwrap_or_default(), true),
            (if help.is_some() { " or " } else { "" }, false),
            ("/keys", true),
            (" shows the keys, ", false),
            ("/help", true),
            (" the commands, ", false),
            ("/quit", true),
            (" quits.", false),
        ],
    ];
    let area = area.inner(Margin { horizontal: 1, vertical: 0 });
    // The first row is blank.
    for (parts, row) in rows.iter().zip(area.rows().skip(1)) {
        let parts = parts.iter().map(|(text, is_code)| match is_code {
            true => Span::styled(*text, theme.style(Role::Code)),
            false => Span::raw(*text),
        });
        let bar = Span::styled("▌ ", theme.style(Role::Accent));
        Line::from_iter([bar].into_iter().chain(parts)).render(row, buffer);
    }
}
