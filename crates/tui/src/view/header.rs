//! The header: which room is on the screen, and what is new in the others if no list shows it.

use chat_client::{Partner, State as ClientState};
use ratatui::layout::Alignment;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::elsewhere::{OtherRooms, elsewhere};
use super::{live, standing};
use crate::layout::Panes;
use crate::state::{LogPane, State};
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Narrowest topic that is worth its place, in columns.
const TOPIC_MIN: usize = 8;

/// Separates two parts of the header.
const GAP: &str = "  ";

/// The same, between two parts that are about other rooms.
const AND: &str = " · ";

pub(super) fn draw(state: &State, theme: Theme, panes: &Panes, canvas: &mut Canvas) {
    let rule = "─".repeat(panes.rule.width.into());
    canvas.line(&Line::styled(rule, theme.style(Role::Rule)), panes.rule);
    if panes.header.is_empty() {
        return;
    }
    let room = state.client.room();
    let mut row = Row { left: usize::from(panes.header.width), spans: Vec::new() };
    let name = room.display_name();
    let has_focus = !state.is_thread_beside() || state.focus() == LogPane::Room;
    let is_instead = panes.thread.is_some() && panes.log.is_empty();
    let name = state.thread_text().filter(|_| is_instead).unwrap_or(name);
    row.spans.push(Span::styled(cut(&name, row.left), name_style(has_focus, theme)));
    row.left -= columns(&row.spans[0].content);
    if state.client.is_muted(room) {
        row.add(GAP, &["quiet".to_owned()], theme.dim());
    }
    row.add(GAP, &standing::rules(room), theme.dim());
    if panes.rooms.is_none() {
        let OtherRooms { mentions, unread } = elsewhere(state);
        let is_first = !row.add(GAP, &mentions, theme.accent());
        row.add(if is_first { GAP } else { AND }, &unread, theme.dim());
    }
    if room.is_private()
        && let Some((text, style)) = presence(state, theme)
    {
        row.add(GAP, &[text], style);
    }
    let online = at_right(&state.client);
    let is_shown = online.as_ref().is_some_and(|text| row.left >= columns(GAP) + columns(text));
    if let Some(online) = online.filter(|_| is_shown) {
        row.left -= columns(GAP) + columns(&online);
        let text = Line::from(Span::styled(online, theme.dim())).alignment(Alignment::Right);
        canvas.line(&text, panes.header);
    }
    let topic = room.topic().as_str();
    if !topic.is_empty() && row.left >= columns(GAP) + TOPIC_MIN {
        row.add(GAP, &[cut(topic, row.left - columns(GAP))], theme.dim());
    }
    canvas.line(&Line::from(row.spans), panes.header);
}

/// The name of a log, which keys may be for or not.
pub(super) fn name_style(has_focus: bool, theme: Theme) -> Style {
    if has_focus { Style::new().bold() } else { theme.dim() }
}

/// The header from the left, and the columns that are left of it.
struct Row {
    left: usize,
    spans: Vec<Span<'static>>,
}

impl Row {
    /// Adds the first of these texts that fits, with a separator before it.
    /// Returns whether there is one.
    fn add(&mut self, between: &'static str, texts: &[String], style: Style) -> bool {
        let width = |text: &String| columns(between) + columns(text);
        let Some(text) = texts.iter().find(|text| width(text) <= self.left) else {
            return false;
        };
        self.left -= width(text);
        self.spans.push(Span::raw(between));
        self.spans.push(Span::styled(text.clone(), style));
        true
    }
}

/// Whether the other user of the direct message is online, if it is known.
fn presence(state: &State, theme: Theme) -> Option<(String, Style)> {
    let partner = state.client.partner(state.client.room())?;
    let (dot, style) = match partner {
        Partner::Online => ("●", theme.style(Role::Good)),
        Partner::Away(_) => ("○", theme.style(Role::Warn)),
        Partner::Offline(_) => ("○", theme.dim()),
    };
    Some((format!("{dot} {}", live::partner(state, partner)), style))
}

/// What kind of room it is, or who is here, as far as it is known.
fn at_right(client: &ClientState) -> Option<String> {
    client.session()?;
    let room = client.room();
    match room.users().count() {
        _ if room.is_private() => Some("direct message".to_owned()),
        0 => None,
        count => Some(format!("{count} online")),
    }
}
