//! A key is pressed: finds its action, or types its character.

use chat_proto::Timestamp;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Effect, actions, bare, help, insert, lists, mentions, orders, searching, selecting};
use crate::action::Action;
use crate::chord::Chord;
use crate::keymap::Binding;
use crate::state::State;

/// A key is pressed.
pub(super) fn key(state: &mut State, key: KeyEvent, at: Timestamp) -> Vec<Effect> {
    let first = state.first_key.take();
    let binding = find(state, first, Chord::of(key));
    if binding == Binding::Nothing && is_esc_and_slash(key) {
        let typed = [KeyCode::Esc, KeyCode::Char('/')].map(KeyEvent::from);
        let effects = typed.into_iter().flat_map(|key| self::key(state, key, at)).collect();
        // Esc may have changed more than the input box.
        state.redraw.key_edits = false;
        return effects;
    }
    if mentions::stop(state) && binding == Binding::Action(Action::Back) {
        return Vec::new();
    }
    let keeps_place = [Action::Select, Action::NextMention, Action::PreviousMention];
    let keeps_place =
        keeps_place.map(Binding::Action).contains(&binding) || binding == Binding::First;
    state.is_at_mention &= keeps_place;
    if let Some(effects) = help::copies(state, key) {
        return effects;
    }
    if state.page.is_none()
        && let Some(question) = state.question.take()
    {
        let typed = Chord::types(key);
        let effects = orders::answer(state, question, typed == Some('y'), at);
        // Any other character begins a new text. If it were lost, a command without its `/` would be sent as a message.
        if matches!(typed, None | Some('y' | 'n')) {
            return effects;
        }
    }
    if state.page.is_some() && help::key(state, key, binding) {
        return Vec::new();
    }
    if state.is_bare {
        return bare::key(state, key, binding, at);
    }
    if state.selection.is_some()
        && state.picker.is_none()
        && let Some(effects) = selecting::key(state, key, binding, at)
    {
        return effects;
    }
    if !matches!(binding, Binding::Action(Action::Clear | Action::DeleteOrQuit)) {
        state.quitting = None;
    }
    if state.prompt.input_search().is_some()
        && let Some(effects) = searching::key(state, key, binding)
    {
        return effects;
    }
    match (binding, Chord::types(key)) {
        (Binding::Action(action), _) => {
            state.redraw.key_edits = actions::only_edits(action);
            actions::run(state, action, at)
        }
        (Binding::First, _) => {
            state.first_key = Some(Chord::of(key));
            Vec::new()
        }
        (Binding::Nothing, Some(c)) => {
            let cursor = state.prompt.editor.cursor();
            let mut effects = insert(state, c.encode_utf8(&mut [0; 4]), at);
            // A box that is full says so in the log.
            state.redraw.key_edits = state.prompt.editor.cursor() != cursor;
            effects.extend(lists::suggest(state, at));
            effects
        }
        (Binding::Nothing, None) => Vec::new(),
    }
}

/// The meaning of a key. A key that does nothing after the first of two does what it does alone.
fn find(state: &State, first: Option<Chord>, chord: Chord) -> Binding {
    let keys = state.look.keys();
    match keys.find(first, chord) {
        Binding::Nothing if first.is_some() => keys.find(None, chord),
        binding => binding,
    }
}

/// Whether it is Esc and `/` on a slow line, which come together and look like Alt-/. If it did nothing, a command
/// without its `/` would be sent as a message.
fn is_esc_and_slash(key: KeyEvent) -> bool {
    key.code == KeyCode::Char('/') && key.modifiers == KeyModifiers::ALT
}
