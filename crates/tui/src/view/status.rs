//! The line above the input box: what is not normal, and hints.

use chat_client::Connection;
use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};

use super::{live, paint};
use crate::action::Action;
use crate::state::{ACTIONS, State};
use crate::theme::{Role, Theme};
use crate::wording::in_short;
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
    let typing = typing(state, width.saturating_sub(columns(&text)), text.is_empty());
    let mut left = width.saturating_sub(columns(&text) + columns(&typing) + GAP);
    let mut hints = String::new();
    // If there is no room for all, the last ones matter most.
    for hint in hints_of(state).into_iter().rev() {
        let and = if hints.is_empty() { "" } else { AND };
        if columns(&hint) + columns(and) > left {
            break;
        }
        left -= columns(&hint) + columns(and);
        hints = format!("{hint}{and}{hints}");
    }
    let style = match state.client.connection() {
        Connection::Refused { .. } => theme.bad(),
        _ if state.done.is_some() => theme.style(Role::Good),
        _ => theme.style(Role::Warn),
    };
    let hints = Line::styled(hints, theme.dim()).alignment(Alignment::Right);
    paint::line(&hints, area, buffer);
    let line = vec![Span::styled(text, style), Span::styled(typing, theme.dim())];
    paint::line(&Line::from(line), area, buffer);
}

/// Who is writing, if it fits into this part of the row.
fn typing(state: &State, width: usize, is_first: bool) -> String {
    let and = if is_first { "" } else { AND };
    let typing = live::typing(state).filter(|_| state.quitting.is_none() && !state.is_bare);
    let typing = typing.map(|typing| format!("{and}{typing}"));
    typing.filter(|typing| columns(typing) <= width).unwrap_or_default()
}

/// What is not normal: no connection, messages that wait, and why. What comes first matters most.
fn not_normal(state: &State) -> Vec<String> {
    let client = &state.client;
    if let Some(quitting) = state.quitting {
        let keys = state.look.keys().name(quitting.action).unwrap_or_default();
        return vec![format!("Press {keys} again to quit")];
    }
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
    parts.extend(client.trouble().map(in_short));
    parts.extend(live::own_away(state));
    if client.other_is_online() == Some(false) && !state.prompt.editor.is_empty() {
        let label = client.room().label();
        let name = label.other().map_or_else(|| label.to_string(), |name| name.to_string());
        parts.push(format!("{name} is offline and will see this later"));
    }
    parts
}

/// What the user can do here: at most three hints, or what can be done with the selected message.
fn hints_of(state: &State) -> Vec<String> {
    if let Some(picker) = &state.picker {
        let enter = picker.subject.enter();
        return ["↑↓ choose", enter, "Esc close"].map(str::to_owned).to_vec();
    }
    if state.prompt.completions().is_some() {
        return ["Tab choose", "Esc close"].map(str::to_owned).to_vec();
    }
    if state.is_bare {
        return ["PgUp PgDn scroll", "Esc back"].map(str::to_owned).into();
    }
    if let Some((_, message)) = state.selected() {
        let applying = ACTIONS.iter().filter(|action| (action.applies)(message));
        let open = if state.selected_is_open() { "Enter fold" } else { "Enter open" };
        let open = state.selected_is_long().then_some(open);
        let hints = applying.map(|action| action.hint).chain(open).chain(["Esc back"]);
        return hints.map(str::to_owned).collect();
    }
    let mut hints = Vec::new();
    if state.client.next_unread().is_some() {
        hints.push((Action::NextUnread, "next unread"));
    }
    if !state.client.room().is_private() {
        hints.push((Action::Users, "users"));
    }
    hints.push((Action::Help, "keys"));
    let hint = |(action, does)| Some(format!("{} {does}", state.look.keys().name(action)?));
    hints.into_iter().filter_map(hint).collect()
}
