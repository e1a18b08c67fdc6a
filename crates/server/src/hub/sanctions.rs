//! The mutes and bans in memory, by whom they hit.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::ops::Bound::{Excluded, Unbounded};

use chat_proto::{Network, Timestamp, UserId};

use crate::config::NETWORK_BARRED;
use crate::journal::{Penalty, RoomId, SanctionRecord};

/// Whom a sanction may hit.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Suspect {
    pub(super) user: Option<UserId>,
    /// Where a guest or a new user comes from; `None` for everybody else, and for a place that is never barred.
    pub(super) network: Option<IpAddr>,
    /// The invite by which the user came; `None` also for those who keep order.
    pub(super) invite: Option<u64>,
}

/// The mutes and bans that are stored.
#[derive(Debug, Default)]
pub(super) struct Sanctions {
    by_id: BTreeMap<u64, SanctionRecord>,
    users: HashMap<UserId, Vec<u64>>,
    networks: HashMap<Network, Vec<u64>>,
    invites: HashMap<u64, Vec<u64>>,
    /// The numbers of bits of the networks, of IPv4 or not, and the number of networks of each. A look at one address
    /// takes a step for each.
    widths: BTreeMap<(bool, u8), usize>,
}

impl Sanctions {
    pub(super) fn restore(records: Vec<SanctionRecord>) -> Self {
        let mut sanctions = Self::default();
        records.into_iter().for_each(|record| sanctions.add(record));
        sanctions
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn get(&self, id: u64) -> Option<&SanctionRecord> {
        self.by_id.get(&id)
    }

    /// Those with a number above `id`.
    pub(super) fn after(&self, id: u64) -> impl Iterator<Item = &SanctionRecord> {
        self.by_id.range((Excluded(id), Unbounded)).map(|(_, record)| record)
    }

    pub(super) fn add(&mut self, record: SanctionRecord) {
        if let Some(user) = record.user {
            self.users.entry(user).or_default().push(record.id);
        }
        if let Some(invite) = record.invite {
            self.invites.entry(invite).or_default().push(record.id);
        }
        if let Some(network) = record.network {
            self.networks.entry(network).or_default().push(record.id);
            *self.widths.entry(width(network)).or_default() += 1;
        }
        self.by_id.insert(record.id, record);
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<SanctionRecord> {
        let record = self.by_id.remove(&id)?;
        if let Some(user) = record.user {
            forget(&mut self.users, &user, id);
        }
        if let Some(invite) = record.invite {
            forget(&mut self.invites, &invite, id);
        }
        if let Some(network) = record.network {
            forget(&mut self.networks, &network, id);
            if let Some(count) = self.widths.get_mut(&width(network)) {
                *count -= 1;
                if *count == 0 {
                    self.widths.remove(&width(network));
                }
            }
        }
        Some(record)
    }

    /// Those that hit a user, a network or an invite, ended ones included.
    pub(super) fn of(&self, suspect: Suspect) -> impl Iterator<Item = &SanctionRecord> {
        let users = suspect.user.and_then(|user| self.users.get(&user));
        let invites = suspect.invite.and_then(|invite| self.invites.get(&invite));
        let networks = suspect.network.into_iter().flat_map(move |address| {
            let widths = self.widths.range((address.is_ipv4(), 0)..=(address.is_ipv4(), u8::MAX));
            let network = move |((_, bits), _): (&(bool, u8), &usize)| {
                self.networks.get(&Network::new(address, *bits).ok()?)
            };
            widths.filter_map(network)
        });
        let ids = users.into_iter().chain(invites).chain(networks).flatten();
        ids.filter_map(|id| self.by_id.get(id))
    }
}

fn width(network: Network) -> (bool, u8) {
    (network.address().is_ipv4(), network.bits())
}

fn forget<K: std::hash::Hash + Eq>(index: &mut HashMap<K, Vec<u64>>, key: &K, id: u64) {
    if let Some(ids) = index.get_mut(key) {
        ids.retain(|of| *of != id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}

impl SanctionRecord {
    /// Whether it hits a suspect in a room, or on the server if that is `None`, at the time `now`. A sanction of the server
    /// counts in each room.
    pub(super) fn hits(
        &self,
        penalty: Penalty,
        room: Option<RoomId>,
        suspect: Suspect,
        now: Timestamp,
    ) -> bool {
        self.penalty == penalty
            && (self.room.is_none() || self.room == room)
            && self.hits_until(suspect).is_some_and(|until| until.is_none_or(|until| now < until))
    }

    /// When it ends for a suspect, if it hits it at all: `Some(None)` for no end.
    fn hits_until(&self, suspect: Suspect) -> Option<Option<Timestamp>> {
        let is_of = |own: Option<u64>, of: Option<u64>| own.is_some() && own == of;
        let user = self.user.map(UserId::get);
        if is_of(user, suspect.user.map(UserId::get)) || is_of(self.invite, suspect.invite) {
            return Some(self.until);
        }
        let is_from = |address| self.network.is_some_and(|network| network.contains(address));
        if !suspect.network.is_some_and(is_from) {
            return None;
        }
        // The network of a user is shared with others, who did nothing.
        let barred = i64::try_from(NETWORK_BARRED.as_millis()).unwrap_or(i64::MAX);
        let barred_until = Timestamp::from_millis(self.at.as_millis().saturating_add(barred));
        Some(match (self.user, self.until) {
            (None, until) => until,
            (Some(_), until) => Some(until.map_or(barred_until, |until| until.min(barred_until))),
        })
    }

    /// Whether it has ended before the time `now`.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// The longest of the sanctions that hit someone.
pub(super) fn longest<'s>(
    sanctions: impl Iterator<Item = &'s SanctionRecord>,
) -> Option<&'s SanctionRecord> {
    sanctions.max_by_key(|record| record.until.map_or(i64::MAX, Timestamp::as_millis))
}
