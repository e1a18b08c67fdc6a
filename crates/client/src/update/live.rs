//! Who is writing, and who is away: what the server says, and what the user does.

use std::time::Duration;

use chat_proto::event::Away;
use chat_proto::{AwayText, Command, RoomName, Timestamp, User, UserId, features};

use super::{Effect, send};
use crate::error::RequestError;
use crate::live::TYPING_MS;
use crate::rooms::JoinState;
use crate::state::State;

/// Time between two signs that the user is writing in one room. The server drops what comes earlier.
const TYPING_EVERY_MS: i64 = 3_000;

/// Another user is writing.
pub(super) fn typing(
    state: &mut State,
    room: RoomName,
    user: User,
    at: Timestamp,
) -> Option<Effect> {
    if state.is_me(user.id) || state.rooms.index(&room).is_none() {
        return None;
    }
    state.live.typing(room, user, at);
    Some(Effect::Tick(Duration::from_millis(TYPING_MS.unsigned_abs())))
}

/// Removes users who do not write any more, and asks for the next tick if there are others.
pub(super) fn tick(state: &mut State, at: Timestamp) -> Option<Effect> {
    state.live.expire(at).map(|next| Effect::Tick(Duration::from_millis(next)))
}

/// The users of a room as the server lists them.
pub(super) fn set_listed(state: &mut State, users: &[User], away: &mut Vec<Away>) {
    state.live.set_listed(users, std::mem::take(away));
}

/// A user has left a room, or all of them if it is the lobby.
pub(super) fn remove_user(state: &mut State, room: &RoomName, user: UserId, at: Timestamp) {
    state.live.stop_typing(Some(room).filter(|room| **room != RoomName::lobby()), user);
    set_seen_at(state, room, user, Some(at));
}

/// A user has joined a room.
pub(super) fn add_user(state: &mut State, room: &RoomName, user: UserId) {
    set_seen_at(state, room, user, None);
}

/// Sets when the other user of a direct message was last connected, if it has left or joined that or the lobby.
fn set_seen_at(state: &mut State, room: &RoomName, user: UserId, at: Option<Timestamp>) {
    let Some(direct) = state.direct_with(user) else {
        return;
    };
    if (*room == direct || *room == RoomName::lobby())
        && let Some(room) = state.rooms.get_mut(&direct)
    {
        room.seen_at = at;
    }
}

/// The user writes in a room. A server that does not know of it is sent nothing.
pub(super) fn type_in(state: &mut State, room: RoomName, at: Timestamp) -> Option<Effect> {
    if !state.features.has(features::TYPING) || !is_joined(state, &room) {
        return None;
    }
    let now = at.as_millis();
    let is_early = state.typed.as_ref().is_some_and(|(before, time)| {
        *before == room && (0..TYPING_EVERY_MS).contains(&now.saturating_sub(*time))
    });
    if is_early {
        return None;
    }
    state.typed = Some((room.clone(), now));
    send(state, Command::Typing { room })
}

fn is_joined(state: &State, room: &RoomName) -> bool {
    state.rooms.get(room).is_some_and(|room| room.join_state == JoinState::Joined)
}

/// The user is away, or not any more.
pub(super) fn set_away(state: &State, text: Option<AwayText>) -> Result<Effect, RequestError> {
    let command = text.map_or(Command::Back, |text| Command::Away { text });
    if state.session().is_some() && !state.features.has(features::AWAY) {
        return Err(RequestError::NoAway);
    }
    send(state, command).ok_or(RequestError::NotConnected)
}
