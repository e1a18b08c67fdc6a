//! The connections, by the networks that they come from: which of them go if there are too many, and what the
//! newcomers of one network may do.

mod seat;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use self::seat::Seat;
pub(crate) use self::seat::{Kind, Slot};
use crate::id_map::IdMap;
use crate::limits::{Budget, SendBudget};
use crate::network::network;

/// Networks beside twice those with connections, before the others are cleaned up: a clean-up goes through all of
/// them, and this makes it rare. Each takes some 300 bytes.
const CLEAN_UP_SLACK: usize = 1_000;

/// Networks without a connection that are remembered for their budgets, at most: 3 MB.
const REMEMBERED_MAX: usize = 10_000;

/// How many connections there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Sessions.
    pub(crate) sessions: usize,
    /// Connections that have not identified themselves.
    pub(crate) unidentified: usize,
    /// The same of one network.
    pub(crate) unidentified_per_network: usize,
    /// The same while there are as many connections as there can be: they are accepted so that they can say who they
    /// are.
    pub(crate) crowded: usize,
}

/// All connections, and the networks that have any or have used up a part of a budget.
#[derive(Debug)]
pub(crate) struct Networks {
    bounds: Bounds,
    start: Instant,
    all: Mutex<All>,
    turned_away: AtomicU64,
}

#[derive(Debug, Default)]
struct All {
    networks: HashMap<IpAddr, Entry>,
    sessions: usize,
    unidentified: usize,
    /// The number of the last connection.
    last: u64,
    /// Number of networks at which they are cleaned up.
    clean_up_at: usize,
}

/// The connections of one network, by their numbers, which increase.
#[derive(Debug, Default)]
struct Entry {
    network: Arc<Network>,
    unidentified: BTreeMap<u64, Arc<Seat>>,
    /// The sessions of each [`Kind`].
    sessions: [IdMap<u64, Arc<Seat>>; Kind::COUNT],
}

/// The budgets of one network.
#[derive(Debug, Default)]
pub(crate) struct Network {
    /// The budget of its newcomers and guests.
    pub(crate) sent: SendBudget,
    /// The users that it may make.
    pub(crate) new_users: Budget,
    /// The direct messages that its newcomers may begin.
    pub(crate) conversations: Budget,
}

/// There are too many connections, and none that may be ended for another one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Busy;

impl Networks {
    pub(crate) fn new(bounds: Bounds) -> Arc<Self> {
        let (all, turned_away) = (Mutex::default(), AtomicU64::new(0));
        Arc::new(Self { bounds, start: Instant::now(), all, turned_away })
    }

    /// Counts a connection that found no place.
    pub(crate) fn count_turned_away(&self) {
        self.turned_away.fetch_add(1, Relaxed);
    }

    /// Number of connections that had a place since the start, and of those that found none.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.all().last, self.turned_away.load(Relaxed))
    }

    /// A slot for a new connection. If there are too many that have not identified themselves, the oldest of the
    /// network with the most of them is ended. `is_crowded` says that there are as many connections as there can be.
    pub(crate) fn connect(self: &Arc<Self>, address: IpAddr, is_crowded: bool) -> Slot {
        let (address, now) = (network(address), Instant::now());
        let mut all = self.all();
        all.clean_up(now);
        let max = if is_crowded { self.bounds.crowded } else { self.bounds.unidentified };
        if all.unidentified >= max.max(1) {
            all.end_unidentified();
        }
        all.last += 1;
        all.unidentified += 1;
        let number = all.last;
        let entry = all.networks.entry(address).or_default();
        let seat =
            Arc::new(Seat::new(Arc::clone(self), number, address, Arc::clone(&entry.network)));
        entry.unidentified.insert(number, Arc::clone(&seat));
        if entry.unidentified.len() > self.bounds.unidentified_per_network {
            all.end_oldest(address);
        }
        drop(all);
        Slot::new(seat)
    }

    /// Makes a session of the connection. If there are too many, another session is ended.
    fn identify(&self, seat: &Arc<Seat>, kind: Kind) -> Result<(), Busy> {
        let mut all = self.all();
        let is_unidentified = |entry: &Entry| entry.unidentified.contains_key(&seat.number);
        if !all.networks.get(&seat.address).is_some_and(is_unidentified) {
            return Err(Busy); // ended for another one
        }
        if all.sessions >= self.bounds.sessions {
            let victim = all.victim(seat.address, kind).ok_or(Busy)?;
            all.remove(&victim);
            victim.end();
        }
        let Some(entry) = all.networks.get_mut(&seat.address) else { return Err(Busy) };
        let Some(seat) = entry.unidentified.remove(&seat.number) else { return Err(Busy) };
        entry.sessions[kind as usize].insert(seat.number, seat);
        all.unidentified -= 1;
        all.sessions += 1;
        Ok(())
    }

    fn remove(&self, seat: &Seat) {
        self.all().remove(seat);
    }

    /// Milliseconds since the start.
    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.start).as_millis()).unwrap_or(u64::MAX)
    }

    fn all(&self) -> MutexGuard<'_, All> {
        // A panic leaves it whole, except that one count may be wrong by one.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl All {
    /// Ends the oldest connection that has not identified itself, of the network with the most of them.
    fn end_unidentified(&mut self) {
        let largest = self.networks.iter().max_by_key(|(_, entry)| entry.unidentified.len());
        if let Some(address) = largest.map(|(address, _)| *address) {
            self.end_oldest(address);
        }
    }

    fn end_oldest(&mut self, address: IpAddr) {
        if let Some(entry) = self.networks.get_mut(&address)
            && let Some((_, seat)) = entry.unidentified.pop_first()
        {
            self.unidentified -= 1;
            seat.end();
        }
    }

    /// The session that is ended for one of this kind from `address`.
    ///
    /// A known user takes the place of a guest, or of a newcomer if there is no guest, of the network with the most of
    /// them. Everybody else takes a place of the largest network, if that is larger than its own. In that network it is
    /// the least kind of session that goes, and of those the one that has been idle for longest.
    fn victim(&self, address: IpAddr, kind: Kind) -> Option<Arc<Seat>> {
        if kind == Kind::Known {
            for lower in [Kind::Guest, Kind::Newcomer] {
                let count = |entry: &&Entry| entry.of_kind(lower).len();
                if let Some(largest) = self.networks.values().max_by_key(count)
                    && let Some(seat) = idlest(largest.of_kind(lower))
                {
                    return Some(seat);
                }
            }
        }
        let own = self.networks.get(&address).map_or(0, Entry::sessions);
        let largest = self.networks.values().max_by_key(|entry| entry.sessions())?;
        if largest.sessions() <= own + 1 {
            return None;
        }
        [Kind::Guest, Kind::Newcomer, Kind::Known]
            .into_iter()
            .take_while(|lower| *lower <= kind)
            .find_map(|lower| idlest(largest.of_kind(lower)))
    }

    fn remove(&mut self, seat: &Seat) {
        let Some(entry) = self.networks.get_mut(&seat.address) else { return };
        self.unidentified -= usize::from(entry.unidentified.remove(&seat.number).is_some());
        let removed = entry.sessions.iter_mut().find_map(|kind| kind.remove(&seat.number));
        self.sessions -= usize::from(removed.is_some());
    }

    /// Forgets networks without connections: those whose budgets are full, and all if they are too many.
    fn clean_up(&mut self, now: Instant) {
        if self.networks.len() < self.clean_up_at {
            return;
        }
        self.networks.retain(|_, entry| entry.is_open() || !entry.network.is_rested(now));
        if self.networks.values().filter(|entry| !entry.is_open()).count() > REMEMBERED_MAX {
            self.networks.retain(|_, entry| entry.is_open());
        }
        self.clean_up_at = 2 * self.networks.len() + CLEAN_UP_SLACK;
    }
}

impl Entry {
    fn is_open(&self) -> bool {
        !self.unidentified.is_empty() || self.sessions() > 0
    }

    fn sessions(&self) -> usize {
        self.sessions.iter().map(IdMap::len).sum()
    }

    fn of_kind(&self, kind: Kind) -> impl ExactSizeIterator<Item = &Arc<Seat>> {
        self.sessions[kind as usize].values()
    }
}

impl Network {
    fn is_rested(&self, now: Instant) -> bool {
        self.sent.is_full(now)
            && [&self.new_users, &self.conversations].into_iter().all(|budget| budget.is_full(now))
    }
}

/// The one that has been idle for longest.
fn idlest<'s>(seats: impl Iterator<Item = &'s Arc<Seat>>) -> Option<Arc<Seat>> {
    seats.min_by_key(|seat| (seat.active(), seat.number)).map(Arc::clone)
}

#[cfg(test)]
mod tests;
