//! Goes from room to room.

use chat_client::{Request, Room};
use chat_proto::Timestamp;

use super::{Effect, lists, request};
use crate::lists::Subject;
use crate::state::State;

/// `/go`: goes to the room of that number or name, or lists the rooms and users of which the name has that part.
pub(super) fn go(state: &mut State, argument: &str, at: Timestamp) -> Vec<Effect> {
    let rooms = state.client.rooms();
    let numbered = argument.parse().ok().and_then(|number| rooms.numbered(number));
    let name = argument.trim_start_matches(['#', '@']).to_lowercase();
    let sigil = argument.chars().next().filter(|first| matches!(first, '#' | '@'));
    let has_name = |room: &Room| {
        let label = room.label();
        let has_sigil = sigil.is_none_or(|sigil| label.as_str().starts_with(sigil));
        has_sigil && label.as_str()[1..].to_lowercase() == name
    };
    match numbered.or_else(|| rooms.list().iter().position(has_name)) {
        Some(index) => open(state, index, at),
        None => lists::open(state, Subject::GoTo, argument, at),
    }
}

/// Goes to a room by its number in the list.
pub(super) fn open_numbered(state: &mut State, number: usize, at: Timestamp) -> Vec<Effect> {
    let index = state.client.rooms().numbered(number);
    index.map(|index| open(state, index, at)).unwrap_or_default()
}

/// Goes to the room above or below, and round.
pub(super) fn open_beside(state: &mut State, step: isize, at: Timestamp) -> Vec<Effect> {
    let rooms = state.client.rooms();
    let count = rooms.list().len();
    let index = (rooms.current_index() + count).saturating_add_signed(step) % count;
    open(state, index, at)
}

/// Goes to the next room that needs the user: mentions first, then unread messages. If there is none, goes
/// back to the room where the first of these steps began.
pub(super) fn open_unread(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let here = state.shown().clone();
    // If the user has gone elsewhere since, that is where the steps begin.
    let began = state.unread_from.take().filter(|(_, last)| *last == here).map(|(began, _)| began);
    let Some(index) = state.client.next_unread() else {
        let index = began.and_then(|began| state.client.rooms().index(&began));
        return index.map(|index| open(state, index, at)).unwrap_or_default();
    };
    let effects = open(state, index, at);
    state.unread_from = Some((began.unwrap_or(here), state.shown().clone()));
    effects
}

/// Goes to a room by its place in the list.
pub(super) fn open(state: &mut State, index: usize, at: Timestamp) -> Vec<Effect> {
    state.prompt.put_back();
    state.prompt.end_completion();
    let room = state.client.rooms().list().get(index).map(|room| room.name().clone());
    let opened = room.map(|room| request(state, Request::Open(room), at));
    opened.and_then(Result::ok).unwrap_or_default()
}
