//! A server whose data was set back to an older copy, which it cannot notice: the epoch of its journal is the same, but
//! a room has fewer messages than it had, or another message in the place of a known one.

use chat_proto::event::{Message, RoomState};
use chat_proto::{Command, Refusal, RoomName, Timestamp};

use super::{Effect, changes, drafts, requests, send};
use crate::link::LinkRequest;
use crate::notice::Notice;
use crate::rooms::{JoinState, Room};
use crate::state::{KnownMessage, State};

/// Asks for the newest message that is loaded. If the server has another one in its place, its data was set back; if it
/// has this one, it has all that came before.
pub(super) fn ask(state: &mut State) -> Option<Effect> {
    state.probe = state.newest().filter(|_| state.epoch.is_some());
    let KnownMessage { room, seq, .. } = state.probe.clone()?;
    send(state, Command::History { room, before: Some(seq.next()), at: None, limit: Some(1) })
}

/// Takes a page, if it is the answer to that question; else returns `None`. It is the first page of a session.
pub(super) fn take_page(
    state: &mut State,
    room: &RoomName,
    page: &[Message],
    at: Timestamp,
) -> Option<Vec<Effect>> {
    let known = state.probe.take_if(|known| known.room == *room && page.len() <= 1)?;
    let there = page.iter().find(|message| message.seq == known.seq && !message.damaged);
    if there.is_some_and(|message| message.at != known.at) {
        return Some(load(state, at));
    }
    Some(requests::await_read_tick(state).into_iter().collect())
}

/// Takes a refusal, if it is the answer to that question; else returns `None`. The user is not in the room any more, or
/// the message cannot be read.
pub(super) fn take_refusal(state: &mut State, refusal: &Refusal) -> Option<Vec<Effect>> {
    let is_of_room = refusal.n.is_none() && refusal.seq.is_none();
    let is_it = |known: &mut KnownMessage| is_of_room && refusal.room.as_ref() == Some(&known.room);
    state.probe.take_if(is_it)?;
    Some(requests::await_read_tick(state).into_iter().collect())
}

/// The server has answered what was asked after that question, and it answers in order: the answer was a line that this
/// version cannot read.
pub(super) fn give_up(state: &mut State) {
    state.probe = None;
}

/// Whether a room that the server sends for the first time in this session has fewer messages than it had.
pub(super) fn is_shorter(state: &State, now: &RoomState) -> bool {
    let room = state.rooms.list().iter().find(|room| room.name == now.room);
    let is_shorter = |room: &Room| {
        room.join_state != JoinState::Joined && now.last_seq < room.last_seq.max(room.log.last())
    };
    state.epoch.is_some() && room.is_some_and(is_shorter)
}

/// Treats the journal as one of another epoch: no `seq` is valid, in any room. Connects again, since the server may
/// still answer commands with the old ones in this session.
pub(super) fn load(state: &mut State, at: Timestamp) -> Vec<Effect> {
    for room in state.rooms.iter_mut() {
        room.make_void(at);
    }
    state.thread = None;
    let own = changes::take_back_all(state, at);
    let drafts = drafts::take_back_all(state);
    state.warned.set_back = true;
    state.notice(at, Notice::SetBack);
    let connect = Effect::Link(LinkRequest::Connect(state.name.clone()));
    own.into_iter().chain(drafts).chain([connect]).collect()
}
