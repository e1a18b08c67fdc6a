//! What the user has chosen for single rooms and users, and the numbers of the rooms. It is stored with the user,
//! for all clients of this machine.

use std::collections::BTreeMap;

use chat_proto::{RoomName, User, UserId};
use serde::{Deserialize, Serialize};

/// Most users that can be ignored: a list that a user can still look through.
pub const IGNORED_USERS_MAX: usize = 200;

/// Which messages of a room notify the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Mentions and direct messages.
    Mentions,
    /// All messages.
    All,
    /// No messages.
    None,
}

/// The choices for one room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoomChoice {
    /// Whether it is quiet: it notifies of nothing, and only its mentions are counted.
    pub is_muted: bool,
    /// Which messages notify the user; `None` for the setting of all rooms.
    pub level: Option<Level>,
}

/// The choices of a user, as they are stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// The rooms with a choice.
    rooms: BTreeMap<RoomName, RoomChoice>,
    /// The ignored users, with their names of the time at which they were ignored.
    ignored: Vec<User>,
    /// The numbers of the rooms but the lobby, so that they are the same in the next run.
    numbers: BTreeMap<RoomName, usize>,
}

impl Choices {
    /// The choices for a room.
    #[must_use]
    pub fn room(&self, room: &RoomName) -> RoomChoice {
        self.rooms.get(room).copied().unwrap_or_default()
    }

    /// The ignored users.
    #[must_use]
    pub fn ignored(&self) -> &[User] {
        &self.ignored
    }

    /// The numbers of the rooms but the lobby.
    pub(crate) const fn numbers(&self) -> &BTreeMap<RoomName, usize> {
        &self.numbers
    }

    /// Sets the numbers. Returns whether they have changed.
    pub(crate) fn set_numbers(&mut self, numbers: BTreeMap<RoomName, usize>) -> bool {
        let is_changed = self.numbers != numbers;
        self.numbers = numbers;
        is_changed
    }

    /// Whether a user is ignored.
    pub(crate) fn ignores(&self, user: UserId) -> bool {
        self.ignored.iter().any(|ignored| ignored.id == user)
    }

    /// Changes the choices for a room.
    pub(crate) fn change(&mut self, room: &RoomName, change: impl FnOnce(&mut RoomChoice)) {
        let mut choice = self.room(room);
        change(&mut choice);
        if choice == RoomChoice::default() {
            self.rooms.remove(room);
        } else {
            self.rooms.insert(room.clone(), choice);
        }
    }

    /// Ignores a user. Returns whether there was room for another one.
    pub(crate) fn ignore(&mut self, user: User) -> bool {
        if self.ignores(user.id) {
            return true;
        }
        let has_room = self.ignored.len() < IGNORED_USERS_MAX;
        if has_room {
            self.ignored.push(user);
        }
        has_room
    }

    /// Ignores a user no longer.
    pub(crate) fn unignore(&mut self, user: UserId) {
        self.ignored.retain(|ignored| ignored.id != user);
    }
}
