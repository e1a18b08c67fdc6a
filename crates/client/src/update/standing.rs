//! Roles, rules, mutes and bans: what the server says of them.

use std::time::Duration;

use chat_proto::event::{RoleHolder, SanctionInfo};
use chat_proto::{
    AccountChange, Privacy, Role, RoomName, Rules, SanctionKind, Timestamp, User, UserId,
};

use super::Effect;
use crate::notice::{Notice, Person, Target};
use crate::state::State;

/// Longest time until a tick checks whether a mute has ended: a clock may be set.
const TICK_MAX: Duration = Duration::from_secs(3_600);

/// The roles of users of a room that the server has listed.
pub(super) fn set_listed(state: &mut State, room: &RoomName, users: &[User], roles: &[RoleHolder]) {
    if let Some(room) = state.rooms.get_mut(room) {
        users.iter().for_each(|user| room.roles.set(user.id, Role::Member));
        roles.iter().for_each(|holder| room.roles.set(holder.id, holder.role));
    }
}

/// A user has another role.
pub(super) fn role(
    state: &mut State,
    room: Option<&RoomName>,
    user: User,
    role: Role,
    by: Option<User>,
    at: Timestamp,
) {
    let is_me = state.is_me(user.id);
    let before = match room {
        Some(room) => state.rooms.get(room).map(|room| room.role(user.id)),
        None => Some(state.role()).filter(|_| is_me),
    };
    match room.and_then(|room| state.rooms.get_mut(room)) {
        Some(room) => room.roles.set(user.id, role),
        None if room.is_none() && is_me => state.standing.role = Some(role),
        None => {}
    }
    // Without an author, the user enters the room, or the operator has done it.
    let is_change = before != Some(role);
    let by = match by {
        Some(by) => person(state, Some(by)),
        None if room.is_none() && is_change => Person::Operator,
        None => return,
    };
    let given = (user.id, role);
    let is_told_already = room.is_some() && (!is_change || state.standing.given == Some(given));
    if room.is_none() {
        state.standing.given = Some(given);
    }
    if !is_told_already {
        let notice =
            Notice::RoleGiven { user: person(state, Some(user)), role, room: room.cloned(), by };
        tell(state, room, notice, at);
    }
}

/// A room has other rules.
pub(super) fn rules(
    state: &mut State,
    name: &RoomName,
    rules: Rules,
    by: Option<User>,
    at: Timestamp,
) {
    let by = person(state, by);
    let Some(room) = state.rooms.get_mut(name) else { return };
    let before = room.rules.replace(rules);
    let label = room.label();
    tell(state, Some(name), Notice::RulesSet { room: label, before, rules, by }, at);
}

/// A user was asked into a room.
pub(super) fn show_asked_in(
    state: &mut State,
    room: RoomName,
    user: &User,
    by: User,
    at: Timestamp,
) {
    let is_new = !state.is_me(user.id) || state.standing.add_asked(&room);
    if is_new {
        let (user, by) = (person(state, Some(user.clone())), person(state, Some(by)));
        let place = room.clone();
        tell(state, Some(&place), Notice::AskedIn { room, user, by }, at);
    }
}

/// Somebody is muted, kicked or banned.
pub(super) fn sanction(state: &mut State, sanction: SanctionInfo, at: Timestamp) -> Vec<Effect> {
    let hits_me = hits_me(state, &sanction);
    let is_known =
        hits_me && sanction.kind != SanctionKind::Kick && !state.standing.sanction(&sanction);
    if is_known {
        return tick(state, at).into_iter().collect();
    }
    let room = sanction.room.clone();
    let mut is_private = false;
    if hits_me
        && sanction.kind != SanctionKind::Mute
        && let Some(room) = &room
    {
        // The log of the room is removed with it, so the notice is shown in the room that is then open.
        is_private = state.rooms.get(room).is_some_and(|room| {
            room.rules().is_some_and(|rules| rules.privacy == Privacy::Private)
                && state.role_in(room) == Role::Member
        });
        state.close(room);
    }
    let notice = Notice::Sanctioned {
        kind: sanction.kind,
        whom: target(state, &sanction),
        room: room.clone(),
        ms_left: sanction.until.map(|until| left(until, at)),
        by: person(state, sanction.by),
        reason: sanction.reason,
        is_private,
    };
    match hits_me {
        true => state.notice(at, notice),
        false => tell(state, room.as_ref(), notice, at),
    }
    tick(state, at).into_iter().collect()
}

/// A mute or a ban has ended before its time.
pub(super) fn take_pardon(
    state: &mut State,
    sanction: &SanctionInfo,
    by: Option<User>,
    at: Timestamp,
) {
    let was_mine = state.standing.pardon(sanction.id);
    let notice = Notice::Pardoned {
        kind: sanction.kind,
        whom: if was_mine { Target::Person(Person::You) } else { target(state, sanction) },
        room: sanction.room.clone(),
        // The server does not say who has ended it to the user it was about.
        by: by.map(|by| person(state, Some(by))),
    };
    tell(state, sanction.room.as_ref(), notice, at);
}

/// Forgets mutes that have ended, and asks for a tick at the end of the next one.
pub(super) fn tick(state: &mut State, at: Timestamp) -> Option<Effect> {
    let next = state.standing.expire(at)?;
    Some(Effect::Tick(Duration::from_millis(next).min(TICK_MAX)))
}

/// Somebody has changed the account of the user.
pub(super) fn show_account_change(
    state: &mut State,
    what: AccountChange,
    by: Option<User>,
    at: Timestamp,
) {
    let by = person(state, by);
    state.notice(at, Notice::AccountChanged { what, by });
}

/// Shows a notice in a room, or in the current one if it is of the server or the room is not here.
fn tell(state: &mut State, room: Option<&RoomName>, notice: Notice, at: Timestamp) {
    let other = room.filter(|room| **room != state.room().name);
    match other.and_then(|room| state.rooms.get_mut(room)) {
        Some(room) => room.log.notice(at, notice),
        None => state.notice(at, notice),
    }
}

/// Whether a sanction is about the user. One of a network or an invite is sent to its author, and to the users it is
/// about.
fn hits_me(state: &State, sanction: &SanctionInfo) -> bool {
    match &sanction.user {
        Some(user) => state.is_me(user.id),
        None => !sanction.by.as_ref().is_some_and(|by| state.is_me(by.id)),
    }
}

fn target(state: &State, sanction: &SanctionInfo) -> Target {
    match (&sanction.user, sanction.network, sanction.invite) {
        (Some(user), ..) => Target::Person(person(state, Some(user.clone()))),
        _ if hits_me(state, sanction) => Target::Person(Person::You),
        (None, Some(network), _) => Target::Network(network),
        (None, None, invite) => Target::Invite(invite.unwrap_or_default()),
    }
}

/// The person that `user` is for the user of the client; the operator if there is none.
fn person(state: &State, user: Option<User>) -> Person {
    match user {
        None => Person::Operator,
        Some(user) if state.is_me(user.id) => Person::You,
        Some(user) => Person::Other(user.name),
    }
}

fn left(until: Timestamp, at: Timestamp) -> u64 {
    u64::try_from(until.as_millis().saturating_sub(at.as_millis())).unwrap_or_default()
}

/// A user has left a room, and its role with it.
pub(super) fn clear_role(state: &mut State, room: &RoomName, user: UserId) {
    if let Some(room) = state.rooms.get_mut(room) {
        room.roles.set(user, Role::Member);
    }
}
