//! Finds the user that a name means. Messages are stored and sent under the address of a direct message,
//! which never changes; the server is asked about an unknown name.

use chat_proto::{Command, RoomName, Timestamp, UserName};

use super::{Effect, drafts, requests::PLAIN, requests::say, send, store};
use crate::error::RequestError;
use crate::notice::{LookupError, Notice};
use crate::rooms::{JoinState, Room};
use crate::sanitize;
use crate::state::{LOOKUPS_MAX, Lookup, State};
use crate::store::StoreOp;

/// Checks that the server knows addresses. Version 0.1.0 takes an address for a name, and a name may belong
/// to another user by the time the message arrives.
///
/// # Errors
/// Returns an error if it does not. Nothing is known before the first session.
pub(super) fn check_server(state: &State) -> Result<(), RequestError> {
    if state.me.is_some() && state.epoch.is_none() { Err(RequestError::OldServer) } else { Ok(()) }
}

/// Asks the server about a name, to open the direct message with that user and send `text` there.
///
/// # Errors
/// Returns an error if the server cannot be asked; then nothing has changed.
pub(super) fn ask(
    state: &mut State,
    name: UserName,
    typed: Option<String>,
    text: Option<String>,
) -> Result<Effect, RequestError> {
    if state.questions.len() >= LOOKUPS_MAX {
        return Err(RequestError::TooManyLookups);
    }
    let join = Command::Join { room: RoomName::private(&name), since: None };
    let effect = send(state, join).ok_or_else(|| RequestError::UnknownName(name.clone()))?;
    state.questions.push(Lookup { name, typed, text });
    Ok(effect)
}

/// The server has sent a direct message with its title. If it was asked about that name, opens it and sends
/// the text.
pub(super) fn resolve(
    state: &mut State,
    room: &RoomName,
    title: &UserName,
    at: Timestamp,
) -> Vec<Effect> {
    let Some(index) = state.questions.iter().position(|question| question.name == *title) else {
        return Vec::new();
    };
    let question = state.questions.remove(index);
    state.open(room);
    let Some(text) = &question.text else {
        return Vec::new();
    };
    match say(state, room, PLAIN, text, at) {
        Ok(effect) => vec![effect],
        Err(why) => {
            return_typed(state, question, LookupError::Failed(why), at);
            Vec::new()
        }
    }
}

/// Whether the server was asked about that name.
pub(super) fn is_asked(state: &State, title: &UserName) -> bool {
    state.questions.iter().any(|question| question.name == *title)
}

/// The server does not know that name: the text goes back to the user.
pub(super) fn not_found(state: &mut State, name: &UserName, why: &LookupError, at: Timestamp) {
    let is_it = |question: &mut Lookup| question.name == *name;
    let questions: Vec<Lookup> = state.questions.extract_if(.., is_it).collect();
    for question in questions {
        return_typed(state, question, why.clone(), at);
    }
}

/// The session has ended: no question will be answered.
pub(super) fn drop_lookups(state: &mut State, at: Timestamp) {
    for question in std::mem::take(&mut state.questions) {
        return_typed(state, question, LookupError::ConnectionLost, at);
    }
}

fn return_typed(state: &mut State, question: Lookup, why: LookupError, at: Timestamp) {
    state.notice(at, Notice::NotFound { name: question.name, why });
    let room = state.room().name.clone();
    if let Some(typed) = question.typed {
        state.put_back(&room, &typed);
    }
}

/// The server has sent all rooms: puts the drafts that version 0.1.0 stored under a name into the direct
/// message with that title, where the user sees whom Enter sends it to.
pub(super) fn resolve_drafts(state: &mut State, at: Timestamp) {
    let shown = state.unaddressed.shown.take().and_then(|shown| joined_direct(state, &shown));
    for (name, text) in std::mem::take(&mut state.unaddressed.texts) {
        let room = joined_direct(state, &name);
        if !room.is_some_and(|room| state.put_back(&room, &text)) {
            let typed = sanitize::text(&text);
            state.effects.push(Effect::TextReturned(text));
            state.notice(at, Notice::DraftReturned { room: name, text: typed });
        }
    }
    if let Some(shown) = shown {
        state.open(&shown);
    }
}

/// The direct message with that title, if the server has sent it in this session.
fn joined_direct(state: &State, name: &RoomName) -> Option<RoomName> {
    let room = state.rooms.titled(&name.other()?)?;
    (room.join_state == JoinState::Joined).then(|| room.name.clone())
}

/// Gives back the messages that version 0.1.0 stored under names: another user may have the name now. Waits
/// until all missed messages are loaded, as one of these may be among them.
pub(super) fn return_messages(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let is_here = |room: &Room| {
        room.join_state == JoinState::Joined
            && room.coming.is_none()
            && room.log.since() >= room.last_seq
    };
    let mut private = state.rooms.list().iter().filter(|room| room.is_private());
    let is_due = state.warned.rooms_complete && !state.unaddressed.messages.is_empty();
    if !is_due || !private.all(is_here) {
        return Vec::new();
    }
    let messages = std::mem::take(&mut state.unaddressed.messages);
    for message in &messages {
        let room = joined_direct(state, &message.room);
        let text = message.text();
        let is_draft = room.is_some_and(|room| state.put_back(&room, text));
        if !is_draft {
            state.effects.push(Effect::TextReturned(text.to_owned()));
        }
        let (room, text) = (message.room.clone(), sanitize::text(text));
        state.notice(at, Notice::StoredByName { room, text, is_draft });
    }
    // The drafts first: if the client is killed between the two, the text comes back twice.
    let mut effects: Vec<Effect> = drafts::tick(state).into_iter().collect();
    let ids = messages.into_iter().map(|message| message.id).collect();
    effects.push(store(state, StoreOp::Acknowledged(ids)));
    effects
}
