//! Goes to the first message of a day.

use chat_client::Request;
use chat_proto::{RoomName, Seq, Timestamp};

use super::{Effect, export, goto, request};
use crate::dates;
use crate::state::State;

/// Asks the server for the first message of a day, a month or a year.
///
/// # Errors
/// Returns the reason in words for the user, if it is not one of these, or if the server cannot be asked.
pub(super) fn go(state: &mut State, written: &str, at: Timestamp) -> Result<Vec<Effect>, String> {
    let Some(date) = dates::begin(written, &state.zone, at) else {
        return Err(format!("Not a day: {written}. Type {}", dates::FORMS));
    };
    let room = state.shown().clone();
    let effects = request(state, Request::FindDate { room, date }, at)?;
    let day = dates::long(dates::day(date, &state.zone));
    state.done = Some(Ok(format!("Looking for {day}…")));
    Ok(effects)
}

/// The server has found the message that a date leads to.
pub(super) fn take_found(
    state: &mut State,
    room: &RoomName,
    date: Timestamp,
    found: Option<(Seq, Timestamp)>,
) -> Option<Effect> {
    if export::awaits_first(state, room, date) {
        return export::first_found(state, found.map(|(seq, _)| seq));
    }
    if room != state.shown() {
        return None;
    }
    let Some((seq, stored)) = found else {
        state.done = Some(Err(format!("{} has no messages", state.client.room().label())));
        return None;
    };
    let (asked, came) = (dates::day(date, &state.zone), dates::day(stored, &state.zone));
    let said = match () {
        () if stored.as_millis() < date.as_millis() => {
            Some(format!("No message since {}. This is the newest", dates::long(asked)))
        }
        () if came > asked => Some(format!(
            "The first message since {} is of {}",
            dates::long(asked),
            dates::long(came)
        )),
        () => None,
    };
    state.done = said.map(Ok);
    goto::show_day(state, seq);
    None
}
