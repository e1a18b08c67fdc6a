//! Scrolling: through the log of the room or of the thread, page by page, to its ends.

use chat_client::Request;
use chat_client::log::Hold;
use chat_proto::Timestamp;

use super::{ClientInput, Effect, client, frame};
use crate::rows::LogRows;
use crate::state::{LogPane, State};
use crate::viewport::{ScrollPosition, Viewport};

/// Scrolls. All messages from the first one on the screen to the last one after it are shown.
pub(super) fn scroll(state: &mut State, rows: isize, at: Timestamp) -> Vec<Effect> {
    let is_room = state.focus() == LogPane::Room;
    let seen = |state: &State| {
        let (rows, height) = state.log_rows()?;
        state.viewport().seen(rows, height)
    };
    let mut effects = Vec::new();
    if rows < 0 && is_room && state.client.room().log().hold() == Some(Hold::Cleared) {
        effects.extend(retry(state, at));
    }
    let before = seen(state).filter(|_| rows > 0 && is_room);
    effects.extend(move_through(state, at, |viewport, log, height| {
        viewport.scroll(rows, log, height);
    }));
    if let (Some((first, _)), Some((_, last))) = (before, seen(state)) {
        effects.extend(frame::show(state, (first, last), at));
    }
    effects
}

/// Scrolls by pages. Messages that could not be loaded are asked for again.
pub(super) fn scroll_page(state: &mut State, rows: isize, at: Timestamp) -> Vec<Effect> {
    let mut effects = retry(state, at);
    effects.extend(scroll(state, rows, at));
    effects
}

/// Goes to the oldest message of the room.
pub(super) fn to_oldest(state: &mut State, at: Timestamp) -> Vec<Effect> {
    state.focused_viewport_mut().to_oldest();
    retry(state, at)
}

/// Goes to the newest entry.
pub(super) fn to_newest(state: &mut State, at: Timestamp) -> Vec<Effect> {
    state.focused_viewport_mut().to_newest();
    arrived(state, at)
}

fn move_through(
    state: &mut State,
    at: Timestamp,
    moves: impl FnOnce(&mut Viewport, LogRows<'_>, usize),
) -> Vec<Effect> {
    state.move_through(moves);
    arrived(state, at)
}

/// At the newest entry, older messages that could not be read may be asked for again.
pub(super) fn arrived(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let is_newest = state.viewport_of(LogPane::Room).position() == ScrollPosition::Newest;
    if is_newest && state.client.room().log().hold() == Some(Hold::OlderFailed) {
        return retry(state, at);
    }
    Vec::new()
}

/// Messages may be loaded again.
pub(super) fn retry(state: &mut State, at: Timestamp) -> Vec<Effect> {
    if state.client.room().log().hold().is_none() {
        return Vec::new();
    }
    let retry = Request::Retry(state.shown().clone());
    client(state, ClientInput::Request(retry), at)
}
