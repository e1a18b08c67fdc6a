//! Lists of the server: its rooms, and the users of a room.

use chat_proto::event::{Message, RoomInfo};
use chat_proto::{Command, RoomName, ShortString, Timestamp, User};

use super::{Effect, changes, send};
use crate::error::RequestError;
use crate::state::State;

/// Asks for the rooms, unless they are on their way.
pub(super) fn ask_rooms(state: &mut State, at: Timestamp) -> Result<Option<Effect>, RequestError> {
    if state.session().is_none() {
        return Err(RequestError::NotConnected);
    }
    let is_due = state.listing.begin(at);
    Ok(if is_due { send(state, Command::Rooms { after: None, limit: None }) } else { None })
}

pub(super) fn rooms(
    state: &mut State,
    rooms: Vec<RoomInfo>,
    more: bool,
    at: Timestamp,
) -> Vec<Effect> {
    let after = state.listing.page(rooms, more, at);
    let next = after.map(|after| Command::Rooms { after: Some(after), limit: None });
    next.and_then(|command| send(state, command)).into_iter().collect()
}

/// Asks for the messages that mention the user.
pub(super) fn ask_mentions(state: &mut State) -> Result<Option<Effect>, RequestError> {
    changes::check_server(state)?;
    let effect = send(state, Command::Mentions { before: None, limit: None });
    let effect = effect.ok_or(RequestError::NotConnected)?;
    state.mention_list.begin(None);
    Ok(Some(effect))
}

/// Messages that mention the user have come, newest first.
pub(super) fn mentions(
    state: &mut State,
    messages: Vec<Message>,
    next: Option<ShortString>,
) -> Option<Effect> {
    let asks = state.mention_list.page(messages, next.is_some());
    let before = next.filter(|_| asks)?;
    send(state, Command::Mentions { before: Some(before), limit: None })
}

/// Asks for the pinned messages of a room.
pub(super) fn ask_pins(state: &mut State, room: RoomName) -> Result<Option<Effect>, RequestError> {
    changes::check_server(state)?;
    let effect = send(state, Command::Pins { room: room.clone(), after: None });
    let effect = effect.ok_or(RequestError::NotConnected)?;
    state.pin_list.begin(Some(room));
    Ok(Some(effect))
}

/// Pinned messages of a room have come, oldest first.
pub(super) fn pins(
    state: &mut State,
    room: RoomName,
    messages: Vec<Message>,
    more: bool,
) -> Option<Effect> {
    if state.pin_list.room() != Some(&room) {
        return None;
    }
    let last = messages.last().map(|message| message.seq);
    let asks = state.pin_list.page(messages, more && last.is_some());
    last.filter(|_| asks).and_then(|last| send(state, Command::Pins { room, after: Some(last) }))
}

/// Asks for the users of a room.
pub(super) fn ask_users(state: &mut State, room: &RoomName) -> Result<Effect, RequestError> {
    let effect = send(state, Command::Who { room: room.clone(), after: None, limit: None });
    let effect = effect.ok_or(RequestError::NotConnected)?;
    if let Some(room) = state.rooms.get_mut(room) {
        room.users.begin_list();
    }
    Ok(effect)
}

/// Some users of a room. They are those of now: a large room has no `joined` and `left`.
pub(super) fn users(
    state: &mut State,
    name: RoomName,
    users: Vec<User>,
    more: bool,
) -> Vec<Effect> {
    let Some(room) = state.rooms.get_mut(&name) else {
        return Vec::new();
    };
    let after = room.users.page(users, more);
    let next = after.map(|after| Command::Who { room: name, after: Some(after), limit: None });
    next.and_then(|command| send(state, command)).into_iter().collect()
}
