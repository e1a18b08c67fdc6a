//! What is under a cell of the screen, for the mouse.

use chat_proto::{RoomName, UserName};
use ratatui::layout::{Position, Rect};

use super::{RULE_BEFORE, RoomList, RoomRow, Selection, State, UserRow, above_area};
use crate::action::Action;
use crate::wrap::columns;

/// What a click is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The header, if it says what is new in other rooms as no list does.
    Header,
    /// A room of the list.
    Room(RoomName),
    /// The row of a scrolled room list that stands for rooms above or below it.
    MoreRooms {
        /// Whether they are above.
        is_above: bool,
    },
    /// A name of the user list.
    User(UserName),
    /// The row of the user list that stands for users above or below it.
    AllUsers,
    /// What says that there are unread messages above the screen.
    FirstUnread,
    /// The end of the last row of the log, which says that there is more below.
    Newest,
    /// A row of a message.
    Message {
        /// The message.
        message: Selection,
        /// Whether the row says how many rows are folded.
        is_fold: bool,
    },
    /// The input box.
    Prompt,
    /// Nothing that a click does something with.
    Nothing,
}

/// What the wheel scrolls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The room list.
    Rooms,
    /// The user list.
    Users,
    /// The log: everywhere else.
    Log,
}

/// The pane under a cell.
#[must_use]
pub fn pane(state: &State, position: Position) -> Pane {
    let panes = state.panes();
    let is_in = |area: Option<Rect>| area.is_some_and(|area| area.contains(position));
    match () {
        () if is_in(panes.rooms) => Pane::Rooms,
        () if is_in(panes.users) => Pane::Users,
        () => Pane::Log,
    }
}

/// What a click on a cell is on.
#[must_use]
pub fn hit(state: &State, position: Position) -> Target {
    let panes = state.panes();
    let row_in = |area: Rect| {
        area.contains(position).then(|| usize::from(position.y.saturating_sub(area.y)))
    };
    if let Some((area, row)) = panes.rooms.and_then(|area| Some((area, row_in(area)?))) {
        return room(state, area, row);
    }
    if let Some(row) = panes.users.and_then(row_in) {
        return user(state, row);
    }
    let above = above_area(&panes);
    let from_start = usize::from(position.x.saturating_sub(above.x + RULE_BEFORE));
    if above.contains(position)
        && state.skipped_text().is_some_and(|text| from_start < columns(&text) + 2)
    {
        return Target::FirstUnread;
    }
    if let Some(row) = row_in(panes.log) {
        let is_last = row + 1 == usize::from(panes.log.height);
        let from_end = usize::from(panes.log.right() - position.x);
        let hint = more_below(state).filter(|_| is_last);
        if hint.is_some_and(|hint| from_end <= columns(&hint)) {
            return Target::Newest;
        }
        return message(state, row);
    }
    match position {
        at if panes.rooms.is_none() && panes.header.contains(at) => Target::Header,
        at if panes.prompt.contains(at) => Target::Prompt,
        _ => Target::Nothing,
    }
}

fn room(state: &State, area: Rect, row: usize) -> Target {
    let list = RoomList::new(state);
    let shown = list.shown(area.height.into());
    let index = shown.start + row;
    if let Some(hidden) = list.hidden(index, &shown) {
        return Target::MoreRooms { is_above: hidden.is_above };
    }
    match list.rows.get(index) {
        Some(RoomRow::Room(room)) => Target::Room(room.name().clone()),
        _ => Target::Nothing,
    }
}

/// The first row of the user list is its heading.
fn user(state: &State, row: usize) -> Target {
    let rows = state.user_rows();
    match row.checked_sub(1).and_then(|row| rows.get(row)) {
        Some(UserRow::User(user)) if !state.client.is_me(user.id) => {
            Target::User(user.name.clone())
        }
        Some(UserRow::Above(_) | UserRow::Below(_)) => Target::AllUsers,
        _ => Target::Nothing,
    }
}

/// What the end of the last row of the log says if there is more below; `None` if there is not.
pub(crate) fn more_below(state: &State) -> Option<String> {
    let (rows, height) = state.log_rows().filter(|_| !state.is_bare)?;
    let reads_back = state.viewport().reads_back(rows, height);
    // With something typed, End goes to the end of the line.
    let action = if state.prompt.editor.is_empty() { Action::End } else { Action::Newest };
    let key = state.look.keys().name(action).map(|key| format!("{key} ")).unwrap_or_default();
    reads_back.then(|| match state.unread_below() {
        0 => format!(" Latest ↓ {key}"),
        unread => format!(" {unread} new ↓ {key}"),
    })
}

fn message(state: &State, row: usize) -> Target {
    let Some((rows, height)) = state.log_rows() else {
        return Target::Nothing;
    };
    let shown = rows.on_screen(state.viewport().top(rows, height), height);
    // A short log stands at the bottom of its pane.
    let at = row.checked_sub(height - shown.len()).and_then(|row| shown.get(row)).copied();
    let Some(at) = at else {
        return Target::Nothing;
    };
    match Selection::of(rows.log.get(at.0)) {
        Some(message) => Target::Message { message, is_fold: rows.is_fold(at) },
        None => Target::Nothing,
    }
}
