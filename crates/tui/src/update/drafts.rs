//! Stores drafts, so that half a sentence outlives a client that is killed.

use std::time::Duration;

use chat_client::store::{Drafts, Keep};

use super::{Effect, keep};
use crate::state::State;

/// How long after it was typed something is kept: two writes a second are nothing to a disk that is
/// not waited for, and no more than a word is lost to who is killed meanwhile. It is not put off by
/// the next key: who types without a pause would have nothing kept.
pub(crate) const KEEP_AFTER: Duration = Duration::from_millis(500);

/// Looks at what is typed now: a room that was changed or a text that is gone is kept at once, lest
/// what was said stands there again; all else a moment later.
pub(super) fn look(state: &mut State) -> Option<Effect> {
    let (now, kept) = (state.drafts(), &state.kept);
    let is_gone = kept.texts.keys().any(|room| !now.texts.contains_key(room));
    if is_gone || now.shown != kept.shown {
        return keep_all(state, now);
    }
    if now == *kept || std::mem::replace(&mut state.keeping, true) {
        return None;
    }
    Some(Effect::Tick(KEEP_AFTER))
}

/// Keeps what is typed, where it is not kept yet.
pub(super) fn tick(state: &mut State) -> Option<Effect> {
    state.keeping = false;
    let now = state.drafts();
    keep_all(state, now)
}

fn keep_all(state: &mut State, now: Drafts) -> Option<Effect> {
    if now == state.kept {
        return None;
    }
    state.kept = now.clone();
    Some(keep(state, Keep::Drafts(now)))
}
