//! Makes the typed text a draft of the client.

use chat_client::Request;
use chat_proto::{RoomName, Seq, Timestamp};

use super::{ClientInput, Effect, client, live, redraw};
use crate::state::{ClosedThread, State};

/// Takes a key by `press`. If it edits the text and does nothing else, the text becomes a draft with the next input:
/// the user waits for the key.
pub(super) fn after_key(
    state: &mut State,
    at: Timestamp,
    press: impl FnOnce(&mut State) -> Vec<Effect>,
) -> Vec<Effect> {
    let (before, mut effects) = watching(state, press);
    state.is_draft_due = state.redraw.key_edits && before == *state.shown();
    if !state.is_draft_due {
        effects.extend(drafts(state, before, at));
    }
    effects
}

/// Gives the text of the last keys to the client.
pub(super) fn due(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let shown = state.shown().clone();
    let effects = drafts(state, shown, at);
    redraw::note_draft(state, &effects);
    effects
}

/// Runs something that may change the input box, and gives the drafts to the client.
pub(super) fn typing(
    state: &mut State,
    at: Timestamp,
    change: impl FnOnce(&mut State) -> Vec<Effect>,
) -> Vec<Effect> {
    let (before, mut effects) = watching(state, change);
    effects.extend(drafts(state, before, at));
    effects
}

/// Runs something that may open another room, or close the thread. Returns the room that was shown before, too.
fn watching(
    state: &mut State,
    change: impl FnOnce(&mut State) -> Vec<Effect>,
) -> (RoomName, Vec<Effect>) {
    let before = state.shown().clone();
    state.closed_thread = None;
    (before, change(state))
}

/// Gives the typed texts to the client; `before` is the room that was shown.
fn drafts(state: &mut State, before: RoomName, at: Timestamp) -> Vec<Effect> {
    state.is_draft_due = false;
    let mut effects = Vec::new();
    if let Some(ClosedThread { room, root, typed }) = state.closed_thread.take() {
        effects.extend(draft(state, room, Some(root), typed, at));
    }
    let now = if before == *state.shown() {
        before
    } else {
        let typed = state.typed(&before);
        effects.extend(draft(state, before, None, typed, at));
        state.shown().clone()
    };
    if let Some((root, typed)) = state.typed_in_thread() {
        effects.extend(draft(state, now.clone(), Some(root), typed, at));
    }
    let typed = state.typed(&now);
    effects.extend(draft(state, now, None, typed, at));
    effects
}

fn draft(
    state: &mut State,
    room: RoomName,
    thread: Option<Seq>,
    text: String,
    at: Timestamp,
) -> Vec<Effect> {
    let mut effects = live::type_in(state, (&room, thread), &text, at);
    effects.extend(client(state, ClientInput::Request(Request::Draft { room, thread, text }), at));
    effects
}
