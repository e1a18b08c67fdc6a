//! The users that a message mentions: decided once, when it is stored, by the names of that moment.

use chat_proto::command::Body;
use chat_proto::limits::NAME_CHARS_MAX;
use chat_proto::{UserId, UserName, mention};

use super::proposal::Proposal;
use crate::journal::RoomId;

/// The name that mentions every connected user of the room.
const HERE: &str = "here";

/// Most users of a room in which [`HERE`] mentions them, as for `typing`.
const HERE_USERS_MAX: usize = 100;

/// The users whom a message mentions, in the order of their numbers.
pub(super) fn mentioned(
    proposal: &Proposal<'_>,
    room: RoomId,
    author: UserId,
    body: &Body,
) -> Box<[UserId]> {
    let Body::Message { text, .. } = body else { return Box::default() };
    let text = text.as_str();
    if mention::has_none(text) {
        return Box::default();
    }
    let mut users = Vec::new();
    for written in mention::candidates(text).take(mention::LOOKUPS_MAX) {
        match holder(proposal, written) {
            Some(user) if proposal.is_in(user, room) && proposal.has_record(user) => {
                users.push(user);
            }
            None if written.eq_ignore_ascii_case(HERE) && calls_all(text) => {
                users.extend(connected(proposal, room));
            }
            _ => {}
        }
    }
    users.retain(|user| *user != author);
    users.sort_unstable();
    users.dedup();
    users.into()
}

/// Whether a text has [`HERE`] with an `@`, and not as a word alone.
fn calls_all(text: &str) -> bool {
    let here = UserName::from_lossy(HERE);
    mention::mentions(text, &here).into_iter().any(|range| text[range].starts_with('@'))
}

/// The holder of a name. One in ASCII is looked up without an allocation, since every text may begin with a name.
fn holder(proposal: &Proposal<'_>, written: &str) -> Option<UserId> {
    if written.len() > NAME_CHARS_MAX && written.is_ascii() {
        return None;
    }
    if !written.is_ascii() {
        return proposal.names.holder(&UserName::new(written).ok()?);
    }
    let mut key = [0; NAME_CHARS_MAX];
    let key = key.get_mut(..written.len())?;
    // No name has spaces elsewhere.
    if written.trim() != written || written.contains("  ") {
        return None;
    }
    for (key, byte) in key.iter_mut().zip(written.bytes()) {
        *key = if byte == b' ' { b'_' } else { byte.to_ascii_lowercase() };
    }
    proposal.names.holder_of_key(str::from_utf8(key).ok()?)
}

/// The stored users who are connected in a room; none if there are more than [`HERE_USERS_MAX`].
fn connected(proposal: &Proposal<'_>, room: RoomId) -> Vec<UserId> {
    let Some(room) = proposal.state.rooms.get(room) else { return Vec::new() };
    room.with_users(|users| {
        let are_few = users.len() <= HERE_USERS_MAX;
        let ids = users.values().filter(|_| are_few).map(|user| user.id);
        ids.filter(|user| proposal.has_record(*user)).collect()
    })
}
