//! Ctrl-C and Ctrl-D: clear or delete, and on an empty line quit if they are pressed twice.

use std::time::Duration;

use chat_proto::Timestamp;

use super::{Effect, expiry};
use crate::action::Action;
use crate::prompt::{Editor, Motion};
use crate::state::{QuitQuestion, State};

/// How long the second press may take: long enough to read that it quits.
const QUIT_AGAIN: Duration = Duration::from_secs(2);

/// Clears the input box, or quits.
pub(super) fn clear(state: &mut State, at: Timestamp) -> Vec<Effect> {
    if state.prompt.editor.is_empty() {
        return quit(state, Action::Clear, at);
    }
    if state.asks_name() {
        state.prompt.editor = Editor::default();
    } else {
        // Nothing was sent, but Up brings it back all the same.
        state.prompt.submit(false);
    }
    Vec::new()
}

/// Deletes a character, or quits.
pub(super) fn delete(state: &mut State, at: Timestamp) -> Vec<Effect> {
    if state.prompt.editor.is_empty() {
        return quit(state, Action::DeleteOrQuit, at);
    }
    state.prompt.editor.delete(Motion::Right);
    Vec::new()
}

/// Quits if it was asked for shortly before, else asks.
fn quit(state: &mut State, action: Action, at: Timestamp) -> Vec<Effect> {
    if state.quitting.take().is_some_and(|quitting| at < quitting.until) {
        return vec![Effect::Quit];
    }
    let (until, tick) = expiry::after(QUIT_AGAIN, at);
    state.quitting = Some(QuitQuestion { action, until });
    vec![tick]
}
