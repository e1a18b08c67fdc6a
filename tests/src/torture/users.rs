//! The users of a torture, shared by all clients.

use chat_proto::UserId;
use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::Value;

use crate::findings::{pair, room_name};

/// A user, from its first `welcome`.
#[derive(Debug, Clone)]
struct User {
    id: UserId,
    name: String,
    token: String,
}

/// All users, by their numbers in the torture.
#[derive(Debug)]
pub(super) struct Users(Vec<Mutex<Option<User>>>);

impl Users {
    pub(super) fn new(count: u32) -> Self {
        Self((0..count).map(|_| Mutex::new(None)).collect())
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap()
    }

    fn get(&self, user: u32) -> Option<User> {
        self.0[user as usize].lock().unwrap().clone()
    }

    /// Returns true if the user has received a `welcome`.
    pub(super) fn has(&self, user: u32) -> bool {
        self.get(user).is_some()
    }

    /// Returns the user's name and token.
    pub(super) fn credentials(&self, user: u32) -> Option<(String, String)> {
        self.get(user).map(|user| (user.name, user.token))
    }

    /// Stores the `welcome` of a client of the user.
    pub(super) fn set_welcome(&self, user: u32, welcome: &Value) {
        let text = |field: &str| welcome[field].as_str().unwrap().to_owned();
        let id = UserId::new(welcome["id"].as_u64().unwrap());
        let known = User { id, name: text("name"), token: text("token") };
        *self.0[user as usize].lock().unwrap() = Some(known);
    }

    /// Returns the name of a room, or the address of a direct message once both users are known.
    pub(super) fn room_name(&self, room: u32) -> Option<String> {
        let Some(pair) = pair(room) else { return Some(room_name(room)) };
        let [one, other] = pair.map(|user| self.get(user).map(|user| user.id));
        let (one, other) = (one?, other?);
        Some(format!("@{}-{}", one.min(other), one.max(other)))
    }

    /// Returns the users by their numbers in the daemon.
    pub(super) fn by_id(&self) -> BTreeMap<UserId, u32> {
        (0..self.count()).filter_map(|user| Some((self.get(user)?.id, user))).collect()
    }
}
