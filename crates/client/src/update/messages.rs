//! Messages from the server: into the log of their room, and out of the outbox if the user wrote them.

use chat_proto::event::{Accepted, Message};
use chat_proto::mention::is_in;
use chat_proto::{Command, RoomName, Seq, Timestamp};

use super::{Effect, send, store};
use crate::entry::{Body, Delivery, Origin};
use crate::rooms::JoinState;
use crate::state::State;
use crate::store::{MessageId, StoreOp};

/// A message of a room, live or missed.
pub(super) fn message(state: &mut State, message: &Message) -> Vec<Effect> {
    let mut effects = Vec::new();
    let own = state.is_me(message.from.id);
    let is_unknown = state.rooms.index(&message.room).is_none();
    if is_unknown {
        // Another user has begun a direct message; the server will send the room.
        if !message.room.as_str().starts_with('@') {
            return effects;
        }
        let join = Command::Join { room: message.room.clone(), since: None };
        effects.extend(send(state, join));
    }
    effects.extend(acknowledge_own(state, message));
    state.live.stop_typing(Some(&message.room), message.from.id);
    let body = body(state, message);
    let alerts = is_alert(state, message, &body);
    let Some(room) = state.rooms.get_or_make(&message.room) else {
        return effects;
    };
    if is_unknown {
        room.join_state = JoinState::Requested;
    }
    if room.is_private() && room.title.is_none() && !own {
        state.rooms.set_title(&message.room, &message.from.name);
    }
    let Some(room) = state.rooms.get_mut(&message.room) else {
        return effects;
    };
    room.last_seq = room.last_seq.max(message.seq);
    room.log.insert(message.seq, message.at, body);
    room.message_came(message.seq);
    if own {
        room.mark_own(message.seq);
    }
    if receive(state, message, alerts) && alerts {
        effects.push(Effect::Alert(Box::new(message.clone())));
    }
    effects
}

/// Gives a message to the front end, if it is of another user, not read, and here for the first time. Returns
/// whether it is.
pub(super) fn receive(state: &mut State, message: &Message, alerts: bool) -> bool {
    let is_own = state.is_me(message.from.id);
    state.authors.add(&message.from);
    let room = state.rooms.get_mut(&message.room);
    let room = room.filter(|_| !is_own);
    if state.choices.ignores(message.from.id) {
        let names = is_in(message.text.as_str(), &state.name);
        if let Some(room) = room {
            room.ignore(message.seq, names);
        }
        return false;
    }
    // A name without `@` is not counted, however the front end finds mentions: the server does not count it.
    let counts = alerts && (message.room.is_private() || is_in(message.text.as_str(), &state.name));
    let is_new = room.is_some_and(|room| room.receive(message.seq, counts));
    if is_new {
        state.effects.push(Effect::Received(Box::new(message.clone())));
    }
    is_new
}

/// Whether a message is for the user alone, or names them.
pub(super) fn is_alert(state: &State, message: &Message, body: &Body) -> bool {
    let is_mention =
        matches!(body, Body::Message { origin: Origin::Other(found), .. } if !found.is_empty());
    is_mention || (message.room.is_private() && !state.is_me(message.from.id))
}

/// Messages as entries of the log.
pub(super) fn entries(state: &State, messages: &[Message]) -> Vec<(Seq, Timestamp, Body)> {
    messages.iter().map(|message| (message.seq, message.at, body(state, message))).collect()
}

/// A message as an entry of the log.
fn body(state: &State, message: &Message) -> Body {
    let from = message.from.name.clone();
    let text = message.text.as_str().to_owned();
    let origin = match state.is_me(message.from.id) {
        _ if message.damaged => Origin::Damaged,
        true => Origin::Own(Delivery::Accepted),
        false if state.choices.ignores(message.from.id) => return Body::Ignored { from },
        false => Origin::Other(state.mentions.find(&text, &state.name)),
    };
    Body::Message { from, kind: message.kind.shown_as(), text, origin }
}

/// If the user wrote it and it was pending, it is acknowledged.
pub(super) fn acknowledge_own(state: &mut State, message: &Message) -> Option<Effect> {
    let device = message.device.clone().filter(|_| state.is_me(message.from.id))?;
    let id = MessageId { device, n: message.n? };
    // The text of a damaged message is another one, so that is another entry.
    let place = if message.damaged { Place::Unknown } else { Place::Comes(message.seq) };
    acknowledge(state, &id, place)
}

pub(super) fn accept(state: &mut State, accepted: Accepted) -> Vec<Effect> {
    let Accepted { n: Some(n), device, room, seq, at, repeat } = accepted else {
        return Vec::new();
    };
    // Version 0.1.0 does not say which message it repeats.
    let is_placed = !repeat || state.journal.is_some();
    let place = if is_placed { Place::Here(&room, seq, at) } else { Place::Unknown };
    let id = state.outbox.answered(device.as_ref(), n);
    let effect = id.and_then(|id| acknowledge(state, &id, place));
    if is_placed && let Some(room) = state.rooms.get_mut(&room) {
        room.last_seq = room.last_seq.max(seq);
        room.log.reach(seq);
        room.mark_own(seq);
    }
    effect.into_iter().collect()
}

/// Where the server has stored a message of the user.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// There.
    Here(&'a RoomName, Seq, Timestamp),
    /// There; the message follows.
    Comes(Seq),
    /// The message says so when it comes.
    Unknown,
}

/// The server has stored a message.
fn acknowledge(state: &mut State, id: &MessageId, place: Place<'_>) -> Option<Effect> {
    let unaddressed = state.unaddressed.messages.extract_if(.., |message| message.id == *id).next();
    let message = state.outbox.acknowledge(id).or(unaddressed)?;
    if let Some(room) = state.rooms.get_mut(&message.room) {
        match place {
            Place::Here(name, seq, at) if *name == message.room => room.log.accept(id, seq, at),
            Place::Comes(seq) => drop(room.log.expect_again(id, seq)),
            Place::Here(..) | Place::Unknown => drop(room.log.remove_pending(id)),
        }
    }
    Some(store(state, StoreOp::Acknowledged(vec![id.clone()])))
}
