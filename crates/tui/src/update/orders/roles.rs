//! `/role`.

use chat_client::NoticeKind;
use chat_proto::{Command, Role, RoomName, Timestamp, UserName};

use super::place::{self, Rest};
use super::{Effect, ask, notify, order};
use crate::settings::closest;
use crate::state::{Question, State};
use crate::wording::{a_role, one_word, place as place_name, quoted};

/// The roles that one can give, the lowest first.
const ROLES: [Role; 4] = [Role::Member, Role::Voice, Role::Moderator, Role::Owner];

/// Shows or gives the role of a user: `NAME [ROLE] [server | #ROOM]`.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be given.
pub(in crate::update) fn role(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let (first, argument) = place::first(argument)?;
    let (name, written) = place::user(state, argument)?;
    let (word, after) = written.split_once(char::is_whitespace).unwrap_or((written, ""));
    let named = role_named(word);
    // The place may come first.
    let Rest { room, text, .. } =
        place::rest(state, first, if named.is_some() { after } else { written })?;
    let role = match named.or_else(|| role_named(text)) {
        Some(role) => role,
        None if text.is_empty() => {
            let text = shows(state, &name, room.as_ref());
            return Ok(notify(state, NoticeKind::Info, text, at));
        }
        None => return Err(unknown(text)),
    };
    if named.is_some() && !text.is_empty() {
        return Err(unknown(text));
    }
    if role == Role::Voice && room.is_none() {
        return Err(format!(
            "A voice is a role in a room: /role {} voice #ROOM, or type it in the room",
            one_word(&name)
        ));
    }
    let is_me = name == *state.client.name();
    let command = Command::Grant { user: name.clone(), room: room.clone(), role };
    let place = place_name(room.as_ref());
    let text = match (is_me, &room, role) {
        (true, ..) if rank(role) < rank(own(state, room.as_ref())) => {
            format!(
                "Give up your role, {}, in {place}? Only an owner gives it back",
                own(state, room.as_ref())
            )
        }
        (false, None, Role::Owner) => {
            format!(
                "Make {} an owner of this server, who can do everything that you can?",
                quoted(&name)
            )
        }
        (false, None, Role::Moderator) => {
            format!(
                "Make {} a moderator of this server, who can mute, kick and ban?",
                quoted(&name)
            )
        }
        _ => return order(state, command, None, at),
    };
    Ok(ask(state, Question { text, verb: "does it", command, done: None }, at))
}

fn role_named(word: &str) -> Option<Role> {
    ROLES.into_iter().find(|role| role.as_str() == word)
}

fn unknown(word: &str) -> String {
    let guess = closest(word, ROLES.iter().map(|role| role.as_str()));
    let guess = guess.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
    format!("There is no role {word}.{guess} Roles are member, voice, moderator and owner")
}

fn rank(role: Role) -> Option<usize> {
    ROLES.iter().position(|known| *known == role)
}

/// The user's own role there.
fn own(state: &State, room: Option<&RoomName>) -> Role {
    match room {
        None => state.client.role(),
        Some(room) => {
            state.client.rooms().get(room).map_or(Role::Member, |room| state.client.role_in(room))
        }
    }
}

/// Which role a user has, as far as it is known.
fn shows(state: &State, name: &UserName, room: Option<&RoomName>) -> String {
    let client = &state.client;
    let how = format!("/role {} ROLE changes it: member, voice, moderator, owner", one_word(name));
    if *name == *client.name() {
        let role = a_role(own(state, room));
        return format!("You are {role} of {}. {how}", place_name(room));
    }
    // The roles of others on the server show in the lobby.
    let lobby = RoomName::lobby();
    let place = room.unwrap_or(&lobby);
    let found = client.rooms().get(place).and_then(|room| {
        let user = room.users().iter().find(|user| user.name == *name)?;
        Some(room.role(user.id))
    });
    match found {
        Some(role) => format!("{} is {} of {place}. {how}", quoted(name), a_role(role)),
        None => format!("{} is not in {place} now. {how}", quoted(name)),
    }
}
