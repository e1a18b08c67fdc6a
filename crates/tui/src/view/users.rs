//! The user list.

use chat_proto::User;
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Widget};

use crate::state::State;
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

pub(super) fn draw(state: &State, palette: Theme, area: Rect, buffer: &mut Buffer) {
    // A text that fills its row does not touch the border.
    let area = area.inner(Margin { horizontal: 1, vertical: 0 });
    let block = Block::new().borders(Borders::LEFT).border_style(palette.style(Role::Rule));
    let inner = block.inner(area);
    block.render(area, buffer);
    let Some(room) = usize::from(inner.height).checked_sub(1) else {
        return;
    };
    let width = usize::from(inner.width);
    let count = state.client.room().users().count();
    let heading = counted(state).map(|users| format!(" {users}")).unwrap_or_default();
    let mut lines = vec![Line::styled(heading, palette.dim())];
    // The last row says how many more there are.
    let shown = if count > room { room.saturating_sub(1) } else { room };
    lines.extend(
        state
            .client
            .room()
            .users()
            .iter(state.client.me())
            .take(shown)
            .map(|user| line(state, user, palette, width)),
    );
    let listed = lines.len() - 1;
    if count > listed && room > 0 {
        lines.push(Line::styled(format!(" and {} more", count - listed), palette.dim()));
    }
    for (line, row) in lines.iter().zip(inner.rows()) {
        line.render(row, buffer);
    }
}

/// The number of users in words; `None` if it is not known.
pub(super) fn counted(state: &State) -> Option<String> {
    match state.client.room().users().count() {
        0 => None,
        1 => Some("1 user".to_owned()),
        count => Some(format!("{count} users")),
    }
}

/// The mark of the user's own name. It is in the column before all names, so that no name can contain it.
const OWN: char = '›';

/// A name, and its number at the right.
fn line(state: &State, user: &User, palette: Theme, width: usize) -> Line<'static> {
    let number = format!(" {}", user.id);
    let mark = if user.id == state.client.me() { OWN } else { ' ' };
    let room = width.saturating_sub(1 + number.len());
    let name = cut(user.name.as_str(), room);
    let gap = room.saturating_sub(columns(&name));
    Line::from(vec![
        Span::raw(mark.to_string()),
        Span::styled(name, palette.name(&user.name)),
        Span::raw(" ".repeat(gap)),
        Span::styled(number, palette.dim()),
    ])
}
