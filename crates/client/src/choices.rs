//! The choices of the user for single rooms and users, and the numbers of the rooms. They are stored with the user,
//! for all clients of this machine.

use std::collections::BTreeMap;

use chat_proto::{RoomName, Seq, ShortString, Timestamp, User, UserId, UserName};
use serde::{Deserialize, Serialize};

/// Most users that can be ignored: a list that a user can still look through.
pub const IGNORED_USERS_MAX: usize = 200;

/// Most messages that are remembered: a list that a user can still look through.
pub const SAVED_MAX: usize = 200;

/// Longest beginning of a remembered message, in characters: a row of a wide screen.
const SAVED_CHARS_MAX: usize = 120;

/// A message that the user remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedMessage {
    /// Its room.
    pub room: RoomName,
    /// Its `seq`.
    pub seq: Seq,
    /// The epoch of the journal that the `seq` belongs to.
    pub epoch: Option<ShortString>,
    /// The name of its author.
    pub from: UserName,
    /// When it was sent.
    pub at: Timestamp,
    /// The beginning of its text.
    pub text: String,
}

impl SavedMessage {
    /// The same with the beginning of its text alone.
    pub(crate) fn shortened(mut self) -> Self {
        let line = self.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        self.text = line.trim().chars().take(SAVED_CHARS_MAX).collect();
        self
    }
}

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
    /// The messages that the user remembers, the last one first.
    saved: Vec<SavedMessage>,
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

    /// The messages that the user remembers, the last one first.
    #[must_use]
    pub fn saved(&self) -> &[SavedMessage] {
        &self.saved
    }

    /// Remembers a message. Returns false if there are [`SAVED_MAX`] already.
    pub(crate) fn save(&mut self, message: SavedMessage) -> bool {
        self.forget_saved(&message.room, message.seq);
        let has_room = self.saved.len() < SAVED_MAX;
        if has_room {
            self.saved.insert(0, message);
        }
        has_room
    }

    /// Forgets a message.
    pub(crate) fn forget_saved(&mut self, room: &RoomName, seq: Seq) {
        self.saved.retain(|saved| saved.room != *room || saved.seq != seq);
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
