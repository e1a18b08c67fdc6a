//! The user list.

use chat_proto::User;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::standing;
use crate::state::{State, UserRow};
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Stands behind the user's own name and its role, at the right end of its row.
const OWN: &str = " you";

pub(super) fn draw(state: &State, theme: Theme, area: Rect, canvas: &mut Canvas) {
    // A text that fills its row does not touch the line.
    let area = area.inner(Margin { horizontal: 1, vertical: 0 });
    let border = Rect { width: area.width.min(1), ..area };
    let inner = Rect { x: border.right(), width: area.width - border.width, ..area };
    canvas.rule_down(border, theme.style(Role::Rule));
    let width = usize::from(inner.width);
    let rows = state.user_rows().into_iter().map(|row| match row {
        UserRow::Above(count) => Line::styled(format!(" ↑ {count} more"), theme.dim()),
        UserRow::Below(count) => {
            let (text, how) = (format!(" ↓ {count} more"), " · /who");
            let how = if columns(&text) + columns(how) <= width { how } else { "" };
            Line::styled(text + how, theme.dim())
        }
        UserRow::User(user) => line(state, user, theme, width),
    });
    let heading = Line::styled(" USERS", theme.dim());
    for (line, row) in std::iter::once(heading).chain(rows).zip(inner.rows()) {
        canvas.line(&line, row);
    }
}

/// A dot and a name; dim if the user is away, or while it is not known whether it is still here.
fn line(state: &State, user: &User, theme: Theme, width: usize) -> Line<'static> {
    let (dot, style) = match state.client.session() {
        Some(_) if state.client.away(user.id).is_some() => {
            (Span::styled(" ○ ", theme.style(Role::Warn)), theme.dim())
        }
        Some(_) => (Span::styled(" ● ", theme.style(Role::Good)), Style::new()),
        None => (Span::styled(" ○ ", theme.dim()), theme.dim()),
    };
    let own = if state.client.is_me(user.id) { OWN } else { "" };
    let role = match standing::role(state.client.room().role(user.id)) {
        "" => String::new(),
        role => format!(" {role}"),
    };
    let own = role + own;
    let room = width.saturating_sub(dot.width() + own.len());
    let name = cut(user.name.as_str(), room);
    let gap = room.saturating_sub(columns(&name));
    Line::from(vec![
        dot,
        Span::styled(name, style),
        Span::raw(" ".repeat(gap)),
        Span::styled(own, theme.dim()),
    ])
}
