//! The mutes and bans in memory, by whom they are about.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::ops::Bound::{Excluded, Unbounded};

use chat_proto::{Network, Timestamp, UserId};

use crate::config::NETWORK_BANNED;
use crate::journal::{MuteOrBan, RoomId, SanctionRecord};
use crate::network::at_least_host;

/// The properties of a user that sanctions depend on.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct SanctionSubject {
    /// Its number; `None` for one that is to be made.
    pub(super) user: Option<UserId>,
    /// Where a guest or a newcomer comes from; `None` for everybody else, and for this machine, which is never banned.
    pub(super) network: Option<IpAddr>,
    /// Whether it has an account that is stored: the ban of a network is about others.
    pub(super) is_stored: bool,
    /// The invite by which the user came; `None` also for owners and moderators of the server.
    pub(super) invite: Option<u64>,
}

/// A sanction that applies to a user.
#[derive(Debug, Clone, Copy)]
pub(super) struct EffectiveSanction<'s> {
    pub(super) record: &'s SanctionRecord,
    /// When it ends for the user; `None` for no end.
    pub(super) until: Option<Timestamp>,
    /// Whether it was made because of another user of the network. Then its reason is not sent.
    pub(super) is_of_other: bool,
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
    /// Number of those in rooms that each user has made.
    in_rooms: HashMap<UserId, usize>,
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

    /// Number of those in rooms that `by` has made, or all users without one.
    pub(super) fn in_rooms(&self, by: Option<UserId>) -> usize {
        match by {
            Some(by) => self.in_rooms.get(&by).copied().unwrap_or(0),
            None => self.in_rooms.values().sum(),
        }
    }

    /// Adds one. Earlier versions stored a network that is narrower than that of a host, which no address is in.
    pub(super) fn add(&mut self, record: SanctionRecord) {
        let record = SanctionRecord { network: record.network.map(at_least_host), ..record };
        if record.room.is_some() {
            *self.in_rooms.entry(record.by).or_default() += 1;
        }
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
        if record.room.is_some()
            && let Some(count) = self.in_rooms.get_mut(&record.by)
        {
            *count -= 1;
            if *count == 0 {
                self.in_rooms.remove(&record.by);
            }
        }
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

    /// Those of a user, a network or an invite, ended ones included.
    pub(super) fn of(&self, subject: SanctionSubject) -> impl Iterator<Item = &SanctionRecord> {
        let users = subject.user.and_then(|user| self.users.get(&user));
        let invites = subject.invite.and_then(|invite| self.invites.get(&invite));
        let networks = subject.network.into_iter().flat_map(move |address| {
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
    /// How it applies to a user in a room, or on the server if that is `None`, at the time `now`; `None` if it does
    /// not. A sanction of the server counts in each room.
    pub(super) fn applied(
        &self,
        kind: MuteOrBan,
        room: Option<RoomId>,
        subject: SanctionSubject,
        now: Timestamp,
    ) -> Option<EffectiveSanction<'_>> {
        let is_here = self.kind == kind && (self.room.is_none() || self.room == room);
        let applied = self.applied_to(subject).filter(|_| is_here)?;
        applied.until.is_none_or(|until| now < until).then_some(applied)
    }

    /// How it applies to a user, in its room and until its end.
    pub(super) fn applied_to(&self, subject: SanctionSubject) -> Option<EffectiveSanction<'_>> {
        let is_own = self.user.is_some() && self.user == subject.user
            || self.invite.is_some() && self.invite == subject.invite;
        if is_own {
            return Some(EffectiveSanction { record: self, until: self.until, is_of_other: false });
        }
        let is_ban = self.kind == MuteOrBan::Ban;
        let is_from = |address| self.network.is_some_and(|network| network.contains(address));
        if is_ban && subject.is_stored || !subject.network.is_some_and(is_from) {
            return None;
        }
        // Others share the network of the user whom it is about: a ban ends earlier for them.
        let is_of_other = self.user.is_some();
        let until = if is_ban && is_of_other { self.until_of_network() } else { self.until };
        Some(EffectiveSanction { record: self, until, is_of_other })
    }

    /// When the network of a banned user is not banned any more.
    fn until_of_network(&self) -> Option<Timestamp> {
        let span = i64::try_from(NETWORK_BANNED.as_millis()).unwrap_or(i64::MAX);
        let until = Timestamp::from_millis(self.at.as_millis().saturating_add(span));
        Some(self.until.map_or(until, |own| own.min(until)))
    }

    /// Whether it has ended before the time `now`.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// The longest of the sanctions that apply to a user.
pub(super) fn longest<'s>(
    sanctions: impl Iterator<Item = EffectiveSanction<'s>>,
) -> Option<EffectiveSanction<'s>> {
    sanctions.max_by_key(|applied| applied.until.map_or(i64::MAX, Timestamp::as_millis))
}

#[cfg(test)]
mod tests;
