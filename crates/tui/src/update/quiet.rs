//! `/notify`, `/quiet` and `/ignore`: what asks for attention, and who is heard.

use chat_client::NoticeKind;
use chat_client::Request;
use chat_client::choices::Level;
use chat_proto::{RoomName, Timestamp, UserName};

use super::{Effect, attention, notify, request};
use crate::settings::Choice;
use crate::state::State;

/// The word of `/notify` for the default of all rooms.
const DEFAULT: &str = "default";

/// `/notify`: shows or sets of what this room notifies.
///
/// # Errors
/// Returns the reason in words for the user, if there is no such level.
pub(super) fn level(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let room = state.shown().clone();
    let label = state.client.room().label();
    let mut effects = Vec::new();
    if !argument.is_empty() {
        let level = Level::parse(argument);
        if level.is_none() && argument != DEFAULT {
            return Err("Usage: /notify [mentions|all|none|default]".to_owned());
        }
        effects = request(state, Request::SetLevel { room: room.clone(), level }, at)?;
    }
    let choice = state.client.choices().room(&room);
    let text = match attention::level(state, &room) {
        _ if choice.is_muted => format!("{label} is quiet. /unquiet ends that"),
        Level::Mentions if room.is_private() => format!("{label} notifies you of all messages"),
        Level::Mentions => format!("{label} notifies you of mentions"),
        Level::All => format!("{label} notifies you of all messages"),
        Level::None => format!("{label} does not notify you"),
    };
    let source = if choice.level.is_none() && !choice.is_muted { " (the default)" } else { "" };
    effects.extend(notify(state, NoticeKind::Info, text + source, at));
    Ok(effects)
}

/// `/quiet` and `/unquiet`, for this room or another one.
///
/// # Errors
/// Returns the reason in words for the user, if there is no such room.
pub(super) fn quiet(
    state: &mut State,
    room: Option<RoomName>,
    is_quiet: bool,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let room = room.unwrap_or_else(|| state.shown().clone());
    let label = state.client.rooms().label(&room);
    let mut effects = request(state, Request::Mute { room, is_muted: is_quiet }, at)?;
    let text = if is_quiet {
        format!("{label} is quiet: only mentions are counted. /unquiet ends that")
    } else {
        format!("{label} is no longer quiet")
    };
    effects.extend(notify(state, NoticeKind::Info, text, at));
    Ok(effects)
}

/// `/ignore` and `/unignore`; without a name, lists the ignored users.
///
/// # Errors
/// Returns the reason in words for the user, if there is no such user.
pub(super) fn ignore(
    state: &mut State,
    argument: &str,
    ignores: bool,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    if argument.is_empty() {
        let ignored = state.client.choices().ignored().iter();
        let names: Vec<&str> = ignored.map(|user| user.name.as_str()).collect();
        let text = match names.as_slice() {
            [] => "You ignore nobody. /ignore NAME hides the messages of a user".to_owned(),
            names => format!("You ignore {}", names.join(", ")),
        };
        return Ok(notify(state, NoticeKind::Info, text, at));
    }
    let written = argument.strip_prefix('@').unwrap_or(argument);
    let name = UserName::new(written).map_err(|error| format!("Not a name: {error}"))?;
    let (asked, text) = if ignores {
        let text =
            format!("You ignore {name}: new messages are hidden. /unignore {name} ends that");
        (Request::Ignore(name), text)
    } else {
        let text = format!("You no longer ignore {name}: new messages are shown");
        (Request::Unignore(name), text)
    };
    let mut effects = request(state, asked, at)?;
    effects.extend(notify(state, NoticeKind::Info, text, at));
    Ok(effects)
}
