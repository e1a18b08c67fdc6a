//! Lists of the server: its rooms, messages to go to, and the users of a room.

use chat_proto::event::{Message, RoomInfo};
use chat_proto::{Command, Refusal, RefusalCode, RoomName, Seq, ShortString, Timestamp, User};

use super::{Effect, changes, send};
use crate::error::RequestError;
use crate::listing::{Failure, NextQuestion};
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

/// Asks for the messages that mention the user, unless they are on their way.
pub(super) fn ask_mentions(state: &mut State) -> Result<Option<Effect>, RequestError> {
    changes::check_server(state)?;
    if state.session().is_none() {
        return Err(RequestError::NotConnected);
    }
    let is_due = state.mention_list.begin(None);
    Ok(if is_due { mentions_before(state, None) } else { None })
}

/// Messages that mention the user have come, newest first.
pub(super) fn mentions(
    state: &mut State,
    messages: Vec<Message>,
    next: Option<ShortString>,
) -> Option<Effect> {
    match state.mention_list.page(messages, next.is_some()) {
        NextQuestion::Nothing => None,
        NextQuestion::First => mentions_before(state, None),
        NextQuestion::After => mentions_before(state, next),
    }
}

fn mentions_before(state: &State, before: Option<ShortString>) -> Option<Effect> {
    send(state, Command::Mentions { before, limit: None })
}

/// Asks for the pinned messages of a room, unless they are on their way.
pub(super) fn ask_pins(state: &mut State, room: RoomName) -> Result<Option<Effect>, RequestError> {
    changes::check_server(state)?;
    if state.session().is_none() {
        return Err(RequestError::NotConnected);
    }
    let is_due = state.pin_list.begin(Some(room));
    Ok(if is_due { pins_after(state, None) } else { None })
}

/// Pinned messages of a room have come, oldest first.
pub(super) fn pins(state: &mut State, messages: Vec<Message>, more: bool) -> Option<Effect> {
    let last = messages.last().map(|message| message.seq);
    match state.pin_list.page(messages, more && last.is_some()) {
        NextQuestion::Nothing => None,
        NextQuestion::First => pins_after(state, None),
        NextQuestion::After => pins_after(state, last),
    }
}

fn pins_after(state: &State, after: Option<Seq>) -> Option<Effect> {
    let room = state.pin_list.room()?.clone();
    send(state, Command::Pins { room, after })
}

/// The server has refused a command. If that may have been for a page of a list, no more of it comes; the list that the
/// user wants since is asked for.
pub(super) fn take_refusal(state: &mut State, refusal: &Refusal) -> Option<Effect> {
    if refusal.n.is_some() || refusal.seq.is_some() {
        return None;
    }
    match (refusal.room.as_ref(), refusal.code) {
        (None, RefusalCode::NotReadable) => {
            state.mention_list.take_refusal(None);
            None
        }
        (room @ Some(_), RefusalCode::NotReadable | RefusalCode::NotInRoom) => {
            let is_due = state.pin_list.take_refusal(room);
            if is_due { pins_after(state, None) } else { None }
        }
        _ => None,
    }
}

/// An answer that this version cannot read: the list of an event that `may_be` it is not waited for any more. Returns
/// whether one was. The list that the user wants since is asked for.
pub(super) fn fail(
    state: &mut State,
    may_be: impl Fn(&str) -> bool,
    effects: &mut Vec<Effect>,
) -> bool {
    let mut ended = may_be("rooms") && state.listing.fail();
    if may_be("mentions") {
        ended |= state.mention_list.fail() == Failure::Ended;
    }
    if may_be("pins") {
        match state.pin_list.fail() {
            Failure::Nothing => {}
            Failure::Ended => ended = true,
            Failure::Stale => effects.extend(pins_after(state, None)),
        }
    }
    ended
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
