//! Choices of the user for rooms and users.

use chat_proto::{RoomName, Seq, User, UserName};

use super::{Effect, store};
use crate::choices::{RoomChoice, SavedMessage};
use crate::entry::Body;
use crate::error::RequestError;
use crate::state::State;
use crate::store::StoreOp;

/// Changes the choices for a room, and stores them.
pub(super) fn change(
    state: &mut State,
    room: &RoomName,
    change: impl FnOnce(&mut RoomChoice),
) -> Option<Effect> {
    state.choices.change(room, change);
    store_all(state)
}

/// Ignores the user of that name.
///
/// # Errors
/// Returns an error if the user is not known here, or too many are ignored.
pub(super) fn ignore(state: &mut State, name: &UserName) -> Result<Option<Effect>, RequestError> {
    if *name == state.name {
        return Err(RequestError::IgnoreSelf);
    }
    let user = known(state, name).ok_or_else(|| RequestError::NobodyHere(name.clone()))?;
    if !state.choices.ignore(user) {
        return Err(RequestError::TooManyIgnored);
    }
    Ok(store_all(state))
}

/// Ignores the user of that name no longer.
///
/// # Errors
/// Returns an error if no ignored user has or had the name.
pub(super) fn unignore(state: &mut State, name: &UserName) -> Result<Option<Effect>, RequestError> {
    let now = known(state, name).map(|user| user.id).filter(|id| state.choices.ignores(*id));
    let then = state.choices.ignored().iter().find(|user| user.name == *name);
    let user = then.map(|user| user.id).or(now);
    state.choices.unignore(user.ok_or_else(|| RequestError::NotIgnored(name.clone()))?);
    Ok(store_all(state))
}

/// Remembers a message of a room, or not any more.
///
/// # Errors
/// Returns an error if it is not loaded, or too many are remembered.
pub(super) fn save(
    state: &mut State,
    name: &RoomName,
    seq: Seq,
    on: bool,
) -> Result<Option<Effect>, RequestError> {
    if !on {
        state.choices.forget_saved(name, seq);
        return Ok(store_all(state));
    }
    let entry = state.rooms.get(name).and_then(|room| room.log.message(seq));
    let entry = entry.ok_or(RequestError::NotSentYet)?;
    let Body::Message { from, text, .. } = &entry.body else {
        return Err(RequestError::NotSentYet);
    };
    let (room, epoch, at) = (name.clone(), state.epoch.clone(), entry.at);
    let saved = SavedMessage { room, seq, epoch, from: from.clone(), at, text: text.clone() };
    if !state.choices.save(saved.shortened()) {
        return Err(RequestError::TooManySaved);
    }
    Ok(store_all(state))
}

/// Stores the numbers of the rooms, if they have changed. Not before the server has sent all rooms: those that have
/// not come may still come.
pub(super) fn number_rooms(state: &mut State) -> Option<Effect> {
    let numbers = if state.warned.rooms_complete { state.rooms.take_numbers() } else { None };
    let is_changed = numbers.is_some_and(|numbers| state.choices.set_numbers(numbers));
    if is_changed { store_all(state) } else { None }
}

fn store_all(state: &mut State) -> Option<Effect> {
    let choices = state.choices.clone();
    Some(store(state, StoreOp::Choices(choices)))
}

/// The user of that name, from the users of the rooms, direct messages, and the authors of messages.
fn known(state: &State, name: &UserName) -> Option<User> {
    let rooms = state.rooms.list();
    let listed = rooms.iter().flat_map(|room| room.users.iter());
    let mut listed = listed.chain(&state.last_lobby_users);
    let direct = || {
        let room = state.rooms.titled(name)?;
        let id = state.other_of(&room.name)?;
        Some(User { id, name: name.clone() })
    };
    let listed = listed.find(|user| user.name == *name).cloned();
    listed.or_else(direct).or_else(|| state.authors.named(name).cloned())
}
