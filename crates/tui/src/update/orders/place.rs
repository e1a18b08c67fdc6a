//! The room and the target of an order.

use chat_proto::{Network, RoomName, UserName};

use crate::durations;
use crate::state::{State, Whom};
use crate::update::commands::name_and_text;

/// The word for the server in place of a room.
pub(super) const SERVER: &str = "server";

/// Prefix of the number of an invite, in place of a user.
const INVITE: &str = "invite:";

/// Prefix of the time whose messages are removed.
pub(super) const REMOVE: &str = "remove:";

/// The arguments after the name: a time, a place, and a text, in any order, the text last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rest<'a> {
    /// The room; `None` for the server.
    pub(super) room: Option<RoomName>,
    /// Whether the user has named the place.
    pub(super) is_named: bool,
    pub(super) for_s: Option<u64>,
    /// Of a mute, a kick or a ban: the messages of that many last seconds are removed.
    pub(super) remove_since_s: Option<u64>,
    pub(super) text: &'a str,
}

/// The room on the screen; `None` for the server: in the lobby, which everybody is in, and in a direct message.
pub(super) fn shown(state: &State) -> Option<RoomName> {
    let room = state.shown();
    (*room != RoomName::lobby() && !room.is_private()).then(|| room.clone())
}

/// Splits an argument into a name and the rest.
///
/// # Errors
/// Returns the reason in words for the user, if it begins with no name.
pub(super) fn user<'a>(state: &State, argument: &'a str) -> Result<(UserName, &'a str), String> {
    let argument = argument.strip_prefix('@').unwrap_or(argument);
    let (name, rest) = name_and_text(state, argument)?;
    let name = UserName::new(name).map_err(|error| format!("Not a name: {error}"))?;
    Ok((name, rest))
}

/// The same, where a network or an invite may be in place of a user.
///
/// # Errors
/// As for [`user`].
pub(super) fn whom<'a>(state: &State, argument: &'a str) -> Result<(Whom, &'a str), String> {
    let (word, rest) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    if let Some(id) = word.strip_prefix(INVITE) {
        let id =
            id.parse().map_err(|_| format!("{INVITE} and a number. /invites has the numbers"))?;
        return Ok((Whom::Invite(id), rest.trim()));
    }
    // A name can have dots, too.
    let is_user = UserName::new(word).is_ok_and(|name| state.client.address_here(&name).is_some());
    if let Some(network) = word.parse::<Network>().ok().filter(|_| !is_user) {
        return Ok((Whom::Network(network), rest.trim()));
    }
    let (name, rest) = user(state, argument)?;
    Ok((Whom::User(name), rest))
}

/// Splits off a room that comes before the name of the user, as in other programs.
///
/// # Errors
/// Returns the reason in words for the user, if the room has no valid name, or nothing follows it.
pub(super) fn first(argument: &str) -> Result<(Option<RoomName>, &str), String> {
    if !argument.starts_with('#') {
        return Ok((None, argument));
    }
    let (word, rest) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    if rest.is_empty() {
        return Err(format!("Type the name of a user after {word}"));
    }
    Ok((Some(room(word)?), rest.trim()))
}

fn room(word: &str) -> Result<RoomName, String> {
    RoomName::new(word).map_err(|error| format!("Not a room: {error}"))
}

/// Reads what follows the name; `first` is the room before it.
///
/// # Errors
/// Returns the reason in words for the user, if a room has no valid name, or a removal no valid time.
pub(super) fn rest<'a>(
    state: &State,
    first: Option<RoomName>,
    written: &'a str,
) -> Result<Rest<'a>, String> {
    let mut rest = Rest {
        is_named: first.is_some(),
        room: first.or_else(|| shown(state)),
        for_s: None,
        remove_since_s: None,
        text: written.trim(),
    };
    loop {
        let (word, after) = rest.text.split_once(char::is_whitespace).unwrap_or((rest.text, ""));
        if let (None, Some(seconds)) = (rest.for_s, durations::seconds(word)) {
            rest.for_s = Some(seconds);
        } else if let Some(time) = word.strip_prefix(REMOVE) {
            // If a mistyped time became a part of the reason, nothing would be removed.
            let seconds = durations::seconds(time)
                .ok_or_else(|| format!("remove: is followed by a time, such as {REMOVE}10m"))?;
            rest.remove_since_s = Some(seconds);
        } else if !rest.is_named && word == SERVER {
            (rest.room, rest.is_named) = (None, true);
        } else if !rest.is_named && word.starts_with('#') {
            (rest.room, rest.is_named) = (Some(room(word)?), true);
        } else {
            rest.text = unquoted(rest.text);
            return Ok(rest);
        }
        rest.text = after.trim_start();
    }
}

/// A text without the quotes around it.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}
