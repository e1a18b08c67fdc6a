//! The line above the input box: what is not normal, and hints.

use chat_client::Connection;
use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::state::{ACTIONS, State};
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Columns between what is not normal and the hints, at least.
const GAP: usize = 3;

/// What joins two parts.
const AND: &str = " · ";

pub(super) fn draw(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let text = cut(&not_normal(state).join(AND), width);
    let mut left = width.saturating_sub(columns(&text) + GAP);
    let mut hints = String::new();
    // If there is no room for all, the last ones matter most.
    for hint in hints_of(state).into_iter().rev() {
        let and = if hints.is_empty() { "" } else { AND };
        if columns(hint) + columns(and) > left {
            break;
        }
        left -= columns(hint) + columns(and);
        hints = format!("{hint}{and}{hints}");
    }
    let style = match state.client.connection() {
        Connection::Refused { .. } => theme.bad(),
        _ => theme.style(Role::Warn),
    };
    Line::styled(hints, theme.dim()).alignment(Alignment::Right).render(area, buffer);
    Line::styled(text, style).render(area, buffer);
}

/// What is not normal: no connection, messages that wait, and why. What comes first matters most.
fn not_normal(state: &State) -> Vec<String> {
    let client = &state.client;
    let mut parts = Vec::new();
    parts.extend(state.done.clone());
    match client.connection() {
        Connection::Connecting => parts.push("Connecting…".to_owned()),
        Connection::Waiting { seconds } => {
            parts.push(format!("Offline, retrying in {seconds} s"));
        }
        Connection::Connected { .. } => {}
        Connection::Refused { .. } if state.draft.is_some() => {
            parts.push("Choose a name".to_owned());
        }
        Connection::Refused { .. } => parts.push("Not connected".to_owned()),
    }
    match client.outbox().waiting() {
        0 => {}
        1 => parts.push("1 message queued".to_owned()),
        count => parts.push(format!("{count} messages queued")),
    }
    parts.extend(client.trouble().map(str::to_owned));
    parts
}

/// What the user can do here: at most three hints, or what can be done with the selected message.
fn hints_of(state: &State) -> Vec<&'static str> {
    let mut hints = Vec::new();
    if let Some((_, message)) = state.selected() {
        let applying = ACTIONS.iter().filter(|action| (action.applies)(message));
        hints.extend(applying.map(|action| action.hint));
        hints.extend(state.selected_is_long().then_some("Enter open"));
        hints.push("Esc back");
        return hints;
    }
    if state.client.rooms().next_unread().is_some() {
        hints.push("Alt-A next unread");
    }
    if !state.client.room().is_private() {
        hints.push("Ctrl-G users");
    }
    hints.push("F1 keys");
    hints
}
