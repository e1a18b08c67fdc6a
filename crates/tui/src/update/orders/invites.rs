//! `/invite`, `/revoke`.

use chat_proto::limits::{INVITE_S_MAX, INVITE_USES_MAX};
use chat_proto::{Command, Role, RoomName, ShortString, Timestamp, UserName};

use super::{Effect, ask, order};
use crate::durations;
use crate::state::{Question, State};
use crate::wording::quoted;

/// Makes an invite: `[USES] [TIME] [ROLE] [#ROOM] [NOTE]`.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be made.
pub(in crate::update) fn invite(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let (mut uses, mut valid_s, mut role, mut room) = (None, None, None, None);
    let mut rest = argument;
    loop {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if uses.is_none() && !word.is_empty() && word.bytes().all(|digit| digit.is_ascii_digit()) {
            uses = Some(uses_in(word)?);
        } else if let (None, Some(seconds)) = (valid_s, durations::seconds(word)) {
            valid_s = Some(valid(seconds)?);
        } else if let (None, Some(named)) = (role, role_named(word)) {
            role = Some(named);
        } else if room.is_none() && word.starts_with('#') {
            let named = RoomName::new(word).map_err(|error| format!("Not a room: {error}"))?;
            room = Some(named);
        } else {
            break;
        }
        rest = after.trim_start();
    }
    if let Some(name) = known_user(state, rest) {
        return Err(format!(
            "{} has an account here. Into a private room: /ask-in {}. For somebody new: /invite alone",
            quoted(&name),
            name.as_str().replace(' ', "_")
        ));
    }
    let note = match rest {
        "" => None,
        note => Some(ShortString::new(note).map_err(|_| "A note has at most 64 bytes".to_owned())?),
    };
    order(state, Command::Invite { uses, valid_s, role, room, note }, None, at)
}

/// The user whom other programs would ask into a room: a name, perhaps with a room, and no note.
fn known_user(state: &State, rest: &str) -> Option<UserName> {
    let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let name = UserName::new(word.trim_start_matches('@')).ok()?;
    let is_known = after.is_empty() || after.trim_start().starts_with('#');
    (is_known && state.client.address_here(&name).is_some()).then_some(name)
}

fn uses_in(word: &str) -> Result<u32, String> {
    let uses = word.parse().ok().filter(|uses| (1..=INVITE_USES_MAX).contains(uses));
    uses.ok_or_else(|| format!("An invite lets in 1 to {INVITE_USES_MAX} users"))
}

fn valid(seconds: u64) -> Result<u32, String> {
    let valid = u32::try_from(seconds).ok().filter(|seconds| *seconds <= INVITE_S_MAX);
    valid.ok_or_else(|| {
        format!("An invite is valid for at most {}", durations::in_words(INVITE_S_MAX.into()))
    })
}

fn role_named(word: &str) -> Option<Role> {
    [Role::Member, Role::Moderator, Role::Owner].into_iter().find(|role| role.as_str() == word)
}

/// Ends an invite, after a question.
///
/// # Errors
/// Returns the reason in words for the user, if the argument is not the number of an invite.
pub(in crate::update) fn revoke(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let id = argument.parse().map_err(|_| "Which invite? /invites has their numbers".to_owned())?;
    Ok(ask(state, end_of(id), at))
}

/// The question whether an invite is to end.
pub(in crate::update) fn end_of(id: u64) -> Question {
    Question {
        text: format!("End invite {id}? Users who came by it stay, and nobody else comes"),
        verb: "ends it",
        command: Command::Revoke { id },
        done: Some(format!("Invite {id} has ended")),
    }
}
