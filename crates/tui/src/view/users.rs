//! The user list.

use chat_proto::User;
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Widget};

use crate::state::State;
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// What is behind the user's own name, at the right end of its row.
const OWN: &str = " you";

pub(super) fn draw(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    // A text that fills its row does not touch the line.
    let area = area.inner(Margin { horizontal: 1, vertical: 0 });
    let block = Block::new().borders(Borders::LEFT).border_style(theme.style(Role::Rule));
    let inner = block.inner(area);
    block.render(area, buffer);
    let Some(height) = usize::from(inner.height).checked_sub(1) else {
        return;
    };
    let width = usize::from(inner.width);
    let users = state.client.room().users();
    let count = users.count();
    let mut lines = vec![Line::styled(" USERS", theme.dim())];
    // The last row says how many users there is no room for.
    let shown = if count > height { height.saturating_sub(1) } else { height };
    let listed = users.iter(state.client.me()).take(shown);
    lines.extend(listed.map(|user| line(state, user, theme, width)));
    let listed = lines.len() - 1;
    if count > listed && height > 0 {
        lines.push(Line::styled(format!(" and {} more", count - listed), theme.dim()));
    }
    for (line, row) in lines.iter().zip(inner.rows()) {
        line.render(row, buffer);
    }
}

/// A name; dim while it is not known whether the user is still here.
fn line(state: &State, user: &User, theme: Theme, width: usize) -> Line<'static> {
    let style = if state.client.session().is_some() { Style::new() } else { theme.dim() };
    let own = if user.id == state.client.me() { OWN } else { "" };
    let room = width.saturating_sub(1 + own.len());
    let name = cut(user.name.as_str(), room);
    let gap = room.saturating_sub(columns(&name));
    Line::from(vec![
        Span::raw(" "),
        Span::styled(name, style),
        Span::raw(" ".repeat(gap)),
        Span::styled(own, theme.dim()),
    ])
}
