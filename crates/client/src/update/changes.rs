//! Changes of messages: the events of other users and sessions, and the requests of the user.

use chat_proto::command::Body;
use chat_proto::event::{Message, MessageKind};
use chat_proto::{RoomName, Seq, Timestamp, User, UserId, features};

use super::{Effect, requests, store, threads};
use crate::entry::{Delivery, Origin};
use crate::error::RequestError;
use crate::log::{Change, ChangeKind};
use crate::notice::Notice;
use crate::rooms::Room;
use crate::sanitize;
use crate::state::State;
use crate::store::{OwnMessage, StoreOp};

/// Whether a message is an event about another one, which has no entry of its own.
pub(super) const fn is_event(message: &Message) -> bool {
    !message.kind.is_read() && !matches!(message.kind, MessageKind::Topic)
}

/// The change that a message of the server makes to another one, if any.
pub(super) fn change_of(state: &State, message: &Message) -> Option<Change> {
    let details = message.details.as_deref()?;
    let on = details.on.unwrap_or(true);
    let kind = match message.kind {
        MessageKind::Edit => edit(state, message.text.as_str()),
        MessageKind::Delete => ChangeKind::Delete,
        MessageKind::Reaction => {
            let (user, is_me) = (message.from.clone(), state.is_me(message.from.id));
            ChangeKind::React { user, is_me, emoji: details.emoji.clone()?, on }
        }
        MessageKind::Pin => ChangeKind::Pin(on),
        MessageKind::Text | MessageKind::Action | MessageKind::Unknown => {
            let target = details.thread.or(details.reply_to)?;
            return Some(Change { target, at: message.at, kind: ChangeKind::Reply });
        }
        MessageKind::Topic => return None,
    };
    Some(Change { target: details.target?, at: message.at, kind })
}

/// The change that a message of the user makes to another one, if any.
pub(super) fn own_change(state: &State, own: &OwnMessage, at: Timestamp) -> Option<Change> {
    let links = own.body.links();
    let target = own.target().or(links.thread).or(links.reply_to)?;
    let kind = match &own.body {
        Body::Message { .. } => ChangeKind::Reply,
        Body::Edit { text, .. } => edit(state, &sanitize::text(text.as_str())),
        Body::Delete { .. } => ChangeKind::Delete,
        Body::Reaction { emoji, on, .. } => {
            // Before the first session the number is not known. The one that is accepted has it.
            let id = state.me.unwrap_or(UserId::new(0));
            let user = User { id, name: state.name.clone() };
            ChangeKind::React { user, is_me: true, emoji: emoji.clone(), on: *on }
        }
        Body::Pin { on, .. } => ChangeKind::Pin(*on),
        Body::Topic { .. } => return None,
    };
    Some(Change { target, at, kind })
}

fn edit(state: &State, text: &str) -> ChangeKind {
    ChangeKind::Edit(text.to_owned(), state.mentions.find(text, &state.name))
}

/// An event about a message has come, live or missed.
pub(super) fn event(state: &mut State, message: &Message) {
    let (change, is_own) = (change_of(state, message), state.is_me(message.from.id));
    if let Some(change) = &change {
        threads::change(state, &message.room, message.seq, change);
    }
    let Some(room) = state.rooms.get_mut(&message.room) else { return };
    room.last_seq = room.last_seq.max(message.seq);
    if let Some(change) = change {
        count_out(room, message, &change, is_own);
        room.log.change(message.seq, change);
    } else {
        room.log.fill(message.seq);
    }
    room.message_came(message.seq);
    room.mark_uncounted(message.seq);
}

/// Takes the changes in a page: its events, and the messages that answer others.
pub(super) fn page(state: &mut State, name: &RoomName, page: &[Message]) {
    for message in page {
        let (change, is_own) = (change_of(state, message), state.is_me(message.from.id));
        if let Some(change) = &change {
            threads::change(state, name, message.seq, change);
        }
        let Some(room) = state.rooms.get_mut(name) else { return };
        if !message.kind.is_read() {
            room.mark_uncounted(message.seq);
        }
        if let Some(change) = change {
            count_out(room, message, &change, is_own);
            room.log.note_change(message.seq, change);
        }
    }
}

/// Leaves a deleted message out of the counts, in which the user's own are not. Moderators delete messages of others: a
/// message that is not loaded is taken for one of the user who deleted it.
fn count_out(room: &mut Room, event: &Message, change: &Change, is_by_user: bool) {
    if !matches!(change.kind, ChangeKind::Delete) {
        return;
    }
    let loaded = room.log.message(change.target).and_then(|entry| entry.body.origin());
    match loaded.map_or(is_by_user, |origin| matches!(origin, Origin::Own(_))) {
        true => room.mark_uncounted(change.target),
        false => room.mark_deleted(change.target, event.seq),
    }
}

/// Puts a change of a message into the outbox.
pub(super) fn request(
    state: &mut State,
    room: &RoomName,
    body: Body,
    at: Timestamp,
) -> Result<Effect, RequestError> {
    if let Some(target) = body.target() {
        check(state, room, target, &body)?;
    }
    requests::put(state, room, body, at)
}

/// Checks what the client knows of the message that the user changes. The server decides.
fn check(state: &State, room: &RoomName, target: Seq, body: &Body) -> Result<(), RequestError> {
    check_server(state)?;
    let room = state.rooms.get(room).ok_or_else(|| RequestError::NotInRoom(room.clone()))?;
    if target == Seq::NONE || target > room.last_seq.max(room.log.last()) {
        return Err(RequestError::NotSentYet);
    }
    let Some(entry) = room.log.message(target) else { return Ok(()) };
    if entry.body.extras().is_some_and(|extras| extras.details.deleted) {
        return Err(RequestError::Deleted);
    }
    let is_mine = matches!(entry.body.origin(), Some(Origin::Own(Delivery::Accepted)));
    let may = match body {
        Body::Edit { .. } => is_mine,
        Body::Delete { .. } => is_mine || state.may_delete_others(room),
        _ => true,
    };
    if may { Ok(()) } else { Err(RequestError::NotYours) }
}

/// Checks that the server knows events about messages. Nothing is known without a session: then it decides.
pub(super) fn check_server(state: &State) -> Result<(), RequestError> {
    let knows = state.session().is_none() || state.features.has(features::EVENTS);
    if knows { Ok(()) } else { Err(RequestError::NoEvents) }
}

/// A session has begun: takes back what cannot be sent there. A message that is named by its `seq` is another one if
/// the journal was restored from a backup, and an old server knows no events.
pub(super) fn take_back(state: &mut State, at: Timestamp) -> Option<Effect> {
    let (epoch, knows) = (state.epoch.clone(), state.features.has(features::EVENTS));
    take_back_if(state, at, |own| {
        (own.target().is_some() && !knows)
            || (own.names_messages() && own.epoch.is_some() && own.epoch != epoch)
    })
}

/// A session has begun: does not send a reaction or a pin that a later one overtakes. The server may have refused it,
/// as it changed nothing then, and the answer may be lost; now it would be stored after the later one.
pub(super) fn drop_overtaken(state: &mut State) -> Option<Effect> {
    let own: Vec<OwnMessage> = state.outbox.messages().cloned().collect();
    let is_overtaken = |(index, of): &(usize, &OwnMessage)| {
        own[index + 1..]
            .iter()
            .any(|later| later.room == of.room && overtakes(&later.body, &of.body))
    };
    let dropped: Vec<&OwnMessage> =
        own.iter().enumerate().filter(is_overtaken).map(|(_, of)| of).collect();
    for of in &dropped {
        state.outbox.acknowledge(&of.id);
        state.logs_mut(&of.room).for_each(|log| log.remove_change(&of.id));
    }
    let ids: Vec<_> = dropped.into_iter().map(|of| of.id.clone()).collect();
    (!ids.is_empty()).then(|| store(state, StoreOp::Acknowledged(ids)))
}

/// Whether both switch the same reaction or pin.
fn overtakes(later: &Body, before: &Body) -> bool {
    match (later, before) {
        (
            Body::Reaction { target, emoji, .. },
            Body::Reaction { target: same, emoji: other, .. },
        ) => target == same && emoji == other,
        (Body::Pin { target, .. }, Body::Pin { target: same, .. }) => target == same,
        _ => false,
    }
}

/// The journal was set back: no `seq` is valid.
pub(super) fn take_back_all(state: &mut State, at: Timestamp) -> Option<Effect> {
    take_back_if(state, at, OwnMessage::names_messages)
}

fn take_back_if(
    state: &mut State,
    at: Timestamp,
    is_void: impl Fn(&OwnMessage) -> bool,
) -> Option<Effect> {
    let void: Vec<OwnMessage> =
        state.outbox.messages().filter(|own| is_void(own)).cloned().collect();
    if void.is_empty() {
        return None;
    }
    for own in &void {
        state.outbox.acknowledge(&own.id);
        for log in state.logs_mut(&own.room) {
            log.remove_change(&own.id);
            drop(log.remove_pending(&own.id));
        }
        not_made(state, own, None, at);
    }
    let ids = void.into_iter().map(|own| own.id).collect();
    Some(store(state, StoreOp::Acknowledged(ids)))
}

/// A change of the user is not made: says why, in its room, and gives the text back. Without a refusal, the message is
/// not there any more.
pub(super) fn not_made(
    state: &mut State,
    own: &OwnMessage,
    refusal: Option<Box<chat_proto::Refusal>>,
    at: Timestamp,
) {
    let (label, text) = (state.rooms.label(&own.room), sanitize::text(own.text()));
    let text = Some(text).filter(|_| !own.text().is_empty());
    if text.is_some() {
        state.effects.push(Effect::TextReturned(own.text().to_owned()));
    }
    state.notice(
        at,
        Notice::NotChanged { room: label, kind: MessageKind::of(&own.body), refusal, text },
    );
}
