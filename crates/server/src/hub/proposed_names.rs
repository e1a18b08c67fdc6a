//! The names as they will be after the commit, and the decision who may have one: a part of [`super::proposal`].

use std::collections::{BTreeSet, HashMap};

use chat_proto::{UserId, UserName};

use super::looks::Look;
use super::names::Names;
use super::naming::{self, NameTrouble};
use super::{HubError, NameConflict};

/// Numbers tried after a taken name, from 2 on: small numbers are what people expect.
const NUMBERS_TRIED: u64 = 20;

/// Random numbers below [`SHORT_NUMBERS`] tried after that; then longer ones. A search for the first free number
/// among 100,000 users of one name would hold the hub's lock for 100 ms.
const SHORT_NUMBERS_TRIED: usize = 8;

/// Ten times as many as there can be users, see [`SHORT_NUMBERS_TRIED`].
const SHORT_NUMBERS: u64 = 1_000_000;

/// The name of a client that cannot be asked for another, in place of a name with letters that no name has.
const GUEST: &str = "guest";

/// The names, and what one commit is about to change.
pub(super) struct ProposedNames<'n> {
    names: &'n Names,
    /// The user who will have a name; `None` for a name that will be free.
    holders: HashMap<UserName, Option<UserId>>,
    looks_held: BTreeSet<(Look, UserId)>,
    looks_released: BTreeSet<(Look, UserId)>,
}

/// Why a user may not have a name.
#[derive(Debug, PartialEq, Eq)]
enum Obstacle {
    /// Nobody may take it.
    Trouble(NameTrouble),
    /// Another user has it.
    Taken,
    /// Another user has one that looks the same.
    LooksTaken,
}

impl<'n> ProposedNames<'n> {
    pub(super) fn new(names: &'n Names) -> Self {
        let (looks_held, looks_released) = (BTreeSet::new(), BTreeSet::new());
        Self { names, holders: HashMap::new(), looks_held, looks_released }
    }

    /// The user who will have a name.
    pub(super) fn holder(&self, name: &UserName) -> Option<UserId> {
        match self.holders.get(name) {
            Some(holder) => *holder,
            None => self.names.holder(name),
        }
    }

    /// The same by the key of the name.
    pub(super) fn holder_of_key(&self, key: &str) -> Option<UserId> {
        match self.holders.get(key) {
            Some(holder) => *holder,
            None => self.names.holder_of_key(key),
        }
    }

    /// Gives `user` the name, which is free.
    pub(super) fn hold(&mut self, name: &UserName, user: UserId) {
        // Insert alone would leave the old spelling as the key.
        self.holders.remove(name);
        self.holders.insert(name.clone(), Some(user));
        for look in self.names.looks_of(name) {
            self.looks_released.remove(&(look, user));
            self.looks_held.insert((look, user));
        }
    }

    /// Releases a name, if `user` holds it.
    pub(super) fn release(&mut self, name: &UserName, user: UserId) {
        if self.holder(name) != Some(user) {
            return;
        }
        self.holders.insert(name.clone(), None);
        for look in self.names.looks_of(name) {
            self.looks_held.remove(&(look, user));
            self.looks_released.insert((look, user));
        }
    }

    /// The name that `user`, or a new user, gets if it `wants` one. Takes the same time for any number of names.
    ///
    /// # Errors
    /// Returns an error if the user may not have the name, and can be asked for another.
    pub(super) fn choose(
        &self,
        user: Option<UserId>,
        wants: &UserName,
        if_taken: NameConflict,
    ) -> Result<UserName, HubError> {
        let Err(obstacle) = self.may_have(user, wants) else { return Ok(wants.clone()) };
        match (obstacle, if_taken) {
            (Obstacle::Trouble(trouble), NameConflict::Refuse) => Err(HubError::BadName(trouble)),
            (Obstacle::Trouble(trouble), NameConflict::Number) if trouble.is_of_letters() => {
                self.choose(user, &UserName::from_lossy(GUEST), if_taken)
            }
            (_, NameConflict::Number) => Ok(self.numbered(user, wants)),
            (obstacle, NameConflict::Refuse) => Err(HubError::NameTaken {
                wanted: wants.clone(),
                free: self.numbered(user, wants),
                looks: obstacle == Obstacle::LooksTaken,
            }),
        }
    }

    /// A name like the one that `user` has or wants, with a number, that is free.
    pub(super) fn numbered(&self, user: Option<UserId>, wants: &UserName) -> UserName {
        let is_free = |name: &UserName| {
            self.find_taken(user, name).is_none() && !self.names.reserved.contains(name)
        };
        let free = self.names_like(user, wants).find(is_free);
        free.expect("one of the random numbers of 64 bits is free")
    }

    /// Whether `user`, or a new user, may have the name it `wants`. Everything that gives a name to a
    /// user asks here.
    fn may_have(&self, user: Option<UserId>, wants: &UserName) -> Result<(), Obstacle> {
        if self.names.reserved.contains(wants) {
            return Err(Obstacle::Trouble(NameTrouble::Reserved(wants.clone())));
        }
        naming::check_letters(wants).map_err(Obstacle::Trouble)?;
        self.find_taken(user, wants).map_or(Ok(()), Err)
    }

    /// Whether another user has the name, or one that looks the same.
    fn find_taken(&self, user: Option<UserId>, name: &UserName) -> Option<Obstacle> {
        if self.holder(name).is_some_and(|holder| Some(holder) != user) {
            return Some(Obstacle::Taken);
        }
        let looks = self.names.looks_of(name);
        let is_taken = looks.into_iter().any(|look| self.is_look_of_another(look, user));
        is_taken.then_some(Obstacle::LooksTaken)
    }

    fn is_look_of_another(&self, look: Look, user: Option<UserId>) -> bool {
        let is_another = |holder: UserId| Some(holder) != user;
        let proposed = self.looks_held.range((look, UserId::NONE)..);
        let mut proposed = proposed.take_while(|(other, _)| *other == look);
        proposed.any(|(_, holder)| is_another(*holder))
            || self
                .names
                .holders_of_look(look)
                .any(|holder| is_another(holder) && !self.looks_released.contains(&(look, holder)))
    }

    /// Similar names, with a number, in the order in which they are tried for `user`, who `wants` a taken one.
    fn names_like(&self, user: Option<UserId>, wants: &UserName) -> impl Iterator<Item = UserName> {
        let random = move |nth: u64| self.names.random(wants, nth);
        (2..NUMBERS_TRIED)
            .chain(user.map(UserId::get))
            .chain((0..).map(move |nth| random(nth) % SHORT_NUMBERS).take(SHORT_NUMBERS_TRIED))
            .chain((0..).map(random))
            .map(|number| wants.numbered(number))
    }
}

#[cfg(test)]
mod tests;
