//! Handles refusals of the server: the user sees the reason, and no text is lost.

use chat_proto::{Refusal, RefusalCode, RoomName, Timestamp};

use super::{
    Effect, addresses, changes, listing, orders, reload, search, store, threads, versions,
};
use crate::notice::{LookupError, Notice};
use crate::rooms::JoinState;
use crate::sanitize;
use crate::state::State;
use crate::store::{MessageId, OwnMessage, StoreOp};

/// The server has refused a command.
pub(super) fn take_refusal(state: &mut State, refusal: Refusal, at: Timestamp) -> Vec<Effect> {
    let room = refusal.room.as_ref().and_then(|room| state.rooms.get_mut(room));
    let requested = room.filter(|room| room.join_state == JoinState::Requested);
    let requested = requested.map(|room| room.name.clone());
    if refusal.code == RefusalCode::Shutdown && (refusal.n.is_some() || requested.is_some()) {
        // It refuses the following messages, too: all wait in order for the next server.
        return Vec::new();
    }
    let id = refusal.n.and_then(|n| state.outbox.find(refusal.device.as_ref(), n));
    if let Some(id) = id {
        if refusal.code == RefusalCode::NumberUsed {
            return renumber_and_send(state, &id);
        }
        if let Some(message) = state.outbox.acknowledge(&id) {
            not_sent(state, &message, refusal, at);
            return vec![store(state, StoreOp::Acknowledged(vec![id]))];
        }
    }
    orders::take_refusal(state);
    if search::take_refusal(state, &refusal) {
        return search::send_question(state).into_iter().collect();
    }
    if let Some(name) = refusal.room.as_ref().and_then(RoomName::other)
        && addresses::is_asked(state, &name)
    {
        addresses::not_found(state, &name, &LookupError::Refused(Box::new(refusal)), at);
        return Vec::new();
    }
    if let Some(name) = requested {
        // The server does not have the room, so the user is not in it.
        close(state, &name);
    }
    let mut effects = Vec::new();
    let mut is_known = false;
    if refusal.seq.is_some() {
        if versions::take_refusal(state, &refusal) || threads::take_refusal(state, &refusal) {
            return effects;
        }
    } else if refusal.code == RefusalCode::NotReadable
        && let Some(room) = &refusal.room
    {
        let failed = reload::fail(state, room, at);
        effects.extend(failed.effects);
        is_known = failed.is_known;
    }
    effects.extend(listing::take_refusal(state, &refusal));
    if !is_known {
        state.notice(at, Notice::Refused(Box::new(refusal)));
    }
    effects
}

/// Closes a room that the server does not have, unless the client has all there is of it.
fn close(state: &mut State, name: &RoomName) {
    match state.rooms.get_mut(name).filter(|room| room.is_restored) {
        Some(room) => room.join_state = JoinState::Unknown,
        None => state.close(name),
    }
}

/// Another message has the number of this one: gives it a new one, and sends it again once that is stored.
fn renumber_and_send(state: &mut State, id: &MessageId) -> Vec<Effect> {
    let Some(new) = state.outbox.renumber(id) else {
        return Vec::new();
    };
    state.all_logs_mut().for_each(|log| log.renumber(id, new.clone()));
    let all = state.unanswered();
    vec![store(state, StoreOp::Pending(all))]
}

/// A message was refused. Shows the reason next to it; if its room is closed, shows both in the current room
/// instead.
fn not_sent(state: &mut State, message: &OwnMessage, refusal: Refusal, at: Timestamp) {
    if message.target().is_some() {
        state.logs_mut(&message.room).for_each(|log| log.remove_change(&message.id));
        if refusal.code == RefusalCode::NoChange {
            // Another session of the user has done it before.
            return;
        }
        return changes::not_made(state, message, Some(Box::new(refusal)), at);
    }
    let is_in = |join_state| join_state == JoinState::Joined;
    let label = state.rooms.label(&message.room);
    let is_joined = refusal.code != RefusalCode::NotInRoom
        && state.rooms.get_mut(&message.room).is_some_and(|room| is_in(room.join_state));
    if !is_joined {
        close(state, &message.room);
    }
    let refusal = Box::new(refusal);
    if state.rooms.get(&message.room).is_some() {
        let logs = state.logs_mut(&message.room);
        logs.for_each(|log| log.refuse(&message.id, at, refusal.clone()));
        return;
    }
    let text = sanitize::text(message.text());
    state.notice(at, Notice::NotSent { room: label, refusal, text });
    state.effects.push(Effect::TextReturned(message.text().to_owned()));
}
