//! Goes to a message that is listed somewhere: in another room, or in a part of the room that is not loaded.

use chat_client::{Input as ClientInput, LoadWhat, Request};
use chat_proto::{RoomName, Seq, Timestamp};

use super::{Effect, client, request};
use crate::state::{GoTo, Selection, State};

/// How often messages are asked for until the message is there: once if nothing else is on its way.
const TRIES_MAX: usize = 3;

/// Goes to a message.
///
/// # Errors
/// Returns the reason in words for the user, if the user is not in the room.
pub(super) fn start(
    state: &mut State,
    room: RoomName,
    seq: Seq,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    if state.client.rooms().get(&room).is_none() {
        return Err(format!("You're not in {} any more", state.client.rooms().label(&room)));
    }
    state.prompt.put_back();
    state.close_thread();
    let effects = request(state, Request::Open(room.clone()), at)?;
    state.goto = Some(GoTo { room, seq, tries: TRIES_MAX });
    Ok(effects)
}

/// Before a frame: the message may be there by now. If not, asks for it.
pub(super) fn frame(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let Some(goto) = state.goto.take().filter(|goto| goto.room == *state.shown()) else {
        return Vec::new();
    };
    let (seq, room) = (goto.seq, state.client.room());
    let log = room.log();
    if let Some(entry) = log.message(seq) {
        let (index, selection) = (log.position(entry.id(), seq), Selection::of(Some(entry)));
        state.move_through(|viewport, rows, height| viewport.show(index, rows, height));
        state.selection = selection;
        return Vec::new();
    }
    if state.client.session().is_none() {
        state.done = Some(Err("You're offline. Try again once connected".to_owned()));
        return Vec::new();
    }
    if room.is_loading() {
        state.goto = Some(goto);
        return Vec::new();
    }
    if goto.tries == 0 || log.is_loaded(seq) {
        state.done = Some(Err("The message is not there any more".to_owned()));
        return Vec::new();
    }
    let load = Request::Load(goto.room.clone(), LoadWhat::At(seq));
    state.goto = Some(GoTo { tries: goto.tries - 1, ..goto });
    client(state, ClientInput::Request(load), at)
}
