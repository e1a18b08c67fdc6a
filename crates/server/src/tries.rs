//! Tries of secrets that were wrong: few are allowed, so that nobody guesses one.
//!
//! They are counted by network, so that nobody locks out a user from elsewhere, and a user with a token never needs
//! one.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::{Budget, Rate};
use crate::network::network;

/// How long a try counts.
const COUNTED_FOR: Duration = Duration::from_secs(15 * 60);

/// Tries of the password of one name, or of codes, from one network: more than a person needs who mistypes.
pub(crate) const PER_SECRET_MAX: usize = 5;

/// Tries of all passwords and codes from one network: those of a few people behind one address.
pub(crate) const PER_NETWORK_MAX: usize = 20;

/// Networks that are counted, 600 bytes each. Beyond that, the network whose last try is oldest is removed.
const NETWORKS_MAX: usize = 10_000;

/// Records of the audit log about tries: as many at once as an attack from some networks leaves in an hour, and then
/// some 100 a day, so that the networks of a large attack do not fill the log.
const RECORDS: Rate = Rate { holds: 20, every: COUNTED_FOR };

/// When to try again if only tries that are not decided yet are in the way.
const UNDECIDED_RETRY: Duration = Duration::from_secs(1);

/// Counts tries.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    table: Mutex<TryTable>,
    hasher: RandomState,
    /// The records of the audit log that may be made.
    records: Budget,
}

/// The bound that a wrong try has reached: its network may try no more for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TryLimit {
    /// [`PER_SECRET_MAX`], of the secret that was tried.
    Secret,
    /// [`PER_NETWORK_MAX`], of all secrets.
    Network,
}

#[derive(Debug, Default)]
struct TryTable {
    networks: HashMap<IpAddr, VecDeque<Try>>,
    /// The networks by the time of their last try.
    by_age: BTreeSet<(Instant, IpAddr)>,
    last: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Try {
    number: u64,
    /// The hash of the name whose password was tried, or of the word for codes.
    secret: u64,
    at: Instant,
    /// Whether it was wrong. Otherwise that is not known yet.
    is_wrong: bool,
}

/// A try that has begun. Dropped without [`BegunTry::not_wrong`], it counts as wrong: also if the client has gone.
#[derive(Debug)]
pub(crate) struct BegunTry {
    tries: Arc<Tries>,
    network: IpAddr,
    number: u64,
}

impl BegunTry {
    /// The try does not count: the secret was right, or was not verified.
    pub(crate) fn not_wrong(self) {
        let is_this = |one: &Try| one.number == self.number;
        self.tries.table().change(self.network, |tries| tries.retain(|one| !is_this(one)));
    }
}

impl BegunTry {
    /// The try was wrong. Returns the bound that is reached by it.
    pub(crate) fn wrong(self) -> Option<TryLimit> {
        self.count()
    }

    /// Counts the try, once. Returns the bound that is reached by it.
    fn count(&self) -> Option<TryLimit> {
        let mut reached = None;
        self.tries.table().change(self.network, |tries| {
            // A try that does not count is not in the list.
            let counted = tries.iter_mut().find(|one| one.number == self.number && !one.is_wrong);
            let Some(counted) = counted else { return };
            counted.is_wrong = true;
            let secret = counted.secret;
            let wrong = || tries.iter().filter(|one| one.is_wrong);
            reached = if wrong().filter(|one| one.secret == secret).count() == PER_SECRET_MAX {
                Some(TryLimit::Secret)
            } else {
                (wrong().count() == PER_NETWORK_MAX).then_some(TryLimit::Network)
            };
        });
        reached
    }
}

impl Drop for BegunTry {
    fn drop(&mut self) {
        self.count();
    }
}

impl Tries {
    /// Begins a try of a secret from an address. `secret` says which one it is, and not what it is: the key of a user's
    /// name, or the kind of a code.
    ///
    /// # Errors
    /// Returns the time after which another try is allowed.
    pub(crate) fn begin(
        self: &Arc<Self>,
        address: IpAddr,
        secret: &str,
        now: Instant,
    ) -> Result<BegunTry, Duration> {
        let (network, secret) = (network(address), self.hasher.hash_one(secret));
        let mut table = self.table();
        table.forget_old(now);
        table.change(network, |tries| tries.retain(|one| now < one.at + COUNTED_FOR));
        if let Some(tries) = table.networks.get(&network) {
            let of_secret = tries.iter().filter(|one| one.secret == secret);
            let wait = wait(of_secret, PER_SECRET_MAX, now);
            if let Some(wait) = wait.max(self::wait(tries.iter(), PER_NETWORK_MAX, now)) {
                return Err(wait);
            }
        }
        let number = table.begin(network, secret, now);
        drop(table);
        Ok(BegunTry { tries: Arc::clone(self), network, number })
    }

    /// Whether the audit log may have one more record about tries.
    pub(crate) fn may_record(&self, now: Instant) -> bool {
        self.records.try_charge(RECORDS, now).is_ok()
    }

    fn table(&self) -> MutexGuard<'_, TryTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time until one more is allowed beside these, oldest first, of which there may be `max`; `None` if it is now.
fn wait<'t>(tries: impl Iterator<Item = &'t Try>, max: usize, now: Instant) -> Option<Duration> {
    let (mut wrong, mut undecided, mut oldest) = (0, 0, None);
    for one in tries {
        if one.is_wrong {
            wrong += 1;
            oldest.get_or_insert(one.at);
        } else {
            undecided += 1;
        }
    }
    match oldest {
        Some(oldest) if wrong >= max => Some((oldest + COUNTED_FOR).saturating_duration_since(now)),
        _ => (wrong + undecided >= max).then_some(UNDECIDED_RETRY),
    }
}

impl TryTable {
    /// Adds a try, and returns its number.
    fn begin(&mut self, network: IpAddr, secret: u64, at: Instant) -> u64 {
        if !self.networks.contains_key(&network)
            && self.networks.len() >= NETWORKS_MAX
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.networks.remove(&oldest);
        }
        self.last += 1;
        let number = self.last;
        self.change(network, |tries| {
            tries.push_back(Try { number, secret, at, is_wrong: false });
        });
        number
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

    fn begin(
        tries: &Arc<Tries>,
        from: &str,
        secret: &str,
        now: Instant,
    ) -> Result<BegunTry, Duration> {
        tries.begin(from.parse().unwrap(), secret, now)
    }

    /// A wrong try; returns whether it was allowed.
    fn fail(tries: &Arc<Tries>, from: &str, secret: &str, now: Instant) -> Result<(), Duration> {
        begin(tries, from, secret, now).map(drop)
    }

    #[test]
    fn five_wrong_tries_of_one_secret_are_allowed_in_15_minutes() {
        let (tries, now) = (Arc::<Tries>::default(), Instant::now());
        let second = Duration::from_secs(1);
        for nth in 0..5 {
            assert_eq!(fail(&tries, HERE, "ana", now + second * nth), Ok(()));
        }
        let later = now + second * 60;
        assert_eq!(fail(&tries, HERE, "ana", later), Err(COUNTED_FOR - second * 60));
        assert_eq!(fail(&tries, HERE, "bob", later), Ok(()), "another user");
        assert_eq!(fail(&tries, "192.0.2.2", "ana", later), Ok(()), "from elsewhere");
        assert_eq!(fail(&tries, HERE, "ana", now + COUNTED_FOR), Ok(()), "the first one is old");
        assert!(fail(&tries, HERE, "ana", now + COUNTED_FOR).is_err(), "the second one is not");
    }

    #[test]
    fn twenty_wrong_tries_of_any_secrets_are_allowed_for_a_network() {
        let (tries, now) = (Arc::<Tries>::default(), Instant::now());
        for nth in 0..20 {
            let address = format!("2001:db8::{nth:x}");
            assert_eq!(fail(&tries, &address, &format!("user{nth}"), now), Ok(()));
        }
        assert_eq!(fail(&tries, "2001:db8::ffff", "ana", now), Err(COUNTED_FOR));
        assert_eq!(fail(&tries, "2001:db8:0:1::1", "ana", now), Ok(()));
    }

    #[test]
    fn a_right_try_does_not_count_and_others_wait_for_those_that_are_not_decided() {
        let (tries, now) = (Arc::<Tries>::default(), Instant::now());
        let mut begun: Vec<_> = (0..5).map(|_| begin(&tries, HERE, "ana", now).unwrap()).collect();
        assert_eq!(fail(&tries, HERE, "ana", now), Err(UNDECIDED_RETRY), "all may be wrong");
        drop(begun.pop());
        assert_eq!(fail(&tries, HERE, "ana", now), Err(UNDECIDED_RETRY));
        begun.into_iter().for_each(BegunTry::not_wrong);
        assert!((0..4).all(|_| fail(&tries, HERE, "ana", now).is_ok()));
        assert_eq!(fail(&tries, HERE, "ana", now), Err(COUNTED_FOR));
    }

    #[test]
    fn the_try_that_reaches_a_bound_says_so() {
        let (tries, now) = (Arc::<Tries>::default(), Instant::now());
        let wrong = |secret: &str| begin(&tries, HERE, secret, now).unwrap().wrong();
        for _ in 1..PER_SECRET_MAX {
            assert_eq!(wrong("ana"), None);
        }
        assert_eq!(wrong("ana"), Some(TryLimit::Secret));
        for nth in PER_SECRET_MAX + 1..PER_NETWORK_MAX {
            assert_eq!(wrong(&format!("user{nth}")), None);
        }
        assert_eq!(wrong("bob"), Some(TryLimit::Network));
    }

    #[test]
    fn a_flood_of_tries_leaves_few_records() {
        let (tries, now) = (Tries::default(), Instant::now());
        let records = |at: Instant| (0..1_000).filter(|_| tries.may_record(at)).count();
        assert_eq!(records(now), RECORDS.holds as usize);
        assert_eq!(records(now + RECORDS.every * 3), 3);
    }

    #[test]
    fn the_networks_have_a_bound_and_the_oldest_is_forgotten_first() {
        let (tries, now) = (Arc::<Tries>::default(), Instant::now());
        let fail_from = |nth: usize| {
            let v6 = std::net::Ipv6Addr::from_bits((nth as u128 + 1) << 64);
            fail(&tries, &v6.to_string(), "ana", now + Duration::from_millis(nth as u64))
        };
        for nth in 0..=NETWORKS_MAX {
            fail_from(nth).unwrap();
        }
        let counts = || {
            let table = tries.table();
            (table.networks.len(), table.by_age.len())
        };
        assert_eq!(counts(), (NETWORKS_MAX, NETWORKS_MAX));
        fail(&tries, HERE, "ana", now + COUNTED_FOR * 2).unwrap();
        assert_eq!(counts(), (1, 1), "all others are old");
    }
}
