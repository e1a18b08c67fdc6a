//! Events of the server that this version cannot read. What waited for one does not wait any more, and the user reads
//! why.

use chat_proto::native::UnreadableEvent;
use chat_proto::{Refusal, RoomName, Timestamp};

use super::{Effect, addresses, listing, orders, reload, search, threads, versions};
use crate::notice::{LookupError, Notice};
use crate::rooms::Room;
use crate::state::State;

/// The answers to orders of which no list is kept. The user waits for each.
const ORDER_ANSWERS: [&str; 5] = ["invite", "hook", "link", "sessions", "accounts"];

/// The server has sent such an event. If its type is not known, either, it may be the answer to any question.
pub(super) fn take(state: &mut State, line: UnreadableEvent, at: Timestamp) -> Vec<Effect> {
    let UnreadableEvent { kind, refusal } = line;
    let text = format!("this version cannot read the answer ({})", refusal.text);
    let why = Refusal { text, ..refusal.clone() };
    let may_be = |event: &str| kind.is_none_or(|kind| kind == event);
    let mut effects = Vec::new();
    if may_be("history") {
        effects.extend(fail_pages(state, at));
    }
    let mut ended = orders::fail(state, may_be) | listing::fail(state, may_be, &mut effects);
    ended |= kind.is_some_and(|kind| ORDER_ANSWERS.contains(&kind));
    if may_be("thread") {
        ended |= threads::fail(state, &why);
    }
    if may_be("versions") {
        ended |= versions::fail(state, &why);
    }
    if may_be("found") && state.search.take_refusal(&why) {
        effects.extend(search::send_question(state));
        ended = true;
    }
    if may_be("room") {
        fail_lookups(state, &why, at);
    }
    let is_first = !std::mem::replace(&mut state.warned.unreadable, true);
    if is_first || ended {
        state.notice(at, Notice::Unreadable(Box::new(refusal)));
    }
    effects
}

/// The pages of rooms are asked for again, after a pause.
fn fail_pages(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let waits = |room: &&Room| room.loading.is_some();
    let rooms = state.rooms.list().iter().filter(waits).map(|room| room.name.clone());
    let rooms: Vec<RoomName> = rooms.collect();
    rooms.iter().flat_map(|room| reload::fail(state, room, at).effects).collect()
}

/// The texts for users whom the server was asked for go back to the user.
fn fail_lookups(state: &mut State, why: &Refusal, at: Timestamp) {
    let names: Vec<_> = state.questions.iter().map(|question| question.name.clone()).collect();
    for name in names {
        addresses::not_found(state, &name, &LookupError::Refused(Box::new(why.clone())), at);
    }
}
