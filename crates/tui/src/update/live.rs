//! Tells others that the user is writing, or away.

use chat_client::{Input as ClientInput, Request};
use chat_proto::{AwayText, RoomName, Seq, Timestamp};

use super::{Effect, client};
use crate::state::State;

/// The text of the input box has become `text`: sends `typing` unless that is turned off or it is a command.
pub(super) fn type_in(
    state: &mut State,
    (room, thread): (&RoomName, Option<Seq>),
    text: &str,
    at: Timestamp,
) -> Vec<Effect> {
    let room_of = state.client.rooms().get(room);
    let before = room_of.map(|of| thread.map_or(of.draft(), |thread| of.draft_in_thread(thread)));
    let is_command = text.starts_with('/') && !text.starts_with("//");
    let is_told = state.look.settings().typing.value.is_on() && !state.asks_name();
    if !is_told || text.is_empty() || is_command || before.is_none_or(|before| before == text) {
        return Vec::new();
    }
    client(state, ClientInput::Request(Request::Typing(room.clone())), at)
}

/// The request of `/away TEXT`.
///
/// # Errors
/// Returns the reason in words for the user, if the text cannot be shown beside a name.
pub(super) fn away(text: &str) -> Result<Request, String> {
    let text = AwayText::new(text).map_err(|error| format!("Not away: {error}"))?;
    Ok(Request::Away(Some(text)))
}
