//! Whom a name means. Messages are stored and sent under the address of a direct message, which never
//! changes; a name is only asked about.

use chat_proto::command::Kind;
use chat_proto::{Command, RoomName, Timestamp, UserName};

use super::{Effect, drafts, requests::say, send, store};
use crate::entry::NoticeKind;
use crate::request::RequestError;
use crate::rooms::{JoinState, Room};
use crate::sanitize;
use crate::state::{QUESTIONS_MAX, Question, State, UNKNOWN};
use crate::store::StoreOp;

/// Checks that the server knows addresses. One of version 0.1.0 takes an address for a name, and a name
/// may belong to another user by the time the message is there.
///
/// # Errors
/// Returns an error if it does not; nothing is known before the first session.
pub(super) fn check_server(state: &State) -> Result<(), RequestError> {
    let had_session = state.me != UNKNOWN;
    if had_session && state.epoch.is_none() { Err(RequestError::OldServer) } else { Ok(()) }
}

/// Asks the server for the user of a name, to go to the direct message and send `text` there.
///
/// # Errors
/// Returns an error if it cannot be asked; then nothing has changed.
pub(super) fn ask(
    state: &mut State,
    name: UserName,
    typed: &str,
    text: &str,
) -> Result<Effect, RequestError> {
    if state.questions.len() >= QUESTIONS_MAX {
        return Err(RequestError::TooManyLookups);
    }
    let join = Command::Join { room: RoomName::private(&name), since: None };
    let effect = send(state, join).ok_or_else(|| RequestError::UnknownName(name.clone()))?;
    state.questions.push(Question { name, typed: typed.to_owned(), text: text.to_owned() });
    Ok(effect)
}

/// The server has told a direct message and its title. Where that was asked for, it is shown, and the
/// text is sent.
pub(super) fn told(
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
    if question.text.is_empty() {
        return Vec::new();
    }
    match say(state, room, Kind::Text, &question.text, at) {
        Ok(effect) => vec![effect],
        Err(why) => {
            give_back_typed(state, &question, &why.to_string(), at);
            Vec::new()
        }
    }
}

/// Whether the server was asked for the user that a direct message is named after.
pub(super) fn is_asked(state: &State, title: &UserName) -> bool {
    state.questions.iter().any(|question| question.name == *title)
}

/// The server will not say who has that name: the text goes back to the user.
pub(super) fn unknown(state: &mut State, name: &UserName, why: &str, at: Timestamp) {
    let is_it = |question: &mut Question| question.name == *name;
    let questions: Vec<Question> = state.questions.extract_if(.., is_it).collect();
    for question in questions {
        give_back_typed(state, &question, why, at);
    }
}

/// There is no session any more: nothing will be answered.
pub(super) fn lost(state: &mut State, at: Timestamp) {
    for question in std::mem::take(&mut state.questions) {
        let why =
            format!("not sent: the connection was lost before the server knew {}", question.name);
        give_back_typed(state, &question, &why, at);
    }
}

fn give_back_typed(state: &mut State, question: &Question, why: &str, at: Timestamp) {
    state.notice(at, NoticeKind::Trouble, why);
    let room = state.room().name.clone();
    state.put_back(&room, &question.typed);
}

/// The server has told all rooms: what version 0.1.0 has typed for a name is put into the direct message
/// that has it as its title, where the user sees whom Enter sends it to.
pub(super) fn resolve_drafts(state: &mut State, at: Timestamp) {
    let shown = state.unaddressed.shown.take().and_then(|shown| told_as(state, &shown));
    for (name, text) in std::mem::take(&mut state.unaddressed.texts) {
        let room = told_as(state, &name);
        if !room.is_some_and(|room| state.put_back(&room, &text)) {
            let typed = sanitize::text(&text);
            let note =
                format!("{name} is not here any more; Up brings back what was typed: {typed}");
            state.effects.push(Effect::TextReturned(text));
            state.notice(at, NoticeKind::Trouble, note);
        }
    }
    if let Some(shown) = shown {
        state.open(&shown);
    }
}

/// The direct message that the server has told under this name in this session.
fn told_as(state: &State, name: &RoomName) -> Option<RoomName> {
    let room = state.rooms.titled(&name.other()?)?;
    (room.join_state == JoinState::Joined).then(|| room.name.clone())
}

/// Gives back the messages that version 0.1.0 stored under names: the user who had such a name then may
/// not be the one who has it now. Not before all missed messages are here: one may be among them.
pub(super) fn give_back_messages(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let is_here = |room: &Room| {
        room.join_state == JoinState::Joined
            && room.coming.is_none()
            && room.log.since() >= room.last_seq
    };
    let mut private = state.rooms.list().iter().filter(|room| room.is_private());
    let is_due = state.warned.rooms && !state.unaddressed.messages.is_empty();
    if !is_due || !private.all(is_here) {
        return Vec::new();
    }
    let messages = std::mem::take(&mut state.unaddressed.messages);
    for message in &messages {
        let room = told_as(state, &message.room);
        let text = message.text.as_str();
        let is_in_box = room.is_some_and(|room| state.put_back(&room, text));
        let how = if is_in_box { "it is typed there again" } else { "Up brings it back" };
        let note = format!(
            "not sent to {}: an earlier version stored it under this name, which somebody else may \
             have by now; {how}: {}",
            message.room,
            sanitize::text(text)
        );
        if !is_in_box {
            state.effects.push(Effect::TextReturned(text.to_owned()));
        }
        state.notice(at, NoticeKind::Trouble, note);
    }
    // What is typed first: if the client is killed between the two, it is given back twice.
    let mut effects: Vec<Effect> = drafts::tick(state).into_iter().collect();
    let ids = messages.into_iter().map(|message| message.id).collect();
    effects.push(store(state, StoreOp::Acknowledged(ids)));
    effects
}
