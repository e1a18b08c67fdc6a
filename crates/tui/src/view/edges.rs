//! What is said at the edges of the log: about the messages above the screen on the rule below the header, and
//! about those below it at the end of the last row.

use chat_client::log::Hold;
use chat_client::{Connection, Room};
use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use crate::action::Action;
use crate::layout::Panes;
use crate::state::{State, more_below};
use crate::theme::{Role, Theme};
use crate::viewport::Place;
use crate::wrap::{columns, cut};

/// Columns of the rule before the text on it.
const RULE_BEFORE: u16 = 2;

/// Says on the rule, or on the first row of the log if there is no rule, what is above the screen.
pub(super) fn draw_above(state: &State, theme: Theme, panes: &Panes, buffer: &mut Buffer) {
    let Some((text, style)) = above(state, theme).filter(|_| !state.is_bare) else {
        return;
    };
    let rule = if panes.rule.is_empty() { Rect { height: 1, ..panes.log } } else { panes.rule };
    let room = rule.intersection(buffer.area);
    if room.width <= RULE_BEFORE || room.is_empty() {
        return;
    }
    let text = cut(&format!(" {text} "), usize::from(room.width - RULE_BEFORE));
    let width = u16::try_from(columns(&text)).unwrap_or(u16::MAX);
    let area = Rect { x: room.x + RULE_BEFORE, width, ..room };
    Clear.render(area, buffer);
    Line::styled(text, style).render(area, buffer);
}

/// What is above the screen, if the user should know.
fn above(state: &State, theme: Theme) -> Option<(String, Style)> {
    let (rows, height) = state.log_rows()?;
    let (room, viewport) = (state.client.room(), state.viewport());
    let (dim, warn) = (theme.dim(), theme.style(Role::Warn));
    let hold = room.log().hold();
    let keys = state.look.keys();
    // What a key does about it, if there is such a key.
    let with = |text: &str, action, does| match keys.hint(action, does) {
        Some(hint) => format!("{text}. {hint}"),
        None => text.to_owned(),
    };
    if viewport.is_at_oldest(rows, height) && room.log().lacks_older() {
        match (hold, state.client.connection()) {
            _ if room.is_loading() => return Some(("Loading…".to_owned(), dim)),
            (Some(Hold::OlderFailed), _) => {
                let text = with("Couldn't load older messages", Action::PageUp, "tries again");
                return Some((text, theme.bad()));
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
        let text = with("Couldn't load newer messages", Action::PageDown, "tries again");
        return Some((text, theme.bad()));
    }
    let is_newest = viewport.place() == Place::Newest && !room.log().is_cut();
    let skipped = if is_newest { skipped(room) } else { 0 };
    let hint = keys.hint(Action::Back, "marks all as read").map(|hint| format!(" · {hint}"));
    (skipped > 0).then(|| (format!("{skipped} unread above{}", hint.unwrap_or_default()), warn))
}

/// How many messages before the newest ones are unread: the user has skipped them.
fn skipped(room: &Room) -> u64 {
    if room.log().has_newest() { room.unread() } else { 0 }
}

/// Says at the end of the last row that there is more below.
pub(super) fn draw_below(state: &State, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let Some((text, row)) = more_below(state).zip(area.rows().next_back()) else {
        return;
    };
    let style = if state.client.room().unread() > 0 { theme.striking() } else { theme.dim() };
    let text = cut(&text, row.width.into());
    let width = u16::try_from(columns(&text)).unwrap_or(u16::MAX).min(row.width);
    let area = Rect { x: row.right() - width, width, ..row };
    Clear.render(area, buffer);
    Line::styled(text, style).alignment(Alignment::Right).render(area, buffer);
}
