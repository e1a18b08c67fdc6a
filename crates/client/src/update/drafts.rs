//! Stores drafts, so that half a sentence outlives a client that is killed.

use std::time::Duration;

use super::{Effect, store};
use crate::state::State;
use crate::store::{Drafts, StoreOp};

/// How long after it was typed a draft is stored: two writes a second are little to a disk, and a client that
/// is killed loses no more than a word. Typing on does not put it off, or nothing would be stored meanwhile.
pub const STORE_DRAFTS_AFTER: Duration = Duration::from_millis(500);

/// The drafts may have changed. If a text is gone or another room is open they are stored at once, so that a
/// message that was sent is no draft after a restart; else a moment later.
pub(super) fn look(state: &mut State) -> Option<Effect> {
    let (now, stored) = (state.drafts(), &state.stored_drafts);
    let is_gone = stored.texts.keys().any(|room| !now.texts.contains_key(room));
    if is_gone || now.shown != stored.shown {
        return store_all(state, now);
    }
    if now == *stored || std::mem::replace(&mut state.awaits_draft_tick, true) {
        return None;
    }
    Some(Effect::Tick(STORE_DRAFTS_AFTER))
}

/// Stores the drafts if they have changed.
pub(super) fn tick(state: &mut State) -> Option<Effect> {
    state.awaits_draft_tick = false;
    let now = state.drafts();
    store_all(state, now)
}

fn store_all(state: &mut State, now: Drafts) -> Option<Effect> {
    if now == state.stored_drafts {
        return None;
    }
    state.stored_drafts = now.clone();
    Some(store(state, StoreOp::Drafts(now)))
}
