//! The names of the users, and the choice of a free one.

use std::collections::HashMap;
use std::hash::BuildHasher;

use chat_proto::{UserId, UserName};

use super::{HubError, IfTaken};

/// The name of the server in messages to classic clients; no user may have it.
const SERVER_NAME: &str = "chat-server";

/// Numbers tried after a taken name, from 2 on: small numbers are what people expect.
const NUMBERS_TRIED: u64 = 20;

/// Random numbers below [`SHORT_NUMBERS`] tried after that; then longer ones. A search for the first free number
/// among 100,000 users of one name would hold the hub's lock for 100 ms.
const SHORT_NUMBERS_TRIED: usize = 8;

/// Ten times as many as there can be users, see [`SHORT_NUMBERS_TRIED`].
const SHORT_NUMBERS: u64 = 1_000_000;

/// The holder of each name.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<UserName, UserId>);

impl Names {
    pub(super) fn holder(&self, name: &UserName) -> Option<UserId> {
        self.0.get(name).copied()
    }

    /// The same by the key of the name.
    pub(super) fn holder_of_key(&self, key: &str) -> Option<UserId> {
        self.0.get(key).copied()
    }

    /// Gives `user` the name; another holder loses it.
    pub(super) fn hold(&mut self, name: &UserName, user: UserId) {
        // Insert alone would leave the old spelling as the key.
        self.0.remove(name);
        self.0.insert(name.clone(), user);
    }

    /// Releases a name, if `user` holds it.
    pub(super) fn release(&mut self, name: &UserName, user: UserId) {
        if self.holder(name) == Some(user) {
            self.0.remove(name);
        }
    }

    /// The name that `user`, or a new user, gets if it `wants` one; `holder` returns the user who has a name. Takes
    /// the same time for any number of names.
    pub(super) fn free(
        &self,
        user: Option<UserId>,
        wants: &UserName,
        if_taken: IfTaken,
        holder: impl Fn(&UserName) -> Option<UserId>,
    ) -> Result<UserName, HubError> {
        let is_free = |name: &UserName| {
            let holder = holder(name);
            name.key() != SERVER_NAME && (holder.is_none() || holder == user)
        };
        if is_free(wants) {
            return Ok(wants.clone());
        }
        let free = self.names_like(user, wants).find(is_free);
        let free = free.expect("one of the random numbers of 64 bits is free");
        match if_taken {
            IfTaken::Number => Ok(free),
            IfTaken::Refuse => Err(HubError::NameTaken { wanted: wants.clone(), free }),
        }
    }

    /// Similar names, with a number, in the order in which they are tried for `user`, who `wants` a taken one.
    fn names_like(&self, user: Option<UserId>, wants: &UserName) -> impl Iterator<Item = UserName> {
        // Changes with each name that is taken, and a client cannot predict it.
        let random = move |nth: u64| self.0.hasher().hash_one((wants, self.0.len(), nth));
        (2..NUMBERS_TRIED)
            .chain(user.map(UserId::get))
            .chain((0..).map(move |nth| random(nth) % SHORT_NUMBERS).take(SHORT_NUMBERS_TRIED))
            .chain((0..).map(random))
            .map(|number| wants.numbered(number))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn name(name: &str) -> UserName {
        UserName::new(name).unwrap()
    }

    fn free(names: &Names, wants: &UserName) -> UserName {
        names.free(None, wants, IfTaken::Number, |name| names.holder(name)).unwrap()
    }

    #[test]
    fn only_its_holder_releases_a_name() {
        let mut names = Names::default();
        let bob = name("bob");
        names.hold(&bob, UserId::new(1));
        names.hold(&name("BOB"), UserId::new(2));
        names.release(&bob, UserId::new(1));
        assert_eq!(names.holder(&bob), Some(UserId::new(2)));
        names.release(&bob, UserId::new(2));
        assert_eq!(names.holder(&bob), None);
    }

    #[test]
    fn a_free_name_is_found_among_many_that_look_like_it() {
        let mut names = Names::default();
        let bob = name("bob");
        names.hold(&bob, UserId::new(1));
        for number in 2..2_000 {
            names.hold(&bob.numbered(number), UserId::new(number));
        }
        let mut found = Vec::new();
        for user in 2_000..2_100 {
            let tried = names.names_like(None, &bob).take(40);
            assert!(tried.filter(|name| names.holder(name).is_none()).count() > 10, "few tries");
            let free = free(&names, &bob);
            names.hold(&free, UserId::new(user));
            found.push(free);
        }
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 100, "nobody is offered a name that another user has");
        assert!(found.iter().all(|name| name.as_str().len() <= "bob_999999".len()), "{found:?}");
    }

    /// Prints a figure: `cargo test --release -p chat-server --lib among_100_000 -- --ignored --nocapture`.
    #[test]
    #[ignore = "measures, and asserts nothing"]
    fn a_taken_name_among_100_000() {
        let mut names = Names::default();
        let bob = name("bob");
        names.hold(&bob, UserId::new(1));
        for number in 2..100_000 {
            names.hold(&bob.numbered(number), UserId::new(number));
        }
        let start = Instant::now();
        for _ in 0..100 {
            std::hint::black_box(free(&names, &bob));
        }
        println!("{:?} for each taken name", start.elapsed() / 100);
    }
}
