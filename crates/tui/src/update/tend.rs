//! Runs before each frame: messages on the screen count as read, and older ones are fetched when the user
//! comes near.

use std::time::Duration;

use chat_proto::Command;

use super::{Effect, send};
use crate::state::{JoinState, State};
use crate::viewport::Viewport;

/// How long after it was seen the server is told how far the user has read: soon enough for another
/// session, and one command for all that runs through meanwhile.
const READ_AFTER: Duration = Duration::from_secs(1);

/// How many older messages are asked for at once: some full screens.
const HISTORY_PAGE: u32 = 100;

/// Takes note of what the screen is about to show.
pub(super) fn frame(state: &mut State) -> Vec<Effect> {
    state.move_through(Viewport::follow);
    let Some((rows, height)) = state.log_rows() else {
        return Vec::new();
    };
    let viewport = &state.room().viewport;
    let (seen, is_near_oldest) =
        (viewport.seen(rows, height), viewport.is_near_oldest(rows, height));
    let room = state.room_mut();
    // Behind a gap nothing counts as read: what is in it was never shown, and would never come if the
    // client were killed now.
    if room.log.goes_on_from(room.read) {
        let seen = seen.min(room.last_seq).min(room.log.since());
        room.has_read(seen);
    }
    let mut effects: Vec<Effect> = older(state, is_near_oldest).into_iter().collect();
    if state.session().is_some() && !state.ticking && untold(state).next().is_some() {
        state.ticking = true;
        effects.push(Effect::Tick(READ_AFTER));
    }
    effects
}

/// Asks for older messages, where the user comes near the oldest that is here.
fn older(state: &mut State, is_near_oldest: bool) -> Option<Effect> {
    let room = state.room();
    // Not before all is there that was asked for when the room opened.
    let is_complete = room.log.last() >= room.last_seq && room.join_state == JoinState::Joined;
    let wants = is_complete && !room.loading && room.log.has_older() && is_near_oldest;
    if !wants {
        return None;
    }
    let before = Some(room.log.oldest()?);
    let command = Command::History { room: room.name.clone(), before, limit: Some(HISTORY_PAGE) };
    let effect = send(state, command)?;
    state.room_mut().loading = true;
    Some(effect)
}

/// Tells the server how far the user has read.
pub(super) fn tick(state: &mut State) -> Vec<Effect> {
    state.ticking = false;
    let reads: Vec<Command> = untold(state).collect();
    if state.session().is_none() {
        return Vec::new();
    }
    for room in state.rooms.iter_mut() {
        room.read_sent = room.read_sent.max(room.read);
    }
    reads.into_iter().filter_map(|command| send(state, command)).collect()
}

fn untold(state: &State) -> impl Iterator<Item = Command> {
    let rooms = state.rooms.list().iter();
    let untold =
        rooms.filter(|room| room.read > room.read_sent && room.join_state == JoinState::Joined);
    untold.map(|room| Command::Read { room: room.name.clone(), seq: room.read })
}
