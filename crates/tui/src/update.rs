//! `update`: changes the state by one input, and returns the effects that are to be carried out.
//!
//! Pure: the time is a value, the network is news, and what is to happen comes back as effects.

mod addresses;
mod commands;
pub(crate) mod drafts;
mod keys;
mod messages;
mod news;
mod refused;
mod session;
mod tend;

use std::time::Duration;

use chat_client::clean;
use chat_client::link::Order;
use chat_client::outbox::OUTBOX_MAX;
use chat_client::store::{Keep, OwnMessage};
use chat_proto::command::Kind;
use chat_proto::event::Welcome;
use chat_proto::{Command, RoomName, Text, Timestamp, UserName};

use crate::input::{Input, Wheel};
use crate::state::{Body, Delivery, How, State, Tone};

/// Rows per notch of the mouse wheel: what terminals do.
const WHEEL_ROWS: isize = 3;

/// Something to be done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Keep something for the next run. Each is answered by [`Input::Stored`], in their order.
    Keep(Keep),
    /// Go on as another user; [`Input::Became`] tells what is known of that one. No key and no news come
    /// before.
    Become(UserName),
    /// Go on with what is stored for the server of this welcome; [`Input::Filed`] tells it. No key and no
    /// news come before.
    File {
        /// The number of the session.
        session: u64,
        /// What the server said.
        welcome: Box<Welcome>,
    },
    /// Give the link an order.
    Order(Order),
    /// Give an [`Input::Tick`] after this time, or before; one for all that ask.
    Tick(Duration),
    /// Ring the bell.
    Ring,
    /// Draw the whole screen anew, whatever is on it.
    Redraw,
    /// Give the terminal to the shell until it continues the program.
    Suspend,
    /// End the program, as soon as all else is done.
    Quit,
}

/// Takes what happened at `at` into `state`. Returns what is to be done, in that order.
#[must_use]
pub fn update(state: &mut State, input: Input, at: Timestamp) -> Vec<Effect> {
    let may_type = matches!(input, Input::Key(_) | Input::Paste(_));
    let mut effects = match input {
        Input::Start { notice } => {
            session::pend_all(state, at);
            if let Some(notice) = notice {
                state.room_mut().log.note(at, Tone::Trouble, notice);
            }
            Vec::new()
        }
        Input::Frame => tend::frame(state),
        Input::Key(key) => keys::key(state, key, at),
        Input::Paste(text) => {
            insert(state, &text, at);
            Vec::new()
        }
        Input::Wheel(Wheel::Up) => scroll(state, -WHEEL_ROWS),
        Input::Wheel(Wheel::Down) => scroll(state, WHEEL_ROWS),
        Input::Resize(size) => {
            state.size = size;
            Vec::new()
        }
        Input::Zone(zone) => {
            state.rooms.set_zone(&zone);
            Vec::new()
        }
        Input::News(news) => news::news(state, news.clean(), at),
        Input::Stuck => {
            let text = "too much waits for the network; /reconnect calls the server again";
            state.room_mut().log.note(at, Tone::Trouble, text);
            Vec::new()
        }
        Input::Tick => tend::tick(state).into_iter().chain(drafts::tick(state)).collect(),
        Input::Stored(stored) => {
            if let Err(why) = stored {
                not_kept(state, &why, at);
            }
            stored_next(state)
        }
        Input::Filed { session, welcome, profile } => {
            session::filed(state, session, *welcome, profile, at)
        }
        Input::Became(Ok(profile)) => session::became(state, *profile, at),
        Input::Became(Err(why)) => {
            let text = format!("not another user: {}", clean::line(&why));
            state.room_mut().log.note(at, Tone::Trouble, text);
            Vec::new()
        }
    };
    if may_type {
        effects.extend(drafts::look(state));
    }
    effects
}

/// Asks the store for something.
fn keep(state: &mut State, keep: Keep) -> Effect {
    state.outbox.ask(&keep);
    Effect::Keep(keep)
}

/// The store has answered: a message that waited for it may be sent. If it could not be stored, it is sent
/// all the same.
fn stored_next(state: &mut State) -> Vec<Effect> {
    if let Some(id) = state.outbox.hear_store() {
        for room in state.rooms.iter_mut() {
            room.log.stored(id);
        }
    }
    send_waiting(state)
}

fn not_kept(state: &mut State, why: &str, at: Timestamp) {
    if !std::mem::replace(&mut state.told.not_kept, true) {
        let why = clean::line(why);
        let text = format!(
            "this cannot be kept on this machine: {why}; what waits is lost if the program ends"
        );
        state.room_mut().log.note(at, Tone::Trouble, text);
    }
}

/// Puts a text in the input box.
fn insert(state: &mut State, text: &str, at: Timestamp) {
    state.prompt.end_completion();
    if let Err(error) = state.prompt.editor.insert(text) {
        state.room_mut().log.note(at, Tone::Trouble, error.to_string());
    }
}

fn scroll(state: &mut State, rows: isize) -> Vec<Effect> {
    let log = state.panes().log;
    if !log.is_empty() {
        state.room_mut().log.scroll(rows, log.width.into(), log.height.into());
    }
    Vec::new()
}

/// Says something in `room`: keeps it, shows it, and sends it as soon as it is stored and there is a
/// session.
///
/// # Errors
/// In words for the user, where it cannot be said; then nothing has changed.
fn say(
    state: &mut State,
    room: &RoomName,
    kind: Kind,
    text: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    if room.is_private() {
        addresses::check_server(state)?;
    }
    let text = Text::new(text).map_err(|error| format!("not said: {error}"))?;
    if state.outbox.is_full() {
        return Err(format!("not said: {OUTBOX_MAX} messages wait for the server already"));
    }
    let Some(place) = state.rooms.get_or_make(room) else {
        return Err("not said: there are too many rooms; /leave one".to_owned());
    };
    place.log.to_newest();
    let message = state.outbox.put(room.clone(), kind, text);
    let effect = keep(state, Keep::Said(message.clone()));
    pend(state, &message, at);
    Ok(vec![effect])
}

/// Shows a message that has no answer.
fn pend(state: &mut State, message: &OwnMessage, at: Timestamp) {
    let id = message.id.clone();
    let is_stored = state.outbox.is_stored(&id);
    let body = Body::Said {
        from: state.name.clone(),
        kind: message.kind,
        text: clean::text(message.text.as_str()),
        how: How::Own(if is_stored { Delivery::Pending(id) } else { Delivery::Storing(id) }),
    };
    if let Some(room) = state.rooms.get_or_make(&message.room) {
        room.log.pend(at, body);
    }
}

/// Sends all that waits and is stored, where there is a session and it is known where the user is.
fn send_waiting(state: &mut State) -> Vec<Effect> {
    if state.session().is_none() || session::unknown(state).next().is_some() {
        return Vec::new();
    }
    let says = state.outbox.send().into_iter();
    says.filter_map(|say| send(state, Command::Say(say))).collect()
}

/// Sends a command, where there is a session.
fn send(state: &State, command: Command) -> Option<Effect> {
    let session = state.session()?;
    Some(Effect::Order(Order::Send { session, command }))
}

#[cfg(test)]
pub(crate) mod tests;
