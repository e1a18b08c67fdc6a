//! Goes to a message that is listed somewhere: in another room, or in a part of the room that is not loaded. Esc comes
//! back.

use chat_client::{Input as ClientInput, LoadTarget, Request};
use chat_proto::{RoomName, Seq, Timestamp};

use super::{Effect, client, message, request, retry_failed};
use crate::state::{Arrival, GoTo, Origin, Selection, State};
use crate::viewport::ScrollPosition;
use crate::wording::OFFLINE;

/// How often messages are asked for until the message is there: once if nothing else is on its way.
const TRIES_MAX: usize = 3;

/// Goes to a message of a list.
///
/// # Errors
/// Returns the reason in words for the user, if the user is not in the room.
pub(super) fn jump(
    state: &mut State,
    room: RoomName,
    seq: Seq,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let here = state.here();
    let effects = start(state, room, seq, Arrival::Select, at)?;
    (state.origin, state.find) = (Some(here), None);
    Ok(effects)
}

/// Goes to the first message of a day in the room on the screen.
pub(super) fn show_day(state: &mut State, seq: Seq) {
    let (here, room) = (state.here(), state.shown().clone());
    state.end_jump();
    state.close_thread();
    state.selection = None;
    state.origin = Some(here);
    state.goto = Some(GoTo { room, seq, arrival: Arrival::ShowDay, tries: TRIES_MAX });
}

/// Goes to a message.
///
/// # Errors
/// Returns the reason in words for the user, if the user is not in the room.
pub(super) fn start(
    state: &mut State,
    room: RoomName,
    seq: Seq,
    arrival: Arrival,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    if state.client.rooms().get(&room).is_none() {
        return Err(format!("You're not in {} any more", state.client.rooms().label(&room)));
    }
    state.prompt.put_back();
    state.close_thread();
    let mut effects = request(state, Request::Open(room.clone()), at)?;
    effects.extend(retry_failed(state, at));
    state.goto = Some(GoTo { room, seq, arrival, tries: TRIES_MAX });
    Ok(effects)
}

/// Goes back to where the user was before. Returns `None` if there is no way back.
pub(super) fn back(state: &mut State, at: Timestamp) -> Option<Vec<Effect>> {
    let origin = state.origin.take()?;
    state.selection = None;
    let seq = match origin.position {
        ScrollPosition::Back(anchor) => anchor.seq(),
        ScrollPosition::Newest | ScrollPosition::New | ScrollPosition::Oldest => Seq::NONE,
    };
    let done = start(state, origin.room.clone(), seq, Arrival::Restore(origin), at);
    Some(done.unwrap_or_else(|why| {
        state.done = Some(Err(why));
        Vec::new()
    }))
}

/// Before a frame: the message may be there by now. If not, asks for it.
pub(super) fn frame(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let Some(goto) = state.goto.take().filter(|goto| goto.room == *state.shown()) else {
        return Vec::new();
    };
    if is_there(state, &goto) {
        return arrive(state, goto, at);
    }
    let room = state.client.room();
    let why = if state.client.session().is_none() {
        OFFLINE
    } else if room.is_loading() {
        state.goto = Some(goto);
        return Vec::new();
    } else if room.is_waiting_to_load() {
        "The server can't read its older messages now. Try again later"
    } else if goto.tries == 0 || room.log().is_loaded(goto.seq) {
        "The message is not there any more"
    } else {
        let load = Request::Load(goto.room.clone(), LoadTarget::At(goto.seq));
        state.goto = Some(GoTo { tries: goto.tries - 1, ..goto });
        return client(state, ClientInput::Request(load), at);
    };
    match goto.arrival {
        // As near as the loaded messages allow.
        Arrival::Restore(_) => arrive(state, goto, at),
        Arrival::Select | Arrival::ShowDay => {
            state.done = Some(Err(why.to_owned()));
            Vec::new()
        }
    }
}

fn is_there(state: &State, goto: &GoTo) -> bool {
    let room = state.client.room();
    match goto.arrival {
        Arrival::Select => room.log().message(goto.seq).is_some(),
        // It may be an event about another message, which has no entry.
        Arrival::ShowDay => room.log().is_loaded(goto.seq),
        // A message that is being sent is after the last one, and still there.
        Arrival::Restore(_) => {
            goto.seq == Seq::NONE || room.log().is_loaded(goto.seq.min(room.last_seq()))
        }
    }
}

/// The messages are loaded.
fn arrive(state: &mut State, goto: GoTo, at: Timestamp) -> Vec<Effect> {
    let (seq, log) = (goto.seq, state.client.room().log());
    match goto.arrival {
        Arrival::Select => {
            let Some(entry) = log.message(seq) else { return Vec::new() };
            let (index, selection) = (log.position(entry.id(), seq), Selection::of(Some(entry)));
            state.move_through(|viewport, rows, height| viewport.show(index, rows, height));
            state.selection = selection;
            if let Some(find) = state.hidden_find() {
                find.arrived = selection;
            }
            Vec::new()
        }
        Arrival::ShowDay => {
            let index = log.index_from(seq);
            state.move_through(|viewport, rows, height| viewport.show(index, rows, height));
            Vec::new()
        }
        Arrival::Restore(Origin { room, position, thread }) => {
            state.viewport_mut(&room).restore(position);
            thread.map(|root| message::thread(state, root, at)).unwrap_or_default()
        }
    }
}
