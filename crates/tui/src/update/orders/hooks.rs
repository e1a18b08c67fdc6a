//! `/hook`, `/revoke-hook`.

use chat_proto::{Command, Timestamp, UserName};

use super::{Effect, ask, order};
use crate::state::{Question, State};

/// Makes a hook of the current room, as a bot with that name.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be made.
pub(in crate::update) fn hook(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let room = state.client.room().name().clone();
    if room.is_private() {
        return Err("Nothing is posted into a direct message. Go to a room first".to_owned());
    }
    let name = UserName::new(argument).map_err(|error| format!("Not a name: {error}"))?;
    order(state, Command::Hook { room, name }, None, at)
}

/// Ends a hook, after a question.
///
/// # Errors
/// Returns the reason in words for the user, if the argument is not the number of a hook.
pub(in crate::update) fn revoke_hook(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let id = argument.parse().map_err(|_| "Which hook? /hooks has their numbers".to_owned())?;
    Ok(ask(state, end_of_hook(id), at))
}

/// The question whether a hook is to end.
pub(in crate::update) fn end_of_hook(id: u64) -> Question {
    Question {
        text: format!("End hook {id}? What was posted stays, and nothing more is posted"),
        verb: "ends it",
        command: Command::RevokeHook { id },
        done: Some(format!("Hook {id} has ended")),
    }
}
