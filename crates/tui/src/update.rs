//! What an input does to the state, and what has to be done outside because of it.
//!
//! Pure: the time is a value, the network is news, and what is to happen comes back as effects.

mod commands;
mod keys;
mod news;

use chat_proto::command::Kind;
use chat_proto::{At, Command, Text};

pub use self::commands::{COMMANDS, CommandHelp};
pub use self::keys::KEYS;
use crate::clean;
use crate::input::{Input, Wheel};
use crate::link::Order;
use crate::state::{Body, Connection, Delivery, How, OUTBOX_MAX, State, Tone};

/// Rows per notch of the mouse wheel: what terminals do.
const WHEEL_ROWS: isize = 3;

/// Something to be done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Give the link an order.
    Order(Order),
    /// Ring the bell.
    Ring,
    /// End the program.
    Quit,
}

/// Takes what happened at `at` into `state`. Returns what is to be done, in that order.
#[must_use]
pub fn update(state: &mut State, input: Input, at: At) -> Vec<Effect> {
    match input {
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
        Input::News(news) => news::news(state, clean::news(news), at),
        Input::Stuck => {
            let text = "too much waits for the network; /reconnect calls the server again";
            state.log.note(at, Tone::Trouble, text);
            Vec::new()
        }
    }
}

/// Puts a text in the input box.
fn insert(state: &mut State, text: &str, at: At) {
    state.prompt.end_completion();
    if let Err(error) = state.prompt.editor.insert(text) {
        state.log.note(at, Tone::Trouble, error.to_string());
    }
}

fn scroll(state: &mut State, rows: isize) -> Vec<Effect> {
    let log = state.panes().log;
    if !log.is_empty() {
        state.log.scroll(rows, log.width.into(), log.height.into());
    }
    Vec::new()
}

/// Says something in the room: shows it at once, and sends it as soon as there is a session.
///
/// # Errors
/// In words for the user, where it cannot be said; then nothing has changed.
fn say(state: &mut State, kind: Kind, text: &str, at: At) -> Result<Vec<Effect>, String> {
    let said = Text::new(text).map_err(|error| format!("not said: {error}"))?;
    if state.outbox.is_full() {
        return Err(format!("not said: {OUTBOX_MAX} messages wait for the server already"));
    }
    let body = Body::Said {
        from: state.name.clone(),
        kind,
        text: clean::text(text),
        how: How::Own(Delivery::Pending),
    };
    let entry = state.log.push(at, body);
    state.log.to_newest();
    state.outbox.put(entry, state.room.clone(), kind, said);
    Ok(send_waiting(state))
}

/// Sends all that waits, where there is a session.
fn send_waiting(state: &mut State) -> Vec<Effect> {
    let Connection::Connected { session } = state.connection else {
        return Vec::new();
    };
    let says = state.outbox.send().into_iter();
    says.map(|say| Effect::Order(Order::Send { session, command: Command::Say(say) })).collect()
}

#[cfg(test)]
pub(crate) mod tests;
