//! Asks the server for messages by their words.

use std::time::Duration;

use chat_proto::command::SearchOrder;
use chat_proto::event::Hit;
use chat_proto::limits::QUERY_BYTES_MAX;
use chat_proto::{Refusal, RefusalCode, ShortString, Timestamp, features};

use super::{Effect, send};
use crate::error::RequestError;
use crate::state::State;

/// Time after the last letter until a query is sent: a user who types a word pauses less between two letters.
pub const SEARCH_PAUSE: Duration = Duration::from_millis(150);

/// The user asks for messages. While they type, the question is sent after a pause. Without a session it is sent
/// with the next one.
pub(super) fn ask(
    state: &mut State,
    query: String,
    order: SearchOrder,
    is_typed: bool,
    at: Timestamp,
) -> Result<Option<Effect>, RequestError> {
    if query.len() > QUERY_BYTES_MAX {
        state.search.end();
        return Err(RequestError::QueryTooLong(query.len()));
    }
    if state.session().is_some() && !state.can_search() {
        return Err(RequestError::NoSearch);
    }
    let due = at.as_millis().saturating_add(millis(SEARCH_PAUSE));
    state.search.want(query, order, is_typed.then(|| Timestamp::from_millis(due)));
    Ok(if is_typed { Some(Effect::Tick(SEARCH_PAUSE)) } else { send_question(state) })
}

/// Asks for further results.
pub(super) fn ask_more(state: &mut State) -> Option<Effect> {
    if !state.can_search() {
        return None;
    }
    let next = state.search.take_next()?;
    send(state, next)
}

/// The pause after the last letter may be over.
pub(super) fn tick(state: &mut State, at: Timestamp) -> Option<Effect> {
    let left = state.search.due()?.as_millis().saturating_sub(at.as_millis());
    // If the clock was set back, the pause is over, too.
    if (1..=millis(SEARCH_PAUSE)).contains(&left) {
        return Some(Effect::Tick(Duration::from_millis(left.unsigned_abs())));
    }
    state.search.end_pause();
    send_question(state)
}

/// Sends what the user asks for, if the server has not answered it.
pub(super) fn send_question(state: &mut State) -> Option<Effect> {
    if !state.can_search() {
        return None;
    }
    let command = state.search.take_command()?;
    send(state, command)
}

/// Messages are found. The user may ask for something else by now.
pub(super) fn take_hits(
    state: &mut State,
    hits: Vec<Hit>,
    next: Option<ShortString>,
    indexed: Option<u8>,
) -> Option<Effect> {
    state.search.take_hits(hits, next, indexed);
    send_question(state)
}

/// Returns true if the refusal is that of a search.
pub(super) fn take_refusal(state: &mut State, refusal: &Refusal) -> bool {
    let may_be = match refusal.code {
        RefusalCode::SearchTooBroad | RefusalCode::SearchNotReady => true,
        RefusalCode::NotReadable => refusal.room.is_none(),
        _ => false,
    };
    may_be && state.search.take_refusal(refusal)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl State {
    /// Whether the server of this session finds messages; false without a session.
    #[must_use]
    pub fn can_search(&self) -> bool {
        self.session().is_some() && self.features.has(features::SEARCH)
    }
}
