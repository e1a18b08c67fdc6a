//! The texts at the edges of the log: about the messages above the screen on the rule below the header, and
//! about those below it at the end of the last row.

use chat_client::Connection;
use chat_client::log::Hold;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use super::canvas::Canvas;
use crate::action::Action;
use crate::layout::Panes;
use crate::state::{LogPane, RULE_BEFORE, State, above_area, more_below, on_rule};
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Says on the rule, or on the first row of the log if there is no rule, what is above the screen.
pub(super) fn draw_above(state: &State, theme: Theme, panes: &Panes, canvas: &mut Canvas) {
    if let Some(text) = above(state, theme).filter(|_| !state.is_bare) {
        draw_on_rule(text, above_area(panes), canvas);
    }
    if let Some((text, thread)) = state.thread_trouble().zip(panes.thread) {
        let style = if text.is_ok() { theme.dim() } else { theme.bad() };
        let text = text.unwrap_or_else(|why| why);
        let rule = if panes.log.is_empty() { panes.rule } else { thread.rule };
        draw_on_rule((text, style), on_rule(rule, thread.log), canvas);
    }
}

fn draw_on_rule((text, style): (String, Style), area: Rect, canvas: &mut Canvas) {
    let room = canvas.clip(area);
    if room.width <= RULE_BEFORE || room.is_empty() {
        return;
    }
    let text = cut(&format!(" {text} "), usize::from(room.width - RULE_BEFORE));
    let width = u16::try_from(columns(&text)).unwrap_or(u16::MAX);
    let area = Rect { x: room.x + RULE_BEFORE, width, ..room };
    canvas.clear(area);
    canvas.line(&Line::styled(text, style), area);
}

/// The text about messages above the screen, if there is something to say.
fn above(state: &State, theme: Theme) -> Option<(String, Style)> {
    let (rows, height) = state.rows_of(LogPane::Room)?;
    let (room, viewport) = (state.client.room(), state.viewport_of(LogPane::Room));
    let (dim, warn) = (theme.dim(), theme.style(Role::Warn));
    let hold = room.log().hold();
    let keys = state.look.keys();
    // What a key does about it, if there is such a key.
    let with = |text: &str, action, does| match keys.hint(action, does) {
        Some(hint) => format!("{text}. {hint}"),
        None => text.to_owned(),
    };
    let failed = |which, action| {
        let text = format!("Couldn't load {which}, trying again in a while");
        (with(&text, action, "tries now"), theme.bad())
    };
    if room.log().lacks_older() && viewport.is_at_oldest(rows, height) {
        match (hold, state.client.connection()) {
            _ if room.is_loading() => return Some(("Loading…".to_owned(), dim)),
            (Some(Hold::OlderFailed), _) => {
                return Some(failed("older messages", Action::PageUp));
            }
            (Some(Hold::Cleared), _) => {
                return Some((with("Cleared", Action::PageUp, "shows older messages"), dim));
            }
            (_, Connection::Connected { .. }) => {}
            _ if room.log().oldest().is_some() => {
                return Some(("Older messages load once you are connected".to_owned(), dim));
            }
            _ => {}
        }
    }
    if hold == Some(Hold::NewerFailed) {
        let is_empty = room.log().oldest().is_none();
        let which = if is_empty { "the messages" } else { "newer messages" };
        return Some(failed(which, Action::PageDown));
    }
    state.skipped_text().map(|text| (text, warn))
}

/// Says at the end of the last row that there is more below.
pub(super) fn draw_below(
    state: &State,
    pane: LogPane,
    theme: Theme,
    area: Rect,
    canvas: &mut Canvas,
) {
    let Some((text, row)) = more_below(state, pane).zip(area.rows().next_back()) else {
        return;
    };
    let style = if state.unread_below(pane) > 0 { theme.accent() } else { theme.dim() };
    let text = cut(&text, row.width.into());
    let width = u16::try_from(columns(&text)).unwrap_or(u16::MAX).min(row.width);
    let area = Rect { x: row.right() - width, width, ..row };
    canvas.clear(area);
    canvas.line(&Line::styled(text, style).alignment(Alignment::Right), area);
}
