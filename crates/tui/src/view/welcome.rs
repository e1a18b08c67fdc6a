//! What a newcomer can do, below the messages.

use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use crate::action::Action;
use crate::keymap::KeyMap;
use crate::theme::{Role, Theme};
use crate::wrap::columns;

/// A part of a row, and whether it is a key or a command.
type Part = (String, bool);

/// Draws it; `is_owner` if the newcomer owns the server, and is perhaps alone there.
pub(super) fn draw(keys: &KeyMap, is_owner: bool, theme: Theme, area: Rect, canvas: &mut Canvas) {
    let area = area.inner(Margin { horizontal: 1, vertical: 0 });
    let bar = Span::styled("▌ ", theme.style(Role::Accent));
    let width = usize::from(area.width).saturating_sub(bar.width());
    // The first row is blank.
    for (phrases, row) in rows(keys, is_owner).iter().zip(area.rows().skip(1)) {
        let parts = fitting(phrases, width).map(|(text, is_code)| match is_code {
            true => Span::styled(text.as_str(), theme.style(Role::Code)),
            false => Span::raw(text.as_str()),
        });
        let parts = [bar.clone()].into_iter().chain(parts);
        canvas.line(&Line::from_iter(parts.chain([Span::raw(".")])), row);
    }
}

/// The phrases of each row, the most important first. What a phrase begins with joins it to the one before.
fn rows(keys: &KeyMap, is_owner: bool) -> [Vec<Vec<Part>>; 3] {
    let text = |text: &str| (text.to_owned(), false);
    let code = |text: &str| (text.to_owned(), true);
    let name = |action, otherwise: &str| keys.name(action).unwrap_or_else(|| otherwise.to_owned());
    let help = keys.name(Action::Help).map(|help| [code(&help), text(" or ")]);
    let help = help.into_iter().flatten().chain([code("/keys"), text(" shows the keys")]);
    [
        vec![
            vec![text("Type a message and press "), code(&name(Action::Send, "Enter"))],
            vec![text(" to send it")],
        ],
        match is_owner {
            true => vec![
                vec![text("You own this server: "), code("/invite"), text(" invites others")],
                vec![text(", "), code("/join #ROOM"), text(" makes a room")],
            ],
            false => vec![
                vec![code("/rooms"), text(" lists the rooms")],
                vec![text(", "), code(&name(Action::GoTo, "/go")), text(" goes to one")],
            ],
        },
        vec![
            help.collect(),
            vec![text(", "), code("/help"), text(" the commands")],
            vec![text(", "), code("/quit"), text(" quits")],
        ],
    ]
}

/// The parts of the first phrase, and of those after it that fit with a full stop.
fn fitting(phrases: &[Vec<Part>], width: usize) -> impl Iterator<Item = &Part> {
    let mut used = 1;
    let fitting = phrases.iter().enumerate().take_while(move |(index, phrase)| {
        used += phrase.iter().map(|(text, _)| columns(text)).sum::<usize>();
        *index == 0 || used <= width
    });
    fitting.flat_map(|(_, phrase)| phrase)
}
