//! Tries of secrets that were wrong: few are allowed, so that nobody guesses one.
//!
//! They are counted by network, so that nobody locks out a user from elsewhere, and a user with a token never needs one.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::network::network;

/// How long a try counts.
const COUNTED_FOR: Duration = Duration::from_secs(15 * 60);

/// Tries of one secret from one network: more than a person needs who mistypes.
const PER_SECRET_MAX: usize = 5;

/// Tries of any secrets from one network: those of a few people behind one address.
const PER_NETWORK_MAX: usize = 20;

/// Networks that are counted, 600 bytes each; beyond that, that whose last try is the oldest is forgotten.
const NETWORKS_MAX: usize = 10_000;

/// Counts tries.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    counted: Mutex<Counted>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Counted {
    networks: HashMap<IpAddr, VecDeque<Try>>,
    /// The networks by the time of their last try.
    by_age: BTreeSet<(Instant, IpAddr)>,
    last: u64,
}

/// A try that counts until it is known to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Try {
    number: u64,
    secret: u64,
    at: Instant,
}

/// A try that has begun, and counts as wrong unless [`Tries::end_right`] is called with it.
#[derive(Debug)]
pub(crate) struct BegunTry {
    network: IpAddr,
    number: u64,
}

impl Tries {
    /// Counts a try of a secret from an address. `secret` says which it is, and not what it is: the key of a user's name, or
    /// the kind of a code.
    ///
    /// # Errors
    /// Returns the time after which another try is allowed.
    pub(crate) fn begin(
        &self,
        address: IpAddr,
        secret: &str,
        now: Instant,
    ) -> Result<BegunTry, Duration> {
        let (network, secret) = (network(address), self.hasher.hash_one(secret));
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.forget_old(now);
        counted.begin(network, secret, now)
    }

    /// The secret was right: the try does not count.
    pub(crate) fn end_right(&self, BegunTry { network, number }: &BegunTry) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.change(*network, |tries| tries.retain(|one| one.number != *number));
    }
}

impl Counted {
    fn begin(&mut self, network: IpAddr, secret: u64, now: Instant) -> Result<BegunTry, Duration> {
        self.change(network, |tries| tries.retain(|one| now < one.at + COUNTED_FOR));
        if let Some(tries) = self.networks.get(&network) {
            let of_secret = tries.iter().filter(|one| one.secret == secret).collect::<Vec<_>>();
            let oldest_of = |tries: Option<&Try>| tries.map(|one| one.at + COUNTED_FOR - now);
            let wait_of_secret = match of_secret.len() >= PER_SECRET_MAX {
                true => oldest_of(of_secret.first().copied()),
                false => None,
            };
            let wait_of_all = match tries.len() >= PER_NETWORK_MAX {
                true => oldest_of(tries.front()),
                false => None,
            };
            if let Some(wait) = wait_of_secret.max(wait_of_all) {
                return Err(wait);
            }
        } else if self.networks.len() >= NETWORKS_MAX
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.networks.remove(&oldest);
        }
        self.last += 1;
        let number = self.last;
        self.change(network, |tries| tries.push_back(Try { number, secret, at: now }));
        Ok(BegunTry { network, number })
    }

    /// Changes the tries of a network, and its place by age.
    fn change(&mut self, network: IpAddr, change: impl FnOnce(&mut VecDeque<Try>)) {
        let mut tries = self.networks.remove(&network).unwrap_or_default();
        if let Some(last) = tries.back() {
            self.by_age.remove(&(last.at, network));
        }
        change(&mut tries);
        if let Some(last) = tries.back() {
            self.by_age.insert((last.at, network));
            self.networks.insert(network, tries);
        }
    }

    /// Forgets the networks all of whose tries are old.
    fn forget_old(&mut self, now: Instant) {
        while let Some((last, network)) = self.by_age.first().copied()
            && last + COUNTED_FOR <= now
        {
            self.by_age.pop_first();
            self.networks.remove(&network);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "192.0.2.1";

    fn begin(tries: &Tries, from: &str, secret: &str, now: Instant) -> Result<BegunTry, Duration> {
        tries.begin(from.parse().unwrap(), secret, now)
    }

    #[test]
    fn five_wrong_tries_of_one_secret_are_allowed_in_15_minutes() {
        let (tries, now) = (Tries::default(), Instant::now());
        let second = Duration::from_secs(1);
        for nth in 0..5 {
            assert!(begin(&tries, HERE, "ana", now + second * nth).is_ok());
        }
        let later = now + second * 60;
        assert_eq!(begin(&tries, HERE, "ana", later).unwrap_err(), COUNTED_FOR - second * 60);
        assert!(begin(&tries, HERE, "bob", later).is_ok(), "another user");
        assert!(begin(&tries, "192.0.2.2", "ana", later).is_ok(), "from elsewhere");
        assert!(begin(&tries, HERE, "ana", now + COUNTED_FOR).is_ok(), "the first one is old");
        assert!(begin(&tries, HERE, "ana", now + COUNTED_FOR).is_err(), "the second one is not");
    }

    #[test]
    fn twenty_wrong_tries_of_any_secrets_are_allowed_for_a_network() {
        let (tries, now) = (Tries::default(), Instant::now());
        for nth in 0..20 {
            let address = format!("2001:db8::{nth:x}");
            assert!(begin(&tries, &address, &format!("user{nth}"), now).is_ok());
        }
        assert_eq!(begin(&tries, "2001:db8::ffff", "ana", now).unwrap_err(), COUNTED_FOR);
        assert!(begin(&tries, "2001:db8:0:1::1", "ana", now).is_ok());
    }

    #[test]
    fn a_right_try_does_not_count_and_one_at_the_same_time_does() {
        let (tries, now) = (Tries::default(), Instant::now());
        let begun: Vec<_> = (0..5).map(|_| begin(&tries, HERE, "ana", now).unwrap()).collect();
        assert!(begin(&tries, HERE, "ana", now).is_err(), "they may all be wrong");
        begun.iter().for_each(|begun| tries.end_right(begun));
        assert!((0..5).all(|_| begin(&tries, HERE, "ana", now).is_ok()));
        assert!(begin(&tries, HERE, "ana", now).is_err());
    }

    #[test]
    fn the_networks_have_a_bound_and_the_oldest_is_forgotten_first() {
        let (tries, now) = (Tries::default(), Instant::now());
        let from = |nth: usize| {
            let v6 = std::net::Ipv6Addr::from_bits((nth as u128 + 1) << 64);
            begin(&tries, &v6.to_string(), "ana", now + Duration::from_millis(nth as u64))
        };
        for nth in 0..=NETWORKS_MAX {
            from(nth).unwrap();
        }
        let counted = tries.counted.lock().unwrap();
        assert_eq!((counted.networks.len(), counted.by_age.len()), (NETWORKS_MAX, NETWORKS_MAX));
        drop(counted);
        begin(&tries, HERE, "ana", now + COUNTED_FOR * 2).unwrap();
        assert_eq!(tries.counted.lock().unwrap().networks.len(), 1, "all others are old");
    }
}
