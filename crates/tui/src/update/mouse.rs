//! Carries out clicks and the turns of the wheel.

use std::time::Duration;

use chat_client::Request;
use chat_proto::{RoomName, Timestamp};
use ratatui::layout::Position;

use super::{
    Effect, WHEEL_ROWS, actions, find, help, lists, mentions, request, rooms, scroll, selecting,
};
use crate::action::Action;
use crate::input::Wheel;
use crate::lists::Subject;
use crate::state::{LogPane, Pane, State, Target, hit, pane};

/// How long after the terminal got the focus a click is taken for the one that gave it. Terminals report the focus
/// first, and nobody clicks twice in that time to do something else.
const FOCUS_CLICK: Duration = Duration::from_millis(500);

/// The wheel turns: what is under it scrolls.
pub(super) fn wheel(
    state: &mut State,
    wheel: Wheel,
    position: Position,
    at: Timestamp,
) -> Vec<Effect> {
    let rows = match wheel {
        Wheel::Up => -WHEEL_ROWS,
        Wheel::Down => WHEEL_ROWS,
    };
    if state.page.is_some() {
        help::scroll(state, rows);
        return Vec::new();
    }
    if lists::wheel(state, wheel, position) {
        return Vec::new();
    }
    match pane(state, position) {
        Pane::Log if find::wheel(state, wheel) => {}
        Pane::Rooms => state.scroll_rooms(rows),
        Pane::Users => state.scroll_users(rows),
        pane @ (Pane::Log | Pane::Thread) => {
            let log = if pane == Pane::Thread { LogPane::Thread } else { LogPane::Room };
            if state.log_area(log).is_some() && log != state.focus() {
                // The pane under the wheel scrolls; keys stay with the pane that they were for.
                state.move_in(log, |viewport, log, height| viewport.scroll(rows, log, height));
                return Vec::new();
            }
            let effects = scroll(state, rows, at);
            // The view does not go back to a message that the user has scrolled away.
            if state.selection.is_some() && state.nearest_on_screen() != state.selection {
                state.selection = None;
            }
            return effects;
        }
    }
    Vec::new()
}

/// The left button is pressed.
pub(super) fn click(state: &mut State, position: Position, at: Timestamp) -> Vec<Effect> {
    if gives_focus(state, at) {
        return Vec::new();
    }
    if let Some(page) = &state.page {
        if page.subject.secret().is_none() {
            state.page = None;
        }
        return Vec::new();
    }
    if let Some(effects) = lists::click(state, position, at) {
        return effects;
    }
    state.picker = None;
    if let Some(effects) = find::click(state, position, at) {
        return effects;
    }
    match hit(state, position) {
        Target::Room(room) => open(state, &room, at),
        Target::MoreRooms { is_above } => {
            let page = state.panes().rooms.map_or(1, |area| area.height.saturating_sub(2).max(1));
            let page = isize::try_from(page).unwrap_or(isize::MAX);
            state.scroll_rooms(if is_above { -page } else { page });
            Vec::new()
        }
        Target::Header => rooms::open_unread(state, at),
        Target::User(name) => {
            state.selection = None;
            let asked = Request::SayTo { name, text: None, typed: None };
            request(state, asked, at).unwrap_or_default()
        }
        Target::FirstUnread => {
            state.selection = None;
            mentions::first_unread(state, at)
        }
        Target::AllUsers => lists::open(state, Subject::People, "", at),
        Target::Below { pane, action } => {
            state.focus_on(pane);
            state.selection = None;
            let action = if action == Action::End { Action::Newest } else { action };
            actions::run(state, action, at)
        }
        Target::Log(pane) => {
            state.focus_on(pane);
            Vec::new()
        }
        // The input box asks for a name.
        Target::Message { .. } if state.asks_name() => Vec::new(),
        Target::Message { pane, message, is_fold } => {
            state.focus_on(pane);
            let is_again = state.selection == Some(message);
            state.selection = Some(message);
            if is_fold || is_again && state.selected_is_long() {
                state.toggle_fold(message);
            }
            Vec::new()
        }
        Target::Prompt => selecting::end(state),
        Target::Nothing => Vec::new(),
    }
}

/// Whether a click is the one that gives the window its focus: it is for nothing in the window.
fn gives_focus(state: &State, at: Timestamp) -> bool {
    let since = state.attention.focused_at.map(|then| at.as_millis() - then.as_millis());
    since
        .and_then(|since| u128::try_from(since).ok())
        .is_some_and(|since| since < FOCUS_CLICK.as_millis())
}

fn open(state: &mut State, room: &RoomName, at: Timestamp) -> Vec<Effect> {
    state.selection = None;
    let index = state.client.rooms().index(room);
    index.map(|index| rooms::open(state, index, at)).unwrap_or_default()
}
