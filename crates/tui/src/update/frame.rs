//! Before each frame: reports to the client which messages are on the screen, and loads others if the user comes
//! near them.

use chat_client::{Input as ClientInput, LoadTarget, Request, Thread};
use chat_proto::{Seq, Timestamp};

use super::{Effect, client, goto, mentions, selecting};
use crate::rows::LogRows;
use crate::state::{LogPane, State};
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
    effects.extend(super::export::frame(state, at));
    effects.extend(thread(state, at));
    state.move_in(LogPane::Room, Viewport::follow);
    effects.extend(stay_at_unread(state, at));
    let viewport = state.viewport_of(LogPane::Room);
    let Some((rows, height)) = state.rows_of(LogPane::Room) else {
        return effects;
    };
    let seen = viewport.seen(rows, height);
    // While the view goes to a message, the pages for that come first.
    let loads = if state.goto.is_some() { Vec::new() } else { to_load(viewport, rows, height) };
    let room = state.shown().clone();
    let loads = loads.into_iter().map(|what| Request::Load(room.clone(), what));
    let requests: Vec<Request> = loads.collect();
    // Nobody reads messages in a window in the background, or behind the page of a search.
    if state.attention.has_focus != Some(false) && state.open_find().is_none() {
        effects.extend(seen.map(|seen| show(state, seen, at)).unwrap_or_default());
        state.note_read();
    }
    for request in requests {
        effects.extend(client(state, ClientInput::Request(request), at));
    }
    effects
}

/// The client has closed the thread with its room, or the screen does not show it any more. What is shown of it is
/// read.
fn thread(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let root = state.client.thread().map(Thread::root);
    if state.thread.as_ref().map(|thread| thread.root) != root {
        state.close_thread();
        return client(state, ClientInput::Request(Request::CloseThread), at);
    }
    state.move_in(LogPane::Thread, Viewport::follow);
    let seen = state
        .rows_of(LogPane::Thread)
        .and_then(|(rows, height)| state.viewport_of(LogPane::Thread).seen(rows, height));
    let is_shown = state.open_find().is_none() || state.is_thread_beside();
    let is_seen = is_shown && root.is_some() && state.attention.has_focus != Some(false);
    match seen.filter(|_| is_seen) {
        Some((first, last)) => {
            client(state, ClientInput::Request(Request::SeenInThread { first, last }), at)
        }
        None => Vec::new(),
    }
}

/// Tells the client that these messages were shown.
pub(super) fn show(state: &mut State, (first, last): (Seq, Seq), at: Timestamp) -> Vec<Effect> {
    let seen = Request::Seen { room: state.shown().clone(), first, last };
    client(state, ClientInput::Request(seen), at)
}

/// If all was read, and more messages have come than fit the screen: does not follow them, but stays at the
/// first unread one.
fn stay_at_unread(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let (viewport, room) = (state.viewport_of(LogPane::Room), state.client.room());
    if viewport.position() != ScrollPosition::Newest || !state.had_read_all() {
        return Vec::new();
    }
    let next = room.log().next_of_others(room.read());
    let Some((next, (rows, height))) = next.zip(state.rows_of(LogPane::Room)) else {
        return Vec::new();
    };
    if viewport.seen(rows, height).is_none_or(|(first, _)| first <= next) {
        return Vec::new();
    }
    let room = state.shown().clone();
    state.viewport_mut(&room).to_new();
    client(state, ClientInput::Request(Request::DrawLine(room)), at)
}

/// The messages that the position on the screen needs. The client loads those that it does not have.
fn to_load(viewport: Viewport, rows: LogRows<'_>, height: usize) -> Vec<LoadTarget> {
    match viewport.position() {
        ScrollPosition::Newest if rows.log.is_cut() => return vec![LoadTarget::Newest],
        ScrollPosition::New if rows.log.lacks_line() => return vec![LoadTarget::Unread],
        ScrollPosition::Oldest if rows.log.lacks_older() => return vec![LoadTarget::Oldest],
        _ => {}
    }
    let newer = viewport.is_near_end(rows, height).then_some(LoadTarget::Newer);
    let older = viewport.is_near_oldest(rows, height).then_some(LoadTarget::Older);
    newer.into_iter().chain(older).collect()
}
