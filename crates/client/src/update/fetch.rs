//! Fetches messages of a room beside its window: the first one from a date on, and all of them for an export.
//!
//! They share the room's one page with the window: what is asked for waits until none is on its way.

use chat_proto::event::Message;
use chat_proto::{Command, RoomName, Seq, Timestamp};

use super::history::{self, loadable};
use super::{Effect, send};
use crate::error::RequestError;
use crate::rooms::{NewerPage, PAGE_MESSAGES, PageRequest};
use crate::state::State;

/// Asks for the first message of a room that was stored at `date` or later.
pub(super) fn ask_date(
    state: &mut State,
    name: &RoomName,
    date: Timestamp,
) -> Result<Option<Effect>, RequestError> {
    if state.session().is_none() {
        return Err(RequestError::NotConnected);
    }
    if !state.can_search() {
        return Err(RequestError::NoDates);
    }
    let label = state.rooms.label(name);
    let room = loadable(state, name).ok_or(RequestError::NotInRoom(label))?;
    room.queued.date = Some(date);
    Ok(send_queued(state, name))
}

/// Asks for the messages of a room after `after` up to `to`, a page at most.
pub(super) fn ask(
    state: &mut State,
    name: &RoomName,
    after: Seq,
    to: Seq,
) -> Result<Option<Effect>, RequestError> {
    if state.session().is_none() {
        return Err(RequestError::NotConnected);
    }
    let label = state.rooms.label(name);
    let room = loadable(state, name).ok_or(RequestError::NotInRoom(label))?;
    let to = to.min(after.plus(PAGE_MESSAGES));
    room.queued.fetch = Some(NewerPage { after, to, as_of: Seq::MAX, messages: Vec::new() });
    Ok(send_queued(state, name))
}

/// Sends what waits, if no page of the room is on its way.
pub(super) fn send_queued(state: &mut State, name: &RoomName) -> Option<Effect> {
    let room = loadable(state, name).filter(|room| room.loading.is_none())?;
    if let Some(date) = room.queued.date.take() {
        room.loading = Some(PageRequest::Date(date));
        let (room, at) = (name.clone(), Some(date));
        return send(state, Command::History { room, before: None, at, limit: Some(1) });
    }
    let wanted = room.queued.fetch.take()?;
    history::ask_newer(state, name, wanted, PageRequest::Fetch)
}

/// The message has come that a date leads to.
pub(super) fn date_found(state: &mut State, name: &RoomName, date: Timestamp, page: &[Message]) {
    let found = page.first().map(|message| (message.seq, message.at));
    state.effects.push(Effect::DateFound { room: name.clone(), date, found });
}

/// Messages have come: the last of them that fit a line.
pub(super) fn page(
    state: &mut State,
    name: &RoomName,
    mut wanted: NewerPage,
    page: Vec<Message>,
    more: bool,
) -> Option<Effect> {
    if wanted.add(page, more) {
        let NewerPage { to, messages, .. } = wanted;
        state.effects.push(Effect::Fetched { room: name.clone(), to, messages: Some(messages) });
        return None;
    }
    history::ask_newer(state, name, wanted, PageRequest::Fetch)
}

/// The server could not read the messages.
pub(super) fn fail(state: &mut State, name: &RoomName, to: Seq) {
    state.effects.push(Effect::Fetched { room: name.clone(), to, messages: None });
}
