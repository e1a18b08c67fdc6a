//! The frame of the thread if it is beside the log: its line, and its header.

use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::header;
use crate::action::Action;
use crate::layout::ThreadPanes;
use crate::state::{LogPane, State};
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

pub(super) fn draw(state: &State, theme: Theme, panes: &ThreadPanes, canvas: &mut Canvas) {
    let border = canvas.clip(Rect { width: panes.border.width.min(1), ..panes.border });
    canvas.rule_down(border, theme.style(Role::Rule));
    let rule = canvas.clip(panes.rule);
    let line = "─".repeat(rule.width.into());
    canvas.line(&Line::styled(line, theme.style(Role::Rule)), rule);
    let area = canvas.clip(panes.header);
    let Some(text) = state.thread_text().filter(|_| !area.is_empty()) else {
        return;
    };
    let has_focus = state.focus() == LogPane::Thread;
    let keys = state.look.keys();
    let hint = keys.name(if has_focus { Action::Back } else { Action::OtherPane });
    let hint = hint.unwrap_or_default();
    let width = usize::from(area.width).saturating_sub(columns(&hint) + 1);
    let name = Span::styled(cut(&text, width), header::name_style(has_focus, theme));
    canvas.line(&Line::from(name), area);
    canvas.line(&Line::styled(hint, theme.dim()).alignment(Alignment::Right), area);
}
