//! Pages that the server could not read: they are asked for again, after a pause that grows.

use std::time::Duration;

use chat_proto::{RoomName, Timestamp};

use super::{Effect, fetch, history};
use crate::log::Hold;
use crate::rooms::{PageRequest, Retry, Room};
use crate::state::State;

/// The result of [`fail`].
pub(super) struct PageFailure {
    pub(super) effects: Vec<Effect>,
    /// Whether the user knows it already: the page before could not be read either.
    pub(super) is_known: bool,
}

/// The server could not read a page of a room.
pub(super) fn fail(state: &mut State, name: &RoomName, at: Timestamp) -> PageFailure {
    let mut done = PageFailure { effects: Vec::new(), is_known: false };
    let Some(room) = state.rooms.get_mut(name) else { return done };
    let hold = match room.loading.take() {
        Some(PageRequest::Older) => Some(Hold::OlderFailed),
        Some(PageRequest::Newer(_)) => Some(Hold::NewerFailed),
        Some(PageRequest::Fetch(wanted)) => {
            fetch::fail(state, name, wanted.to);
            None
        }
        Some(PageRequest::Date(_) | PageRequest::Stale) | None => None,
    };
    if let Some((hold, room)) = hold.zip(state.rooms.get_mut(name)) {
        room.log.set_hold(hold);
        done.is_known = !room.retry.add_failure(at);
        done.effects.extend(room.retry.left(at).map(tick_after));
    }
    done.effects.extend(fetch::send_queued(state, name));
    done
}

/// The pauses of some rooms may be over.
pub(super) fn tick(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let (mut over, mut next) = (Vec::new(), None);
    for room in state.rooms.iter_mut() {
        match room.retry.left(at) {
            Some(0) => {
                let ends_before = room.log.hold() == Some(Hold::NewerFailed);
                end_pause(room);
                over.extend(ends_before.then(|| room.name.clone()));
            }
            Some(left) => next = Some(next.map_or(left, |next: i64| next.min(left))),
            None => {}
        }
    }
    // A screen that shows the beginning of the window asks for older messages.
    let asked: Vec<Effect> =
        over.iter().filter_map(|name| history::continue_window(state, name)).collect();
    asked.into_iter().chain(next.map(tick_after)).collect()
}

/// The user does not wait for the end of a pause, or wants to see what was cleared.
pub(super) fn again(room: &mut Room) {
    room.log.retry();
    room.retry = Retry::default();
}

/// The session has ended: the next one tries at once.
pub(super) fn reset(room: &mut Room) {
    end_pause(room);
    room.retry = Retry::default();
}

fn end_pause(room: &mut Room) {
    room.retry.end_pause();
    // What the user has cleared stays so.
    if room.log.hold() != Some(Hold::Cleared) {
        room.log.retry();
    }
}

fn tick_after(millis: i64) -> Effect {
    Effect::Tick(Duration::from_millis(millis.unsigned_abs()))
}
