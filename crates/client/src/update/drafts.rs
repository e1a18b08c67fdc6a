//! Stores drafts, so that half a sentence outlives a client that is killed.

use std::time::Duration;

use super::{Effect, store};
use crate::rooms::TypedInThread;
use crate::state::State;
use crate::store::{Drafts, StoreOp};

/// How long after it was typed a draft is stored: two writes a second are little to a disk, and a client that
/// is killed loses no more than a word. Typing on does not put it off, or nothing would be stored meanwhile.
pub const STORE_DRAFTS_AFTER: Duration = Duration::from_millis(500);

/// The drafts may have changed. If a text is gone or another room is open they are stored at once, so that a
/// message that was sent is not a draft after a restart; else a moment later.
pub(super) fn look(state: &mut State) -> Option<Effect> {
    if !state.has_all_of(&state.stored_drafts) {
        let now = state.drafts();
        return store_all(state, now);
    }
    // Each key comes here: the drafts are not collected again while the time to store them runs.
    if state.awaits_draft_tick || state.drafts() == state.stored_drafts {
        return None;
    }
    state.awaits_draft_tick = true;
    Some(Effect::Tick(STORE_DRAFTS_AFTER))
}

/// Stores the drafts if they have changed.
pub(super) fn tick(state: &mut State) -> Option<Effect> {
    state.awaits_draft_tick = false;
    let now = state.drafts();
    store_all(state, now)
}

/// A session has begun. What was typed for threads of another epoch is given back: their first messages may be others.
pub(super) fn take_back(state: &mut State) -> Option<Effect> {
    let now = state.epoch.clone();
    take_back_if(state, |typed| typed.epoch.is_some() && typed.epoch != now)
}

/// The journal was set back: no `seq` is valid.
pub(super) fn take_back_all(state: &mut State) -> Option<Effect> {
    take_back_if(state, |_| true)
}

fn take_back_if(state: &mut State, is_void: impl Fn(&TypedInThread) -> bool) -> Option<Effect> {
    let mut texts = Vec::new();
    for room in state.rooms.iter_mut() {
        texts.extend(room.in_threads.extract_if(.., |_, typed| is_void(typed)));
    }
    let has_any = !texts.is_empty();
    state.effects.extend(texts.into_iter().map(|(_, typed)| Effect::TextReturned(typed.text)));
    if has_any { look(state) } else { None }
}

fn store_all(state: &mut State, now: Drafts) -> Option<Effect> {
    if now == state.stored_drafts {
        return None;
    }
    state.stored_drafts = now.clone();
    Some(store(state, StoreOp::Drafts(now)))
}
