//! The names of the users.

use std::collections::HashMap;
use std::hash::BuildHasher;

use chat_proto::{UserId, UserName};

use super::looks::{Look, Looks};
use super::naming::ReservedNames;

/// The holder of each name.
#[derive(Debug)]
pub(super) struct Names {
    holders: HashMap<UserName, UserId>,
    looks: Looks<UserId>,
    pub(super) reserved: ReservedNames,
}

impl Names {
    /// No names; nobody may take the `reserved` ones.
    pub(super) fn new(reserved: ReservedNames) -> Self {
        Self { holders: HashMap::new(), looks: Looks::default(), reserved }
    }

    /// Number of names.
    pub(super) fn count(&self) -> usize {
        self.holders.len()
    }

    pub(super) fn holder(&self, name: &UserName) -> Option<UserId> {
        self.holders.get(name).copied()
    }

    /// The same by the key of the name.
    pub(super) fn holder_of_key(&self, key: &str) -> Option<UserId> {
        self.holders.get(key).copied()
    }

    /// The look of the name.
    pub(super) fn looks_of(&self, name: &UserName) -> [Look; 2] {
        self.looks.of(name.as_str(), name.key())
    }

    /// The users whose names look so.
    pub(super) fn holders_of_look(&self, look: Look) -> impl Iterator<Item = UserId> {
        self.looks.holders(look, UserId::NONE)
    }

    /// A number that a client cannot predict, and that changes with each name that is taken.
    pub(super) fn random(&self, name: &UserName, nth: u64) -> u64 {
        self.holders.hasher().hash_one((name, self.count(), nth))
    }

    /// Gives `user` the name; another holder loses it.
    pub(super) fn hold(&mut self, name: &UserName, user: UserId) {
        // Insert alone would leave the old spelling as the key.
        if let Some((was, holder)) = self.holders.remove_entry(name) {
            let looks = self.looks_of(&was);
            self.looks.release(looks, holder);
        }
        self.holders.insert(name.clone(), user);
        let looks = self.looks_of(name);
        self.looks.hold(looks, user);
    }

    /// Releases a name, if `user` holds it.
    pub(super) fn release(&mut self, name: &UserName, user: UserId) {
        if self.holder(name) == Some(user)
            && let Some((was, _)) = self.holders.remove_entry(name)
        {
            let looks = self.looks_of(&was);
            self.looks.release(looks, user);
        }
    }
}
