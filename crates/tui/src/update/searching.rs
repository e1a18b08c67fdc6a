//! What keys do while the history of the input box is searched.

use crossterm::event::KeyEvent;

use super::Effect;
use crate::action::{Action, Group};
use crate::chord::Chord;
use crate::keymap::Binding;
use crate::state::State;

/// Starts a search. The history has messages; there is none for names.
pub(super) fn start(state: &mut State) {
    if !state.asks_name() {
        state.prompt.search_older();
    }
}

/// A key is pressed. Returns `None` if it ends the search, and does what it does without one.
pub(super) fn key(state: &mut State, key: KeyEvent, binding: Binding) -> Option<Vec<Effect>> {
    let prompt = &mut state.prompt;
    match (binding, Chord::types(key)) {
        (Binding::Action(Action::SearchInput), _) => prompt.search_older(),
        (Binding::Action(Action::DeleteLeft), _) => prompt.search_shorter(),
        // Ctrl-G is what ends it in readline.
        (Binding::Action(Action::Back | Action::Clear | Action::Users), _) => {
            prompt.cancel_search();
        }
        (Binding::Action(Action::Send), _) => prompt.end_search(),
        (Binding::Nothing, Some(c)) => prompt.search_for(c),
        (Binding::Action(action), _) if !is_of_text(action) => {
            prompt.cancel_search();
            return None;
        }
        _ => {
            prompt.end_search();
            return None;
        }
    }
    Some(Vec::new())
}

/// Whether an action is about the text that was found.
fn is_of_text(action: Action) -> bool {
    matches!(action.help().group, Group::Writing | Group::Editing)
}
