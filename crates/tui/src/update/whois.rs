//! `/whois`: what the client knows of a user.

use chat_client::entry::Body;
use chat_client::{NoticeKind, Partner, Room};
use chat_proto::{Role, Timestamp, User, UserName};

use super::{Effect, notify};
use crate::state::State;
use crate::wording::away;

/// Most entries of a log that are searched for the newest message of a user.
const ENTRIES_SEARCHED: usize = 2_000;

/// Says whether a user is connected, in which rooms, and when the user wrote something last.
///
/// # Errors
/// Returns the reason in words for the user, if it is not a name or nobody of that name is known.
pub(super) fn whois(
    state: &mut State,
    argument: &str,
    at: Timestamp,
) -> Result<Vec<Effect>, String> {
    let named = |written: &str| UserName::new(written.strip_prefix('@').unwrap_or(written));
    let name = named(argument).map_err(|error| format!("Not a name: {error}"))?;
    // In IRC, the name twice asks for more. A name can have a space, too.
    let twice = argument.split_once(' ').filter(|(name, again)| name == again);
    let twice = || describe(state, &named(twice?.0).ok()?);
    let text = describe(state, &name).or_else(twice).ok_or_else(|| {
        format!(
            "No user \"{name}\" in your rooms. To write to a user who is in none of them: /msg {name} TEXT"
        )
    })?;
    Ok(notify(state, NoticeKind::Info, text, at))
}

/// What is known of a user; `None` if nothing is.
fn describe(state: &State, name: &UserName) -> Option<String> {
    let client = &state.client;
    let user = |room: &'_ Room| room.users().iter().find(|user| user.name == *name).cloned();
    let rooms = || client.rooms().list().iter().filter(|room| user(room).is_some());
    let direct = client.rooms().titled(name);
    let known = rooms().find_map(user);
    let written = known.as_ref().map(|user| user.name.clone());
    let written = written.or_else(|| direct?.label().other())?;
    let mut text = format!("{written}: {}", presence(state, known.as_ref(), direct));
    let shared = rooms().filter(|room| !room.is_private());
    let shared: Vec<String> = shared.map(|room| with_role(room, name)).collect();
    if !shared.is_empty() {
        text.push_str(&format!(" · in {}", shared.join(", ")));
    }
    let rooms = client.rooms().list().iter();
    let last = rooms.filter_map(|room| Some((wrote(room, name)?, room.label()))).max();
    if let Some((at, room)) = last {
        text.push_str(&format!(" · last wrote in {room} on {}", day_and_time(state, at)));
    }
    Some(text)
}

/// A room, and the role that the user has there if it is more than a member.
fn with_role(room: &Room, name: &UserName) -> String {
    let user = room.users().iter().find(|user| user.name == *name);
    match user.map(|user| room.role(user.id)) {
        None | Some(Role::Member) => room.label().to_string(),
        Some(role) => format!("{} ({role})", room.label()),
    }
}

/// Whether a user can be reached. A user who is `known` from a room is connected.
fn presence(state: &State, known: Option<&User>, direct: Option<&Room>) -> String {
    if state.client.session().is_none() {
        return "you're offline, so it isn't known whether they are online".to_owned();
    }
    match known.map(|user| state.client.away(user.id)) {
        Some(None) => "online".to_owned(),
        Some(Some(text)) => away(text),
        None => match direct.and_then(|room| state.client.partner(room)) {
            Some(Partner::Offline(Some(at))) => {
                format!("offline · last seen {}", day_and_time(state, at))
            }
            _ => "offline".to_owned(),
        },
    }
}

fn day_and_time(state: &State, at: Timestamp) -> String {
    let date = at.timestamp().to_zoned(state.zone.clone()).strftime("%-d %B").to_string();
    format!("{date}, {}", state.look.settings().time.value.minutes(at, &state.zone))
}

/// When a user wrote the newest message that is here of a room.
fn wrote(room: &Room, name: &UserName) -> Option<Timestamp> {
    let log = room.log();
    let entries = (0..log.len()).rev().take(ENTRIES_SEARCHED).filter_map(|index| log.get(index));
    let mut of_user =
        entries.filter(|entry| matches!(&entry.body, Body::Message { from, .. } if from == name));
    of_user.next().map(|entry| entry.at)
}
