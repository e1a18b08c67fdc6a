//! `/devices`, `/drop`, `/end` and `/free`: the devices, the sessions and the name of a user; of others for owners.

use chat_proto::event::{AccountInfo, DeviceInfo, SessionInfo};
use chat_proto::{Command, Timestamp, UserName};

use super::{Effect, ask, order, place};
use crate::lists::Subject;
use crate::state::{Question, State};
use crate::wording::quoted;

/// Lists the devices and sessions of the user, or of another one: `[NAME]`.
///
/// # Errors
/// Returns the reason in words for the user, if they cannot be asked for.
pub(in crate::update) fn devices(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let user = other(state, argument)?;
    let effects = order(state, Command::Account { user }, None, at)?;
    state.open_picker(Subject::Devices, "");
    Ok(effects)
}

/// Drops a device, after a question: `[NAME] NUMBER`. Without a number, the list opens.
///
/// # Errors
/// Returns the reason in words for the user, if the argument names no device.
pub(in crate::update) fn drop_device(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let (name, number) = argument.rsplit_once(char::is_whitespace).unwrap_or(("", argument));
    let Ok(id) = number.parse() else {
        return devices(state, argument, at);
    };
    let user = other(state, name)?;
    Ok(ask(state, end_of_device(state, id, user), at))
}

/// Ends a session, after a question: `NUMBER`. Without a number, the list opens.
///
/// # Errors
/// Returns the reason in words for the user, if the argument is not a number.
pub(in crate::update) fn end_session(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    if argument.is_empty() {
        return devices(state, "", at);
    }
    let id = argument.parse().map_err(|_| {
        "Which session? /devices lists yours, /devices NAME those of others".to_owned()
    })?;
    Ok(ask(state, end_of_session(state, id), at))
}

/// Frees a name, after a question.
///
/// # Errors
/// Returns the reason in words for the user, if the argument is not a name of another user.
pub(in crate::update) fn free(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let user = other(state, argument)?
        .ok_or_else(|| "You cannot free your own name. /name NAME takes another one".to_owned())?;
    let name = quoted(&user);
    let question = Question {
        text: format!("Free the name {name}? Its user keeps its account, under a similar name"),
        verb: "frees it",
        done: Some(format!("The name {name} is free. Its user has a similar name now")),
        command: Command::Free { user },
    };
    Ok(ask(state, question, at))
}

/// Makes a code for a device of the user, or of another one: `[NAME]`.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be asked for.
pub(in crate::update) fn link(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let user = other(state, argument)?;
    order(state, Command::Link { user }, None, at)
}

/// The question about a chosen device of the list.
pub(in crate::update) fn end_of_listed_device(state: &State, id: u64) -> Question {
    let account = state.client.listed_account().account();
    let other = account.filter(|account| !state.client.is_me(account.id));
    end_of_device(state, id, other.map(|account| account.name.clone()))
}

/// The question whether a device is to be dropped.
fn end_of_device(state: &State, id: u64, user: Option<UserName>) -> Question {
    let account = state.client.listed_account().account();
    let devices = account.map_or(&[][..], |AccountInfo { devices, .. }| devices);
    let known = devices.iter().find(|device| device.id == id);
    let text = match (known, &user) {
        (Some(DeviceInfo { this: true, .. }), _) => {
            "Drop this device? You are logged out here. A code or your password lets you in again"
                .to_owned()
        }
        (known, user) => {
            let called = known.map(|of| of.device.as_str()).filter(|name| !name.is_empty());
            let called = called.map(|name| format!(" ({name})")).unwrap_or_default();
            let whose = user.as_ref().map(|name| format!(" of {}", quoted(name)));
            let whose = whose.unwrap_or_default();
            format!(
                "Drop device {id}{called}{whose}? It is logged out, and needs a code or a password"
            )
        }
    };
    let done = Some(format!("Device {id} is dropped"));
    Question { text, verb: "drops it", command: Command::Drop { id, user }, done }
}

/// The question whether a session is to end.
pub(in crate::update) fn end_of_session(state: &State, id: u64) -> Question {
    let account = state.client.listed_account().account();
    let sessions = account.map_or(&[][..], |AccountInfo { sessions, .. }| sessions);
    let text = match sessions.iter().find(|session| session.id == id) {
        Some(SessionInfo { this: true, .. }) => {
            "End this session? /reconnect begins another".to_owned()
        }
        _ => format!("End session {id}? Its device stays logged in, and can connect again"),
    };
    let done = Some(format!("Session {id} has ended"));
    Question { text, verb: "ends it", command: Command::End { session: id }, done }
}

/// The other user that is named; `None` for this one.
///
/// # Errors
/// Returns the reason in words for the user, if it is not a name, or more than one.
fn other(state: &State, argument: &str) -> Result<Option<UserName>, String> {
    let argument = argument.trim();
    if argument.is_empty() {
        return Ok(None);
    }
    let (name, rest) = place::user(state, argument)?;
    match rest {
        "" => Ok(Some(name).filter(|name| name != state.client.name())),
        _ => Err(format!("{argument} is more than one name. If one has spaces, write _ for each")),
    }
}
