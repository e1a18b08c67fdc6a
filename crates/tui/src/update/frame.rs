//! Before each frame: reports to the client which messages are on the screen, and loads others if the user comes
//! near them.

use chat_client::{Input as ClientInput, LoadWhat, Request};
use chat_proto::{Seq, Timestamp};

use super::{Effect, client, goto, mentions, move_through, selecting};
use crate::rows::LogRows;
use crate::state::State;
use crate::viewport::{ScrollPosition, Viewport};

/// The next frame shows the state as it is now.
pub(super) fn frame(state: &mut State, at: Timestamp) -> Vec<Effect> {
    super::lists::frame(state);
    let found = super::find::frame(state, at);
    selecting::frame(state);
    state.check_compose();
    mentions::seek(state);
    let mut effects = found;
    effects.extend(goto::frame(state, at));
    let root = state.thread.map(|thread| thread.root);
    if root.is_some_and(|root| state.client.room().log().message(root).is_none()) {
        state.close_thread();
    }
    effects.extend(move_through(state, at, Viewport::follow));
    if state.thread.is_none() {
        effects.extend(stay_at_unread(state, at));
    }
    let loads_thread = state.loads_thread();
    let viewport = state.viewport();
    let Some((rows, height)) = state.log_rows() else {
        return effects;
    };
    let seen = viewport.seen(rows, height);
    let loads = match state.thread {
        // What is loaded there comes first.
        _ if state.goto.is_some() => Vec::new(),
        None => to_load(viewport, rows, height),
        // Its first message is there, so all of it is after that.
        Some(_) if loads_thread => vec![LoadWhat::Newer],
        Some(_) => Vec::new(),
    };
    let room = state.shown().clone();
    let loads = loads.into_iter().map(|what| Request::Load(room.clone(), what));
    let requests: Vec<Request> = loads.collect();
    // Nobody reads what is shown in a window in the background, or what the page of a search hides.
    let is_shown = state.attention.has_focus != Some(false) && state.open_find().is_none();
    if is_shown && state.thread.is_none() {
        effects.extend(seen.map(|seen| show(state, seen, at)).unwrap_or_default());
        state.note_read();
    }
    for request in requests {
        effects.extend(client(state, ClientInput::Request(request), at));
    }
    effects
}

/// Tells the client that these messages were shown.
pub(super) fn show(state: &mut State, (first, last): (Seq, Seq), at: Timestamp) -> Vec<Effect> {
    let seen = Request::Seen { room: state.shown().clone(), first, last };
    client(state, ClientInput::Request(seen), at)
}

/// If all was read, and more messages have come than fit the screen: does not follow them, but stays at the
/// first unread one.
fn stay_at_unread(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let (viewport, room) = (state.viewport(), state.client.room());
    if viewport.position() != ScrollPosition::Newest || !state.had_read_all() {
        return Vec::new();
    }
    let next = room.log().next_of_others(room.read());
    let Some((next, (rows, height))) = next.zip(state.log_rows()) else {
        return Vec::new();
    };
    if viewport.seen(rows, height).is_none_or(|(first, _)| first <= next) {
        return Vec::new();
    }
    let room = state.shown().clone();
    state.viewport_mut(&room).to_new();
    client(state, ClientInput::Request(Request::DrawLine(room)), at)
}

/// What the place on the screen needs. The client loads it if it is not there.
fn to_load(viewport: Viewport, rows: LogRows<'_>, height: usize) -> Vec<LoadWhat> {
    match viewport.position() {
        ScrollPosition::Newest if rows.log.is_cut() => return vec![LoadWhat::Newest],
        ScrollPosition::New if rows.log.lacks_line() => return vec![LoadWhat::Unread],
        ScrollPosition::Oldest if rows.log.lacks_older() => return vec![LoadWhat::Oldest],
        _ => {}
    }
    let newer = viewport.is_near_end(rows, height).then_some(LoadWhat::Newer);
    let older = viewport.is_near_oldest(rows, height).then_some(LoadWhat::Older);
    newer.into_iter().chain(older).collect()
}
