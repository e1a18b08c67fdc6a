//! Scrolling: through the log of the room or of the thread, page by page, to its ends.

use chat_client::Request;
use chat_client::log::Hold;
use chat_proto::Timestamp;

use super::{ClientInput, Effect, client, frame};
use crate::state::{LogPane, State};

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
    state.move_through(|viewport, log, height| viewport.scroll(rows, log, height));
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

/// Goes to the newest entry. Messages that could not be read are asked for again.
pub(super) fn to_newest(state: &mut State, at: Timestamp) -> Vec<Effect> {
    state.focused_viewport_mut().to_newest();
    retry_failed(state, at)
}

/// Messages that could not be read may be loaded again. A log that the user has cleared stays so.
pub(super) fn retry_failed(state: &mut State, at: Timestamp) -> Vec<Effect> {
    match state.client.room().log().hold() {
        Some(Hold::Cleared) => Vec::new(),
        _ => retry(state, at),
    }
}

/// Messages may be loaded again.
pub(super) fn retry(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let room = state.client.room();
    if room.log().hold().is_none() && !room.is_waiting_to_load() {
        return Vec::new();
    }
    let retry = Request::Retry(state.shown().clone());
    client(state, ClientInput::Request(retry), at)
}
