//! `/mute`, `/kick`, `/ban`, and `/unmute`, `/unban`, which end them.

use chat_client::NoticeKind;
use chat_proto::command::Sanction;
use chat_proto::limits::REMOVE_S_MAX;
use chat_proto::{Command, Reason, Role, RoomName, SanctionKind, Timestamp};

use super::place::{self, Rest};
use super::{Effect, lists, notify, order};
use crate::durations;
use crate::lists::Subject;
use crate::state::{SanctionLookup, State, Whom};

/// Mutes, kicks or bans: `NAME [TIME] [remove:TIME] [server | #ROOM] [REASON]`.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be sent.
pub(in crate::update) fn sanction(
    state: &mut State,
    kind: SanctionKind,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let is_room = argument.starts_with('#') && !argument.contains(char::is_whitespace);
    if kind == SanctionKind::Mute && is_room {
        return Err(format!("/mute is for a user. To make a room quiet: /quiet {argument}"));
    }
    let (first, argument) = place::first(argument)?;
    let (whom, written) = place::whom(state, argument)?;
    let Rest { room, is_named, for_s, remove_since_s, text } = place::rest(state, first, written)?;
    let remove_since_s = remove_since_s.map(removed).transpose()?;
    let reason = Reason::new(text).map_err(|error| format!("Not sent: {error}"))?;
    let (user, network, invite) = match whom {
        Whom::User(name) if name == *state.client.name() => {
            return Err("You can't do this to yourself".to_owned());
        }
        Whom::User(name) => (Some(name), None, None),
        Whom::Network(network) => (None, Some(network), None),
        Whom::Invite(id) => (None, None, Some(id)),
    };
    if user.is_none() && is_named && room.is_some() {
        return Err(
            "A network or an invite is muted or banned on the whole server. Leave out the room"
                .to_owned(),
        );
    }
    let room = room.filter(|_| user.is_some());
    if kind == SanctionKind::Kick && for_s.is_some() {
        return Err(
            "A kick has no time: a kicked user can come back. /ban NAME TIME keeps them out"
                .to_owned(),
        );
    }
    let sanction = Sanction { kind, user, network, invite, room, for_s, remove_since_s, reason };
    order(state, Command::Sanction(Box::new(sanction)), None, at)
}

/// The messages of that many last seconds are removed.
fn removed(seconds: u64) -> Result<u32, String> {
    let removed = u32::try_from(seconds).ok().filter(|seconds| *seconds <= REMOVE_S_MAX);
    removed.ok_or_else(|| {
        format!("remove: takes at most {}", durations::in_words(REMOVE_S_MAX.into()))
    })
}

/// Ends a mute or a ban: `NAME [server | #ROOM]`. The server knows it by a number, so it is looked for first.
///
/// # Errors
/// Returns the reason in words for the user, if it cannot be looked for.
pub(in crate::update) fn lift(
    state: &mut State,
    kind: SanctionKind,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let (first, argument) = place::first(argument)?;
    let (whom, written) = place::whom(state, argument)?;
    let Rest { room: place, is_named, text, .. } = place::rest(state, first, written)?;
    if !text.is_empty() {
        return Err("Type the name alone, or the name and a room or the word server".to_owned());
    }
    let moderates = matches!(state.client.role(), Role::Moderator | Role::Owner);
    let then_server = place.is_some() && !is_named && moderates;
    let effects = order(state, list_of(place.clone()), None, at)?;
    state.sanction_lookup = Some(SanctionLookup { kind, whom, place, asked: None, then_server });
    Ok(effects)
}

/// The server has listed the mutes and bans of a place: ends the one that is looked for, or looks for it elsewhere.
pub(super) fn pardon_listed(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let Some(sanction_lookup) = state.sanction_lookup.take() else {
        return Vec::new();
    };
    let found =
        state.client.sanctions().items().iter().find(|sanction| sanction_lookup.is(sanction));
    let done = match found.and_then(|sanction| sanction.id) {
        Some(id) => order(state, Command::Pardon { id }, None, at),
        None if sanction_lookup.then_server => {
            let next = order(state, list_of(None), None, at);
            let asked = sanction_lookup.place.clone();
            state.sanction_lookup =
                Some(SanctionLookup { place: None, asked, then_server: false, ..sanction_lookup });
            next
        }
        None => Err(not_found(&sanction_lookup)),
    };
    done.unwrap_or_else(|why| notify(state, NoticeKind::Trouble, why, at))
}

/// Lists the mutes and bans of the room on the screen, or of the server.
///
/// # Errors
/// Returns the reason in words for the user, if the argument is something else.
pub(in crate::update) fn list(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let is_server = match argument {
        "" => place::shown(state).is_none(),
        place::SERVER => true,
        _ => return Err("Type /sanctions for this room, or /sanctions server".to_owned()),
    };
    Ok(lists::open(state, Subject::Sanctions { is_server }, "", at))
}

/// The command that lists those of a place.
fn list_of(room: Option<RoomName>) -> Command {
    Command::Sanctions { room, after: None, limit: None }
}

fn not_found(sanction_lookup: &SanctionLookup) -> String {
    let done = if sanction_lookup.kind == SanctionKind::Mute { "muted" } else { "banned" };
    let whom = match &sanction_lookup.whom {
        Whom::User(name) => name.to_string(),
        Whom::Network(network) => network.to_string(),
        Whom::Invite(id) => format!("invite:{id}"),
    };
    let place = match (&sanction_lookup.place, &sanction_lookup.asked) {
        (Some(room), _) => format!("in {room}"),
        (None, Some(room)) => format!("in {room}, nor on this server"),
        (None, None) => "on this server".to_owned(),
    };
    format!("{whom} is not {done} {place}. /sanctions lists the mutes and bans")
}
