//! Finds what is under a cell of the screen, for the mouse.

use chat_proto::{RoomName, UserName};
use ratatui::layout::{Position, Rect};

use super::{LogPane, RULE_BEFORE, RoomList, RoomRow, Selection, State, UserRow};
use crate::action::Action;
use crate::layout::{Panes, ThreadPanes};
use crate::wrap::columns;

/// The target of a click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The header, if it says what is new in other rooms because there is no room list.
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
    /// The end of the last row of a log, which says that there is more below.
    Below {
        /// The log.
        pane: LogPane,
        /// The action that goes there.
        action: Action,
    },
    /// A row of a message.
    Message {
        /// The log.
        pane: LogPane,
        /// The message.
        message: Selection,
        /// Whether the row says how many rows are folded.
        is_fold: bool,
    },
    /// Anything else in a log, or on what is above it, if the thread is beside the log.
    Log(LogPane),
    /// The input box.
    Prompt,
    /// Nothing that a click does something with.
    Nothing,
}

/// The part of the screen that the wheel scrolls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// The room list.
    Rooms,
    /// The user list.
    Users,
    /// The thread, if it is beside the log.
    Thread,
    /// The log, or the thread in its place: everywhere else.
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
        () if beside(&panes).is_some_and(|thread| position.x >= thread.border.x) => Pane::Thread,
        () => Pane::Log,
    }
}

/// The target of a click on a cell.
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
    let (_, above) = state.on_rule(&panes, LogPane::Room);
    let from_start = usize::from(position.x.saturating_sub(above.x + RULE_BEFORE));
    if above.contains(position)
        && state.skipped_text().is_some_and(|text| from_start < columns(&text) + 2)
    {
        return Target::FirstUnread;
    }
    for pane in [LogPane::Room, LogPane::Thread] {
        let Some(area) = state.log_area(pane) else { continue };
        if let Some(row) = row_in(area) {
            let is_last = row + 1 == usize::from(area.height);
            let from_end = usize::from(area.right() - position.x);
            let below = state.more_below(pane).filter(|_| is_last);
            if let Some(below) = below.filter(|below| from_end <= columns(&below.text)) {
                return Target::Below { pane, action: below.action };
            }
            return message(state, pane, row);
        }
    }
    match position {
        at if beside(&panes)
            .is_some_and(|thread| at.x >= thread.border.x && at.y < thread.log.y) =>
        {
            Target::Log(LogPane::Thread)
        }
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

/// The thread, if it is beside the log.
fn beside(panes: &Panes) -> Option<ThreadPanes> {
    panes.thread.filter(|_| !panes.log.is_empty())
}

fn message(state: &State, pane: LogPane, row: usize) -> Target {
    let Some((rows, height)) = state.rows_of(pane) else {
        return Target::Nothing;
    };
    let shown = rows.on_screen(state.viewport_of(pane).top(rows, height), height);
    // A short log stands at the bottom of its pane.
    let at = row.checked_sub(height - shown.len()).and_then(|row| shown.get(row)).copied();
    let message = at.and_then(|at| Some((at, Selection::of(rows.log.get(at.0))?)));
    match message {
        Some((at, message)) => Target::Message { pane, message, is_fold: rows.is_fold(at) },
        None => Target::Log(pane),
    }
}
