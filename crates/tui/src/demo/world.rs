//! The state that a server of the demo would have, and its answers.

mod answer;
mod cast;
mod events;
mod find;
mod room;

use std::collections::VecDeque;

use chat_proto::command::Body;
use chat_proto::{Event, LeaveReason, RoomName, Timestamp, User, UserId, UserName};
use tokio::time::Instant;

use self::room::Room;
use super::script::USERS;

/// The users, the rooms, and what is still to happen.
#[derive(Debug)]
pub(super) struct World {
    me: User,
    rooms: Vec<Room>,
    clock: fn() -> Timestamp,
    /// The rest of the script; empty until the user has come.
    steps: VecDeque<Step>,
    answers: usize,
    /// Whether the user may make invites.
    pub(super) invites: bool,
}

/// Something that one of the other users does.
#[derive(Debug)]
struct Step {
    due: Instant,
    room: RoomName,
    from: User,
    does: StepAction,
}

#[derive(Debug)]
enum StepAction {
    Join,
    Leave,
    Type,
    Say(String),
}

impl World {
    pub(super) fn new(name: UserName, clock: fn() -> Timestamp) -> Self {
        let me = User { id: UserId::new(USERS.len() as u64 + 1), name };
        let rooms = cast::rooms(&me, clock());
        Self { me, rooms, clock, steps: VecDeque::new(), answers: 0, invites: false }
    }

    /// When the next step of the script is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.steps.front().map(|step| step.due)
    }

    /// The next step of the script, which is due.
    pub(super) fn play(&mut self) -> Vec<Event> {
        let now = (self.clock)();
        let Some(Step { room: name, from, does, .. }) = self.steps.pop_front() else {
            return Vec::new();
        };
        let Some(room) = self.rooms.iter_mut().find(|room| room.name == name) else {
            return Vec::new();
        };
        let event = match does {
            StepAction::Join => {
                room.users.push(from.clone());
                Event::Joined { room: name, user: from }
            }
            StepAction::Leave => {
                room.users.retain(|user| user.id != from.id);
                Event::Left { room: name, user: from, reason: LeaveReason::Bye }
            }
            StepAction::Type => Event::Typing { room: name, user: from },
            StepAction::Say(text) => {
                Event::Message(room.add(from, Body::text(cast::text(&text)), now))
            }
        };
        if room.is_joined { vec![event] } else { Vec::new() }
    }
}
