//! What the status line shows for a while: the question whether to quit, and the answer to what the user did. And what
//! it does not show at once: that a message is being stored.

use std::time::Duration;

use chat_proto::Timestamp;

use super::{ClientEffect, ClientInput, Effect};
use crate::state::State;

/// How long an answer stays: long enough to notice and to read it. The next key or click removes it
/// earlier.
pub(crate) const ANSWER_SHOWN: Duration = Duration::from_secs(10);

/// How long one message may be on its way to the disk before the status line says so: a busy disk needs a second or
/// two, and a text that is shown for less than that would flicker.
pub(crate) const STORING_HIDDEN: Duration = Duration::from_secs(3);

/// The time after `delay`, and the effect that gives a tick then.
pub(super) fn after(delay: Duration, at: Timestamp) -> (Timestamp, Effect) {
    let millis = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
    let until = Timestamp::from_millis(at.as_millis().saturating_add(millis));
    (until, Effect::Client(ClientEffect::Tick(delay)))
}

/// The next frame shows an answer: if it is new, its time begins. That of a search ends with the search.
pub(super) fn frame(state: &mut State, at: Timestamp) -> Option<Effect> {
    let done = state.done.as_ref().filter(|_| state.seek.is_none());
    if done == state.done_until.as_ref().map(|(shown, _)| shown) {
        return None;
    }
    let (until, tick) = after(ANSWER_SHOWN, at);
    state.done_until = done.map(|done| (done.clone(), until));
    done.map(|_| tick)
}

/// The next frame hides for a while that one message is being stored.
pub(super) fn hide_storing(state: &mut State, at: Timestamp) -> Option<Effect> {
    let is_one = state.client.session().is_some() && state.client.outbox().waiting() == 1;
    if !is_one {
        state.storing_until = None;
        return None;
    }
    if state.storing_until.is_some() {
        return None;
    }
    let (until, tick) = after(STORING_HIDDEN, at);
    state.storing_until = Some(until);
    Some(tick)
}

/// Removes what has been shown long enough. A tick that comes too early asks for another one.
pub(super) fn expire(state: &mut State, input: &ClientInput, at: Timestamp) -> Option<Effect> {
    state.quitting = state.quitting.filter(|quitting| at < quitting.until);
    if state.done_until.as_ref().is_some_and(|(_, until)| at >= *until) {
        (state.done, state.done_until) = (None, None);
    }
    let quitting = state.quitting.map(|quitting| quitting.until);
    let answer = state.done_until.as_ref().map(|(_, until)| *until);
    let storing = state.storing_until.filter(|until| at < *until);
    let next = quitting.into_iter().chain(answer).chain(storing).min()?;
    let left = u64::try_from(next.as_millis() - at.as_millis()).ok()?;
    matches!(input, ClientInput::Tick).then(|| after(Duration::from_millis(left), at).1)
}
