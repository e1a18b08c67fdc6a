//! The texts that a message has had.

use chat_proto::event::Version;
use chat_proto::limits::EDITS_MAX;
use chat_proto::{Command, Refusal, RoomName, Seq};

use super::{Effect, changes, send};
use crate::error::RequestError;
use crate::listing::VersionList;
use crate::state::State;

/// Asks for the texts of a message, unless they are on their way.
pub(super) fn ask(
    state: &mut State,
    room: RoomName,
    seq: Seq,
) -> Result<Option<Effect>, RequestError> {
    changes::check_server(state)?;
    if state.version_list.is_loading && state.version_list.is_of(&room, seq) {
        return Ok(None);
    }
    let effect = send(state, Command::Versions { room: room.clone(), seq, after: None });
    state.version_list = VersionList {
        message: Some((room, seq)),
        is_loading: effect.is_some(),
        ..VersionList::default()
    };
    effect.map(Some).ok_or(RequestError::NotConnected)
}

/// Some of them have come, the first ones first. Asks for those that follow.
pub(super) fn page(
    state: &mut State,
    room: RoomName,
    seq: Seq,
    page: Vec<Version>,
    more: bool,
) -> Option<Effect> {
    let list = &mut state.version_list;
    if !list.is_loading || !list.is_of(&room, seq) {
        return None;
    }
    // The answer to an earlier question about the same message may have come before.
    let known = list.versions.last().map_or(Seq::NONE, |version| version.seq);
    let last = page.last().map(|version| version.seq).filter(|_| more);
    list.versions.extend(page.into_iter().filter(|version| version.seq > known));
    let after = last.filter(|_| list.versions.len() <= EDITS_MAX);
    list.is_loading = after.is_some();
    after.and_then(|after| send(state, Command::Versions { room, seq, after: Some(after) }))
}

/// The server has refused a command about a message. Returns whether that was the one for the versions.
pub(super) fn take_refusal(state: &mut State, refusal: &Refusal) -> bool {
    let list = &mut state.version_list;
    let is_its =
        refusal.room.as_ref().zip(refusal.seq).is_some_and(|(room, seq)| list.is_of(room, seq));
    if !is_its || !list.is_loading {
        return false;
    }
    (list.is_loading, list.refusal) = (false, Some(Box::new(refusal.clone())));
    true
}

/// They came, and this version cannot read them. Returns whether they were on their way.
pub(super) fn fail(state: &mut State, why: &Refusal) -> bool {
    let list = &mut state.version_list;
    let was_loading = std::mem::take(&mut list.is_loading);
    if was_loading {
        list.refusal = Some(Box::new(why.clone()));
    }
    was_loading
}
