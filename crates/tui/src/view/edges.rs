//! The texts at the edges of a log: the author of its first row and what is above the screen, on the rule over it; and
//! what is below the screen, at the end of the last row.

use chat_client::Connection;
use chat_client::log::Hold;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use super::canvas::Canvas;
use super::log;
use crate::action::Action;
use crate::layout::Panes;
use crate::state::{LogPane, RULE_BEFORE, State};
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Says on the rule what is above the screen. If there is no rule, the first row of the log says it, without the
/// author.
pub(super) fn draw_above(state: &State, theme: Theme, panes: &Panes, canvas: &mut Canvas) {
    if state.is_bare {
        return;
    }
    for pane in [LogPane::Room, LogPane::Thread] {
        if state.log_area(pane).is_some() {
            draw_over(state, pane, theme, panes, canvas);
        }
    }
}

fn draw_over(state: &State, pane: LogPane, theme: Theme, panes: &Panes, canvas: &mut Canvas) {
    let text = match pane {
        LogPane::Room => above(state, theme),
        LogPane::Thread => state.thread_trouble().map(|text| match text {
            Ok(text) => (text, theme.dim()),
            Err(why) => (why, theme.bad()),
        }),
    };
    let (author, area) = state.on_rule(panes, pane);
    // A text that has no room beside the author is in its place.
    let author = author.filter(|author| text.is_none() || area.x >= author.area.right());
    if let Some(author) = author {
        let area = canvas.clip(author.area);
        canvas.clear(area);
        canvas.line(&log::name_line(&author, theme), area);
    }
    if let Some(text) = text {
        draw_text(text, area, canvas);
    }
}

fn draw_text((text, style): (String, Style), area: Rect, canvas: &mut Canvas) {
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
    let Some((below, row)) = state.more_below(pane).zip(area.rows().next_back()) else {
        return;
    };
    let style = if state.unread_below(pane) > 0 { theme.accent() } else { theme.dim() };
    let text = cut(&below.text, row.width.into());
    let width = u16::try_from(columns(&text)).unwrap_or(u16::MAX).min(row.width);
    let area = Rect { x: row.right() - width, width, ..row };
    canvas.clear(area);
    canvas.line(&Line::styled(text, style).alignment(Alignment::Right), area);
}
