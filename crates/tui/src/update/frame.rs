//! Before each frame: tells the client which messages are on the screen, and loads older ones if the user
//! comes near them.

use chat_client::{Input as ClientInput, Request};
use chat_proto::Timestamp;

use super::{Effect, client, move_through, selecting};
use crate::state::State;
use crate::viewport::Viewport;

/// The next frame shows the state as it is now.
pub(super) fn frame(state: &mut State, at: Timestamp) -> Vec<Effect> {
    super::lists::frame(state);
    selecting::frame(state);
    let mut effects = move_through(state, at, Viewport::follow);
    let viewport = state.viewport();
    let Some((rows, height)) = state.log_rows() else {
        return effects;
    };
    let (seen, is_near_oldest) =
        (viewport.seen(rows, height), viewport.is_near_oldest(rows, height));
    let room = state.shown().clone();
    let older = is_near_oldest.then(|| Request::LoadOlder(room.clone()));
    // Nobody reads what is shown in a window in the background.
    let is_read = state.attention.has_focus != Some(false);
    let seen = is_read.then_some(Request::Seen { room, seq: seen });
    for request in older.into_iter().chain(seen) {
        effects.extend(client(state, ClientInput::Request(request), at));
    }
    effects
}
