//! The bare view: the messages alone over the whole screen, so that the terminal can select them.

use chat_proto::Timestamp;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::keys::{page_rows, to_oldest};
use super::{Effect, scroll, to_newest};
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
pub(super) fn key(state: &mut State, key: KeyEvent, at: Timestamp) -> Vec<Effect> {
    let has = |modifier| key.modifiers.contains(modifier);
    match key.code {
        KeyCode::Esc | KeyCode::Char('q') => close(state),
        KeyCode::Char('l') if has(KeyModifiers::ALT) => close(state),
        KeyCode::Char('c' | 'd') if has(KeyModifiers::CONTROL) => close(state),
        KeyCode::Char('l') if has(KeyModifiers::CONTROL) => vec![Effect::Redraw],
        KeyCode::PageUp => scroll(state, -page_rows(state), at),
        KeyCode::PageDown => scroll(state, page_rows(state), at),
        KeyCode::Up => scroll(state, -1, at),
        KeyCode::Down => scroll(state, 1, at),
        KeyCode::Home => to_oldest(state, at),
        KeyCode::End => to_newest(state, at),
        _ => Vec::new(),
    }
}

/// A text is pasted: it is for the input box, which the bare view hides.
pub(super) fn paste(state: &mut State) -> Vec<Effect> {
    if state.is_bare { close(state) } else { Vec::new() }
}
