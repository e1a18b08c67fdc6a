//! The texts that a message has had.

use chat_proto::event::Version;
use chat_proto::limits::EDITS_MAX;
use chat_proto::{Command, Refusal, RefusalCode, RoomName, Seq};

use super::{Effect, changes, send};
use crate::error::RequestError;
use crate::listing::VersionList;
use crate::state::State;

/// Asks for the texts of a message.
pub(super) fn ask(
    state: &mut State,
    room: RoomName,
    seq: Seq,
) -> Result<Option<Effect>, RequestError> {
    changes::check_server(state)?;
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
    let last = page.last().map(|version| version.seq).filter(|_| more);
    list.versions.extend(page);
    let after = last.filter(|_| list.versions.len() <= EDITS_MAX);
    list.is_loading = after.is_some();
    after.and_then(|after| send(state, Command::Versions { room, seq, after: Some(after) }))
}

/// The server has refused a command in a room. Returns whether that was the one for the versions.
pub(super) fn refused(state: &mut State, refusal: &Refusal) -> bool {
    let is_about = matches!(
        refusal.code,
        RefusalCode::NoSuchMessage
            | RefusalCode::BadTarget
            | RefusalCode::Deleted
            | RefusalCode::NotReadable
    );
    let list = &mut state.version_list;
    let is_its = list.message.as_ref().is_some_and(|(room, _)| refusal.room.as_ref() == Some(room));
    if !is_about || !is_its || !list.is_loading || refusal.n.is_some() {
        return false;
    }
    (list.is_loading, list.refusal) = (false, Some(Box::new(refusal.clone())));
    true
}
