//! Messages from the server: into the log of their room, and out of the outbox if the user wrote them.

use chat_proto::command::Links;
use chat_proto::event::{Accepted, Details, Message};
use chat_proto::mention::is_in;
use chat_proto::{Command, RoomName, Seq, Timestamp};

use super::{Effect, changes, send, store, threads};
use crate::entry::{Body, Delivery, Extras, Origin};
use crate::log::Change;
use crate::rooms::JoinState;
use crate::state::State;
use crate::store::{MessageId, StoreOp};

/// A message of a room, live or missed.
pub(super) fn message(state: &mut State, message: &Message) -> Vec<Effect> {
    let mut effects = Vec::new();
    if changes::is_event(message) {
        effects.extend(acknowledge_own(state, message));
        changes::event(state, message);
        return effects;
    }
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
    let change = changes::change_of(state, message);
    let Some(room) = state.rooms.get_or_make(&message.room) else {
        return effects;
    };
    if is_unknown {
        room.join_state = JoinState::Requested;
    }
    if room.is_private() && room.title.is_none() && !own {
        state.rooms.set_title(&message.room, &message.from.name);
    }
    let coming = state.rooms.get(&message.room).and_then(|room| room.coming);
    // What is missed comes as it is now.
    let as_of = coming.filter(|last| message.seq <= *last).unwrap_or(Seq::NONE);
    threads::message(state, message, &body, as_of);
    if let Some(change) = &change {
        threads::change(state, &message.room, message.seq, change);
    }
    let Some(room) = state.rooms.get_mut(&message.room) else {
        return effects;
    };
    room.last_seq = room.last_seq.max(message.seq);
    room.log.insert_as_of(message.seq, message.at, body, as_of);
    if let Some(change) = change {
        room.log.note_change(message.seq, change);
    }
    room.message_came(message.seq);
    if own || !is_counted(message) {
        room.mark_uncounted(message.seq);
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
    let room = room.filter(|_| !is_own && is_counted(message));
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

/// Whether a message counts as unread: not one that was deleted, nor the notice of a topic.
pub(super) fn is_counted(message: &Message) -> bool {
    message.kind.is_read() && !message.details.as_ref().is_some_and(|details| details.deleted)
}

/// Whether a message is for the user alone, or names them.
pub(super) fn is_alert(state: &State, message: &Message, body: &Body) -> bool {
    let is_mention =
        matches!(body, Body::Message { origin: Origin::Other(found), .. } if !found.is_empty());
    let is_direct = message.room.is_private() && !state.is_me(message.from.id);
    (is_mention || is_direct) && is_counted(message)
}

/// Messages as entries of the log.
pub(super) fn entries(state: &State, messages: &[Message]) -> Vec<(Seq, Timestamp, Body)> {
    let shown = messages.iter().filter(|message| !changes::is_event(message));
    shown.map(|message| (message.seq, message.at, body(state, message))).collect()
}

/// A message as an entry of the log.
pub(super) fn body(state: &State, message: &Message) -> Body {
    let from = message.from.name.clone();
    let details = message.details.as_deref();
    let is_deleted = details.is_some_and(|details| details.deleted);
    let text = if is_deleted { "" } else { message.text.as_str() }.to_owned();
    let extras = details.map(|details| {
        // A newer server may say more of a message than of an event.
        let of_event = Details { target: None, emoji: None, on: None, ..details.clone() };
        Box::new(Extras { details: of_event, is_pending: false })
    });
    let origin = match state.is_me(message.from.id) {
        _ if message.damaged => Origin::Damaged,
        true => Origin::Own(Delivery::Accepted),
        false if state.choices.ignores(message.from.id) => return Body::Ignored { from },
        false => Origin::Other(state.mentions.find(&text, &state.name)),
    };
    Body::Message { from, kind: message.kind.shown_as(), text, origin, extras }
}

/// The state of a new message of the user besides its text.
pub(super) fn extras_of(Links { reply_to, thread }: Links) -> Option<Box<Extras>> {
    let details = Details { reply_to, thread, ..Details::default() };
    let extras = Extras { details, is_pending: false };
    (extras != Extras::default()).then(|| Box::new(extras))
}

/// If the user wrote it and it was pending, it is acknowledged.
pub(super) fn acknowledge_own(state: &mut State, message: &Message) -> Option<Effect> {
    let device = message.device.clone().filter(|_| state.is_me(message.from.id))?;
    let id = MessageId { device, n: message.n? };
    // The text of a damaged message is another one, so that is another entry.
    let place = if message.damaged { Place::Unknown } else { Place::Comes(message.seq) };
    acknowledge(state, &id, place)
}

/// The server has stored a message of the user: moves it from the outbox to its place in the log.
pub(super) fn accept(state: &mut State, accepted: Accepted) -> Vec<Effect> {
    let Accepted { n: Some(n), device, room, seq, at, repeat } = accepted else {
        return Vec::new();
    };
    // Version 0.1.0 does not say which message it repeats.
    let is_placed = !repeat || state.journal.is_some();
    let place = if is_placed { Place::Here(&room, seq, at) } else { Place::Unknown };
    let id = state.outbox.find(device.as_ref(), n);
    let change = id.as_ref().and_then(|id| change_by_answer(state, id, at));
    let effect = id.and_then(|id| acknowledge(state, &id, place));
    if is_placed && let Some(room) = state.rooms.get_mut(&room) {
        room.last_seq = room.last_seq.max(seq);
        room.log.reach(seq);
        room.mark_uncounted(seq);
        let name = room.name.clone();
        if let Some(change) = change {
            state.logs_mut(&name).for_each(|log| log.note_change(seq, change.clone()));
        }
    }
    effect.into_iter().collect()
}

/// The change that a pending message of the user makes to the message that it answers.
fn change_by_answer(state: &State, id: &MessageId, at: Timestamp) -> Option<Change> {
    let own = state.outbox.messages().find(|own| own.id == *id)?;
    changes::own_change(state, own, at).filter(|_| own.target().is_none())
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
    let is_event = message.target().is_some();
    let change = match place {
        Place::Here(_, _, at) if is_event => changes::own_change(state, &message, at),
        _ => None,
    };
    for log in state.logs_mut(&message.room) {
        match place {
            Place::Here(_, seq, _) if is_event => log.accept_change(id, seq, change.clone()),
            _ if is_event => log.remove_change(id),
            Place::Here(name, seq, at) if *name == message.room => log.accept(id, seq, at),
            Place::Comes(seq) => drop(log.expect_again(id, seq)),
            Place::Here(..) | Place::Unknown => drop(log.remove_pending(id)),
        }
    }
    Some(store(state, StoreOp::Acknowledged(vec![id.clone()])))
}
