//! `update`: changes the state by one input, and returns the effects that are to be carried out. Nothing else
//! changes the state.
//!
//! Pure: no I/O, no clock and no randomness. The time comes in as a value, the network and the disk as
//! inputs.

mod addresses;
mod changes;
mod choices;
mod drafts;
mod events;
mod fetch;
mod history;
mod listing;
mod live;
mod messages;
mod orders;
mod presence;
mod refused;
mod reload;
mod requests;
mod search;
mod session;
mod set_back;
mod standing;
mod threads;
mod unreadable;
mod versions;

use chat_proto::command::Body as MessageBody;
use chat_proto::{Command, Timestamp};

pub use self::drafts::STORE_DRAFTS_AFTER;
pub use self::orders::is_order;
pub use self::search::SEARCH_PAUSE;
use crate::effect::Effect;
use crate::entry::{Body, Delivery, Origin};
use crate::input::Input;
use crate::link::LinkRequest;
use crate::notice::Notice;
use crate::sanitize;
use crate::state::State;
use crate::store::{OwnMessage, StoreOp};

/// Applies an input of the time `at` to `state`. Returns the effects, in the order in which they are to be carried out.
#[must_use]
pub fn update(state: &mut State, input: Input, at: Timestamp) -> Vec<Effect> {
    let done = match input {
        Input::Start => {
            session::push_all_pending(state, at);
            Vec::new()
        }
        Input::Request(request) => requests::request(state, request, at),
        Input::Link(event) => events::event(state, event.sanitize(), at),
        Input::LinkFull => {
            state.notice(at, Notice::TooManyRequests);
            Vec::new()
        }
        Input::Tick => {
            let effects = requests::send_read(state).into_iter().chain(drafts::tick(state));
            let mut effects: Vec<Effect> = effects.collect();
            effects.extend(live::tick(state, at));
            effects.extend(standing::tick(state, at));
            effects.extend(search::tick(state, at));
            effects.extend(reload::tick(state, at));
            effects
        }
        Input::Stored(stored) => {
            if let Err(why) = stored {
                not_stored(state, &why, at);
            }
            stored_next(state)
        }
        Input::ServerOpened { session, welcome, profile } => {
            session::open_server(state, session, *welcome, profile, at)
        }
        Input::UserOpened(Ok(profile)) => session::open_user(state, *profile, at),
        Input::UserOpened(Err(why)) => {
            state.notice(at, Notice::NotBecome { why: sanitize::line(&why) });
            Vec::new()
        }
    };
    threads::close_left(state);
    // A front end must know a room before a message goes there, so the effects for it come first.
    let mut effects = std::mem::take(&mut state.effects);
    effects.extend(done);
    effects.extend(choices::number_rooms(state));
    effects
}

/// Asks the store for something.
fn store(state: &mut State, op: StoreOp) -> Effect {
    state.outbox.record_op(&op);
    Effect::Store(op)
}

/// The store has answered, so a message that waited for it may be sent, also if it could not be stored.
fn stored_next(state: &mut State) -> Vec<Effect> {
    if let Some(id) = state.outbox.record_answer() {
        let id = id.clone();
        state.all_logs_mut().for_each(|log| log.mark_stored(&id));
    }
    send_waiting(state)
}

fn not_stored(state: &mut State, why: &str, at: Timestamp) {
    if !std::mem::replace(&mut state.warned.not_stored, true) {
        state.notice(at, Notice::NotStored { why: sanitize::line(why) });
    }
}

/// Shows a message that has no answer, or what it changes.
fn show_pending(state: &mut State, message: &OwnMessage, at: Timestamp) {
    let id = message.id.clone();
    let MessageBody::Message { kind, .. } = message.body else {
        if let Some(change) = changes::own_change(state, message, at) {
            let _ = state.rooms.get_or_make(&message.room);
            let logs = state.logs_mut(&message.room);
            logs.for_each(|log| log.push_change(id.clone(), change.clone()));
        }
        return;
    };
    let is_stored = state.outbox.is_stored(&id);
    let delivery = if is_stored { Delivery::Pending(id) } else { Delivery::Storing(id) };
    let body = Body::Message {
        from: state.name.clone(),
        kind,
        text: sanitize::text(message.text()),
        origin: Origin::Own(delivery),
        extras: messages::extras_of(message.body.links()),
    };
    if threads::has_pending(state, &message.room, &body)
        && let Some(thread) = state.thread_in(&message.room)
    {
        thread.log.push_pending(at, body.clone());
    }
    if let Some(room) = state.rooms.get_or_make(&message.room) {
        room.log.push_pending(at, body);
    }
}

/// Sends all messages that wait and are stored, if there is a session and all rooms they are for are known.
fn send_waiting(state: &mut State) -> Vec<Effect> {
    if state.session().is_none() || session::unknown(state).next().is_some() {
        return Vec::new();
    }
    let says = state.outbox.take_ready().into_iter();
    says.filter_map(|say| send(state, Command::Say(say))).collect()
}

/// Sends a command, if there is a session.
fn send(state: &State, command: Command) -> Option<Effect> {
    let session = state.session()?;
    Some(Effect::Link(LinkRequest::Send { session, command }))
}

#[cfg(test)]
mod tests;
