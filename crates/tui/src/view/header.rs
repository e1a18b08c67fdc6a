//! The header: which room is on the screen, and what is new in the others if no list shows it.

use chat_client::{Partner, Room, State as ClientState};
use ratatui::buffer::Buffer;
use ratatui::layout::Alignment;
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span};

use super::{live, paint};
use crate::layout::Panes;
use crate::state::State;
use crate::theme::{Role, Theme};
use crate::wrap::{columns, cut};

/// Narrowest topic that is worth its place, in columns.
const TOPIC_MIN: usize = 8;

/// Columns between two parts of the header.
const GAP: usize = 2;

pub(super) fn draw(state: &State, theme: Theme, panes: &Panes, buffer: &mut Buffer) {
    let rule = "─".repeat(panes.rule.width.into());
    paint::line(&Line::styled(rule, theme.style(Role::Rule)), panes.rule, buffer);
    if panes.header.is_empty() {
        return;
    }
    let room = state.client.room();
    let mut row = Row { left: usize::from(panes.header.width), spans: Vec::new() };
    row.spans.push(Span::raw(cut(&title(room), row.left)).bold());
    row.left -= columns(&row.spans[0].content);
    if panes.rooms.is_none() {
        let (mentions, unread) = elsewhere(state);
        row.add(mentions, theme.striking());
        row.add(unread, theme.dim());
    }
    if room.is_private()
        && let Some((text, style)) = presence(state, theme)
    {
        row.add(Some(text), style);
    }
    let online = at_right(&state.client);
    let is_shown = online.as_ref().is_some_and(|text| row.left >= GAP + columns(text));
    if let Some(online) = online.filter(|_| is_shown) {
        row.left -= GAP + columns(&online);
        let text = Line::from(Span::styled(online, theme.dim())).alignment(Alignment::Right);
        paint::line(&text, panes.header, buffer);
    }
    let topic = room.topic().as_str();
    if !topic.is_empty() && row.left >= GAP + TOPIC_MIN {
        row.add(Some(cut(topic, row.left - GAP)), theme.dim());
    }
    paint::line(&Line::from(row.spans), panes.header, buffer);
}

/// The header from the left, and the columns that are left of it.
struct Row {
    left: usize,
    spans: Vec<Span<'static>>,
}

impl Row {
    /// Adds a part if there is room for it.
    fn add(&mut self, part: Option<String>, style: Style) {
        let Some(part) = part.filter(|part| GAP + columns(part) <= self.left) else {
            return;
        };
        self.left -= GAP + columns(&part);
        self.spans.push(Span::raw(" ".repeat(GAP)));
        self.spans.push(Span::styled(part, style));
    }
}

/// The name of the room; of a direct message, that of the other user.
fn title(room: &Room) -> String {
    let label = room.label();
    label.other().map_or_else(|| label.as_str().to_owned(), |name| name.as_str().to_owned())
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

/// What is not read in other rooms: messages that name the user, and rooms with others.
fn elsewhere(state: &State) -> (Option<String>, Option<String>) {
    let rooms = state.client.rooms();
    let shown = rooms.current_index();
    let others = rooms.list().iter().enumerate().filter(|(index, _)| *index != shown);
    let others = others.map(|(_, room)| room);
    let is_loud = |room: &&Room| room.mentions() > 0 || !state.client.is_muted(room);
    let unread: Vec<&Room> = others.filter(|room| room.unread() > 0).filter(is_loud).collect();
    let (naming, unread): (Vec<&Room>, Vec<&Room>) =
        unread.into_iter().partition(|room| room.mentions() > 0);
    let count: usize = naming.iter().map(|room| room.mentions()).sum();
    let mentions = match naming.as_slice() {
        [] => None,
        [room] => Some(format!("@{count} {}", title(room))),
        rooms => Some(format!("@{count} in {} rooms", rooms.len())),
    };
    let unread = match unread.len() {
        0 => None,
        1 => Some("1 room unread".to_owned()),
        count => Some(format!("{count} rooms unread")),
    };
    (mentions, unread)
}
