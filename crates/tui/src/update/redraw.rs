//! Finds which part of the screen an input changes.

use chat_client::store::StoreOp;

use super::{ClientEffect, ClientInput, Effect};
use crate::input::Input;
use crate::state::State;
use crate::viewport::ScrollPosition;

/// Notes what an input may change; what a key changes is known once it is taken.
pub(super) fn note(state: &mut State, input: &Input) {
    state.redraw.rest |= match input {
        Input::Frame | Input::Key(_) | Input::Draft => false,
        // Nothing on the screen depends on it: if it fails, that is an input of its own.
        Input::Client(ClientInput::Tick) => state.shows_for_a_while(),
        Input::Client(ClientInput::Stored(Ok(()))) => state.client.outbox().is_storing(),
        _ => true,
    };
    state.redraw.by_user |= matches!(
        input,
        Input::Paste(_)
            | Input::Wheel(..)
            | Input::Click(_)
            | Input::Focus(_)
            | Input::Resize(_)
            | Input::Colour(_)
    );
}

/// Notes whether the text of the last keys has changed more than the input box.
pub(super) fn note_draft(state: &mut State, effects: &[Effect]) {
    state.redraw.rest |= !effects.iter().all(is_unseen);
}

/// Takes a key, and notes what it has changed: the input box alone, if it did nothing else, and the box is where it
/// was drawn.
pub(super) fn take_key(
    state: &mut State,
    press: impl FnOnce(&mut State) -> Vec<Effect>,
) -> Vec<Effect> {
    let (was_only_typing, was_empty) = (state.is_only_typing(), state.prompt.editor.is_empty());
    state.redraw.key_edits = false;
    let effects = press(state);
    let is_only_typing = was_only_typing
        && state.redraw.key_edits
        && state.is_only_typing()
        && effects.iter().all(is_unseen)
        // The hint at the end of the log names another key if there is a text.
        && (state.prompt.editor.is_empty() == was_empty
            || state.viewport().position() == ScrollPosition::Newest)
        && state.redraw.drawn_box == Some(state.prompt_area());
    if is_only_typing {
        state.redraw.input_box = true;
    } else {
        (state.redraw.rest, state.redraw.by_user) = (true, true);
    }
    effects
}

/// Whether an effect comes with a text that changes, and nothing of it is on the screen.
const fn is_unseen(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Client(
            ClientEffect::Tick(_) | ClientEffect::Link(_) | ClientEffect::Store(StoreOp::Drafts(_))
        )
    )
}
