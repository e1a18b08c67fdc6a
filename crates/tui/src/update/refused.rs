//! What the server does not carry out: it is told, and what was said is not lost with it.

use chat_proto::command::Say;
use chat_proto::{At, Refusal, RefusalCode};

use super::Effect;
use crate::clean;
use crate::state::{State, Tone, WithServer};
use crate::store::Keep;

/// The server refuses something.
pub(super) fn refused(state: &mut State, refusal: Refusal, at: At) -> Vec<Effect> {
    let room = refusal.room.as_ref().and_then(|room| state.rooms.get_mut(room));
    let wanted = room.filter(|room| room.with_server == WithServer::Wanted);
    let wanted = wanted.map(|room| room.name.clone());
    if refusal.code == RefusalCode::Shutdown && (refusal.n.is_some() || wanted.is_some()) {
        // Nor does it take what was said after that: all waits in its order for the server that comes
        // next.
        return Vec::new();
    }
    if let Some(n) = refusal.n
        && let Some(say) = state.outbox.settle(n)
    {
        not_said(state, n, &say, refusal, at);
        return vec![Effect::Keep(Keep::Settled(vec![n]))];
    }
    if let Some(name) = wanted {
        // Whatever was asked about it: where the server does not have it, it is none of ours.
        state.close(&name);
    }
    if refusal.code == RefusalCode::NotReadable
        && let Some(room) = refusal.room.as_ref().and_then(|room| state.rooms.get_mut(room))
        && std::mem::take(&mut room.loading)
    {
        room.log.asked_in_vain();
    }
    let free = refusal.suggestion.map(|name| format!("; /name {name} is free"));
    let text = format!("refused: {}{}", refusal.text, free.unwrap_or_default());
    state.room_mut().log.note(at, Tone::Trouble, text);
    Vec::new()
}

/// Number `n` is not said: the reason stands with it, or else where the user is now, as a room that is
/// none of ours takes with it what is in it.
fn not_said(state: &mut State, n: u64, say: &Say, refusal: Refusal, at: At) {
    let is_in = |with_server| with_server == WithServer::In;
    let is_ours = refusal.code != RefusalCode::NotInRoom
        && state.rooms.get_mut(&say.room).is_some_and(|room| is_in(room.with_server));
    if !is_ours {
        state.close(&say.room);
    }
    if let Some(room) = state.rooms.get_mut(&say.room) {
        room.log.refuse(n, at, refusal.text);
        return;
    }
    let text = clean::text(say.text.as_str());
    let note = format!("not said in {}: {}; Up brings it back: {text}", say.room, refusal.text);
    state.room_mut().log.note(at, Tone::Trouble, note);
    state.prompt.remember(say.text.as_str().to_owned());
}
