//! The users of a torture: what several clients of one, and the clients of others, know of them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::Value;

use super::findings::pair;
use super::room_name;

/// One user, once it was let in.
#[derive(Debug, Clone)]
struct User {
    id: u64,
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

    /// Whether the user was let in.
    pub(super) fn has(&self, user: u32) -> bool {
        self.get(user).is_some()
    }

    /// The user's name and token.
    pub(super) fn token(&self, user: u32) -> Option<(String, String)> {
        self.get(user).map(|user| (user.name, user.token))
    }

    /// A client of the user was let in.
    pub(super) fn welcomed(&self, user: u32, welcome: &Value) {
        let text = |field: &str| welcome[field].as_str().unwrap().to_owned();
        let is =
            User { id: welcome["id"].as_u64().unwrap(), name: text("name"), token: text("token") };
        *self.0[user as usize].lock().unwrap() = Some(is);
    }

    /// The name of a room: of a private conversation its address, once both users were let in.
    pub(super) fn room_name(&self, room: u32) -> Option<String> {
        let Some(pair) = pair(room) else { return Some(room_name(room)) };
        let [one, other] = pair.map(|user| self.get(user).map(|user| user.id));
        let (one, other) = (one?, other?);
        Some(format!("@{}-{}", one.min(other), one.max(other)))
    }

    /// The users by the numbers that the daemon gave them.
    pub(super) fn by_id(&self) -> BTreeMap<u64, u32> {
        (0..self.count()).filter_map(|user| Some((self.get(user)?.id, user))).collect()
    }
}
