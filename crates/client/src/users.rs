//! The users of a room, sorted by name.

use std::cmp::Ordering;

use chat_proto::{User, UserId, UserName};

use crate::natural;

/// Most users that are listed; more are only counted. Ten times what a server lists.
const USERS_MAX: usize = 5_000;

/// The users of a room, sorted by name.
#[derive(Debug, Default)]
pub struct Users {
    sorted: Vec<User>,
    count: usize,
    /// The users that have come of a list that is not complete.
    coming: Option<Vec<User>>,
}

impl Users {
    /// How many there are, listed or not.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Replaces the list, in a room with `count` users.
    pub(crate) fn replace(&mut self, users: Vec<User>, count: usize) {
        self.sorted.clear();
        for user in users {
            self.insert(user);
        }
        self.count = count.max(self.sorted.len());
    }

    /// Begins a list of all users, which comes in pages.
    pub(crate) fn begin_list(&mut self) {
        self.coming = Some(Vec::new());
    }

    /// Takes a page of the users, by name; `more` says whether others follow. Returns the name after which the
    /// next page begins, if it is to be asked for.
    pub(crate) fn page(&mut self, page: Vec<User>, more: bool) -> Option<UserName> {
        let mut users = self.coming.take()?;
        let last = page.last().map(|user| user.name.clone());
        users.extend(page);
        if let Some(last) = last.filter(|_| more && users.len() < USERS_MAX) {
            self.coming = Some(users);
            return Some(last);
        }
        let count = if more { self.count } else { users.len() };
        self.replace(users, count);
        None
    }

    /// Sets how many users the room has, at least 1.
    pub(crate) fn set_count(&mut self, count: usize) {
        self.count = count.max(1);
    }

    /// Adds a user who joined. A user who is listed already is not counted twice.
    pub(crate) fn add(&mut self, user: User) {
        if self.sorted.iter().any(|other| other.id == user.id) {
            return;
        }
        self.insert(user);
        self.count += 1;
    }

    /// Removes a user who left.
    pub(crate) fn remove(&mut self, id: UserId) {
        self.sorted.retain(|user| user.id != id);
        self.count = self.count.saturating_sub(1);
    }

    /// Renames a user. Returns whether the user is listed here.
    pub(crate) fn rename(&mut self, id: UserId, name: UserName) -> bool {
        let before = self.sorted.len();
        self.sorted.retain(|user| user.id != id);
        let was_here = self.sorted.len() < before;
        if was_here {
            self.insert(User { id, name });
        }
        was_here
    }

    fn insert(&mut self, user: User) {
        if self.sorted.len() < USERS_MAX {
            let place = self.sorted.partition_point(|other| order(other, &user).is_lt());
            self.sorted.insert(place, user);
        }
    }

    /// All listed users, by name.
    pub fn iter(&self) -> impl Iterator<Item = &User> {
        self.sorted.iter()
    }
}

/// The order of two users in the list.
fn order(one: &User, other: &User) -> Ordering {
    natural::compare(one.name.key(), other.name.key()).then_with(|| one.id.cmp(&other.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: u64, name: &str) -> User {
        User { id: UserId::new(id), name: UserName::new(name).unwrap() }
    }

    fn ids(users: &Users) -> Vec<u64> {
        users.iter().map(|user| user.id.get()).collect()
    }

    #[test]
    fn users_are_sorted_by_name() {
        let mut users = Users::default();
        users.replace(vec![user(1, "carl"), user(2, "Ana"), user(3, "zoe")], 3);
        assert_eq!(ids(&users), [2, 1, 3]);
        users.add(user(4, "bob"));
        users.add(user(4, "bob"));
        users.rename(UserId::new(1), UserName::new("aaron").unwrap());
        assert_eq!(ids(&users), [1, 2, 4, 3]);
        users.remove(UserId::new(2));
        assert_eq!((ids(&users), users.count()), (vec![1, 4, 3], 3));
        users.replace(vec![user(1, "user10"), user(2, "User2"), user(3, "user")], 3);
        assert_eq!(ids(&users), [3, 2, 1]);
    }

    #[test]
    fn a_list_of_all_users_comes_in_pages_and_replaces_the_one_before() {
        let mut users = Users::default();
        users.replace(vec![user(9, "gone"), user(3, "bob")], 700);
        assert_eq!(users.page(vec![user(1, "ana")], false), None, "nobody asked");
        assert_eq!(ids(&users), [3, 9]);
        users.begin_list();
        let after = users.page(vec![user(1, "ana"), user(3, "bob")], true);
        assert_eq!(after.as_ref().map(UserName::as_str), Some("bob"));
        assert_eq!(ids(&users), [3, 9], "valid until the new one is complete");
        assert_eq!(users.page(vec![user(4, "zoe")], false), None);
        assert_eq!((ids(&users), users.count()), (vec![1, 3, 4], 3));
    }

    #[test]
    fn a_flood_of_users_is_only_counted() {
        let mut users = Users::default();
        for id in 1..=6_000 {
            users.add(user(id, &format!("u{id}")));
        }
        assert_eq!((users.iter().count(), users.count()), (USERS_MAX, 6_000));
    }
}
