//! Users who join and leave, and times without a connection: what the logs show of them.

use std::time::Duration;

use chat_proto::{RoomName, Timestamp, User, UserId};

use crate::link::LinkError;
use crate::presence::{Change, JoinPolicy};
use crate::rooms::JoinState;
use crate::state::State;

/// Users of a room from which on only those are shown who wrote something lately: as many as a person knows.
const USERS_SHOWN_MAX: usize = 20;

/// How long ago a message may be for its author to be shown.
const SPOKEN_WITHIN: Duration = Duration::from_secs(60 * 60);

/// For how long after the start of a session the users come back who lost their connections, too: twice the
/// longest delay between two attempts.
const RETURN_WITHIN: Duration = Duration::from_secs(60);

/// A user joined a room or left it; their room has the users of before.
pub(super) fn add_change(
    state: &mut State,
    name: &RoomName,
    user: User,
    change: Change,
    at: Timestamp,
) {
    let policy = state.joins;
    let may_return =
        state.online_since.is_some_and(|began| millis(at) < millis(began) + whole(RETURN_WITHIN));
    let Some(room) = state.rooms.get_mut(name) else {
        return;
    };
    let was_away = room.away.iter().position(|id| *id == user.id);
    if let Some(index) = was_away {
        room.away.swap_remove(index);
    }
    let has_returned = was_away.is_some() && may_return && change == Change::Joined;
    // The header of a direct message says whether the other user is online.
    if has_returned || policy == JoinPolicy::None || room.is_private() {
        return;
    }
    let since = Timestamp::from_millis(millis(at) - whole(SPOKEN_WITHIN));
    let is_shown = policy == JoinPolicy::All
        || room.users.count() <= USERS_SHOWN_MAX
        || room.log.has_spoken_since(&user.name, since);
    if is_shown {
        room.log.presence(at, user, change, policy == JoinPolicy::Fold);
    }
}

/// A session has begun: the log says for how long there was none.
pub(super) fn begin_session(state: &mut State, me: UserId, at: Timestamp) {
    state.online_since = Some(at);
    let since = state.offline_since.take();
    if let Some(since) = since.filter(|_| state.is_me(me)) {
        state.rooms.current_mut().log.offline(since, at);
    }
}

/// A session has ended, or did not begin.
pub(super) fn end_session(state: &mut State, why: &LinkError, at: Timestamp) {
    if state.session().is_none() || state.me.is_none() {
        return;
    }
    if !matches!(why, LinkError::Asked) {
        state.offline_since = Some(at);
    }
    for room in state.rooms.iter_mut().filter(|room| room.join_state == JoinState::Joined) {
        room.away = room.users.iter().map(|user| user.id).collect();
    }
}

fn millis(at: Timestamp) -> i64 {
    at.as_millis()
}

fn whole(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
