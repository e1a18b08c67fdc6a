//! The status line: the connection, the room, and a hint.

use chat_client::Connection;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::state::State;
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Narrowest part of a detail that still says something, in columns.
const CUT_MIN: usize = 20;

pub(super) fn draw(state: &State, palette: Theme, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let (connection, style) = connection(state, palette);
    let hint = " F1 keys ──";
    let mut room = usize::from(area.width).saturating_sub(3 + columns(&connection) + 1);
    let with_hint = state.client.trouble().is_none() && room >= columns(hint) + 3;
    if with_hint {
        room -= columns(hint);
    }
    let mut spans = vec![Span::styled("── ", palette.dim()), Span::styled(connection, style)];
    // If not all fits, the first details matter most.
    for detail in details(state) {
        let detail = format!(" · {detail}");
        if columns(&detail) > room {
            if room >= CUT_MIN {
                spans.push(Span::styled(cut(&detail, room), palette.dim()));
                room = 0;
            }
            break;
        }
        room -= columns(&detail);
        spans.push(Span::styled(detail, palette.dim()));
    }
    spans.push(Span::styled(format!(" {}", "─".repeat(room)), palette.dim()));
    if with_hint {
        spans.push(Span::styled(hint, palette.dim()));
    }
    Line::from(spans).render(area, buffer);
}

fn connection(state: &State, palette: Theme) -> (String, Style) {
    match state.client.connection() {
        Connection::Connecting => ("connecting".to_owned(), palette.style(Role::Warn)),
        Connection::Waiting { seconds } => {
            (format!("reconnecting in {seconds} s"), palette.style(Role::Warn))
        }
        Connection::Connected { .. } => ("connected".to_owned(), palette.style(Role::Good)),
        Connection::Refused { .. } if state.draft.is_some() => {
            ("name refused".to_owned(), palette.bad())
        }
        Connection::Refused { .. } => ("not let in".to_owned(), palette.bad()),
    }
}

fn details(state: &State) -> Vec<String> {
    let mut details = Vec::new();
    if state.draft.is_some() {
        details.push("type another name".to_owned());
    }
    let waiting = state.client.outbox().waiting();
    if waiting > 0 {
        details.push(format!("{waiting} waiting"));
    }
    details.extend(state.client.trouble().map(str::to_owned));
    if state.panes().rooms.is_none() {
        details.extend(elsewhere(state));
    }
    if let Connection::Connected { .. } = state.client.connection() {
        details.push(format!("{} in {}", state.client.name(), state.client.room().label()));
        details.extend(super::users::counted(state));
    }
    details.push(state.client.server().to_owned());
    details
}

/// The unread messages of other rooms, if no list shows them.
fn elsewhere(state: &State) -> Option<String> {
    let shown = state.client.rooms().current_index();
    let others =
        state.client.rooms().list().iter().enumerate().filter(|(index, _)| *index != shown);
    let (mut unread, mut mentions) = (0_u64, 0);
    for (_, room) in others {
        unread = unread.saturating_add(room.unread());
        mentions += room.mentions();
    }
    match (unread, mentions) {
        (0, _) => None,
        (_, 0) => Some(format!("{unread} elsewhere")),
        _ => Some(format!("@{mentions} elsewhere")),
    }
}
