//! A key is pressed: finds its action, or types its character.

use chat_proto::Timestamp;
use crossterm::event::KeyEvent;

use super::{Effect, actions, bare, help, insert, lists, mentions, orders, searching, selecting};
use crate::action::Action;
use crate::chord::Chord;
use crate::keymap::Found;
use crate::state::State;

/// A key is pressed.
pub(super) fn key(state: &mut State, key: KeyEvent, at: Timestamp) -> Vec<Effect> {
    let first = state.first_key.take();
    let found = find(state, first, Chord::of(key));
    if mentions::stop(state) && found == Found::Action(Action::Back) {
        return Vec::new();
    }
    let keeps_place = [Action::Select, Action::NextMention, Action::PreviousMention];
    let keeps_place = keeps_place.map(Found::Action).contains(&found) || found == Found::First;
    state.is_at_mention &= keeps_place;
    if let Some(effects) = help::copies(state, key) {
        return effects;
    }
    if state.page.is_none()
        && let Some(question) = state.question.take()
    {
        return orders::answer(state, question, Chord::types(key) == Some('y'), at);
    }
    if state.page.is_some() && help::key(state, key, found) {
        return Vec::new();
    }
    if state.is_bare {
        return bare::key(state, key, found, at);
    }
    if state.selection.is_some()
        && state.picker.is_none()
        && let Some(effects) = selecting::key(state, key, found, at)
    {
        return effects;
    }
    if !matches!(found, Found::Action(Action::Clear | Action::DeleteOrQuit)) {
        state.quitting = None;
    }
    if state.prompt.searched().is_some()
        && let Some(effects) = searching::key(state, key, found)
    {
        return effects;
    }
    match (found, Chord::types(key)) {
        (Found::Action(action), _) => {
            state.redraw.key_edits = actions::only_edits(action);
            actions::run(state, action, at)
        }
        (Found::First, _) => {
            state.first_key = Some(Chord::of(key));
            Vec::new()
        }
        (Found::Nothing, Some(c)) => {
            let cursor = state.prompt.editor.cursor();
            let mut effects = insert(state, c.encode_utf8(&mut [0; 4]), at);
            // A box that is full says so in the log.
            state.redraw.key_edits = state.prompt.editor.cursor() != cursor;
            effects.extend(lists::suggest(state, at));
            effects
        }
        (Found::Nothing, None) => Vec::new(),
    }
}

/// What a key does. A key that does nothing after the first of two does what it does alone.
fn find(state: &State, first: Option<Chord>, chord: Chord) -> Found {
    let keys = state.look.keys();
    match keys.find(first, chord) {
        Found::Nothing if first.is_some() => keys.find(None, chord),
        found => found,
    }
}
