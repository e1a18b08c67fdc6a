//! The bare view: the messages alone over the whole screen, so that the terminal can select them.

use chat_proto::Timestamp;
use crossterm::event::{KeyCode, KeyEvent};

use super::{Effect, actions, scroll};
use crate::action::Action;
use crate::keymap::Binding;
use crate::state::State;

/// Opens the bare view. The terminal has the mouse while it is open.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    state.is_bare = true;
    state.selection = None;
    vec![Effect::SetMouse(false)]
}

/// Goes back to the whole screen.
fn close(state: &mut State) -> Vec<Effect> {
    state.is_bare = false;
    vec![Effect::SetMouse(state.look.settings().mouse.value.is_on())]
}

/// A key is pressed while the bare view is open.
pub(super) fn key(
    state: &mut State,
    key: KeyEvent,
    binding: Binding,
    at: Timestamp,
) -> Vec<Effect> {
    match binding {
        Binding::Action(
            action @ (Action::PageUp
            | Action::PageDown
            | Action::Oldest
            | Action::Newest
            | Action::Redraw
            | Action::Suspend),
        ) => actions::run(state, action, at),
        Binding::Action(Action::Home) => actions::run(state, Action::Oldest, at),
        Binding::Action(Action::End) => actions::run(state, Action::Newest, at),
        Binding::Action(Action::Up) => scroll(state, -1, at),
        Binding::Action(Action::Down) => scroll(state, 1, at),
        Binding::Action(Action::Bare | Action::Back | Action::Clear | Action::DeleteOrQuit) => {
            close(state)
        }
        _ if key.code == KeyCode::Char('q') => close(state),
        _ => Vec::new(),
    }
}

/// A text is pasted: it is for the input box, which the bare view hides.
pub(super) fn paste(state: &mut State) -> Vec<Effect> {
    if state.is_bare { close(state) } else { Vec::new() }
}
