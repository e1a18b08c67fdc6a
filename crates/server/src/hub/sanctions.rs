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

#[cfg(test)]
mod tests {
    use chat_proto::Reason;

    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    const EVA: UserId = UserId::new(7);

    fn ban(id: u64, network: Option<&str>, until_ms: Option<i64>) -> SanctionRecord {
        SanctionRecord {
            id,
            penalty: Penalty::Ban,
            room: None,
            user: None,
            network: network.map(|written| written.parse().unwrap()),
            invite: None,
            by: UserId::new(1),
            reason: Reason::default(),
            at: Timestamp::from_millis(0),
            until: until_ms.map(Timestamp::from_millis),
        }
    }

    fn from(address: &str) -> Suspect {
        Suspect { network: Some(address.parse().unwrap()), ..Suspect::default() }
    }

    fn is_banned(sanctions: &Sanctions, suspect: Suspect, now_ms: i64) -> bool {
        let now = Timestamp::from_millis(now_ms);
        sanctions.of(suspect).any(|record| record.hits(Penalty::Ban, None, suspect, now))
    }

    #[test]
    fn a_ban_of_a_network_hits_its_addresses_of_any_width_until_it_ends() {
        let records = [
            ban(1, Some("203.0.113.0/24"), None),
            ban(2, Some("198.51.100.7"), Some(10)),
            ban(3, Some("2001:db8::/32"), None),
        ];
        let mut sanctions = Sanctions::restore(records.to_vec());
        for (address, hit) in [
            ("203.0.113.9", true),
            ("203.0.114.9", false),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
            ("2001:db8:1::", true),
            ("2001:db9::", false),
        ] {
            assert_eq!(is_banned(&sanctions, from(address), 9), hit, "{address}");
        }
        assert!(!is_banned(&sanctions, from("198.51.100.7"), 10), "it has ended");
        for id in 1..=3 {
            sanctions.remove(id).unwrap();
        }
        assert!(!is_banned(&sanctions, from("203.0.113.9"), 9));
        assert!(sanctions.widths.is_empty() && sanctions.networks.is_empty());
    }

    #[test]
    fn the_ban_of_a_user_bars_its_network_for_a_day() {
        let record = SanctionRecord { user: Some(EVA), ..ban(1, Some("203.0.113.9"), None) };
        let short = SanctionRecord { user: Some(EVA), ..ban(2, Some("198.51.100.7"), Some(10)) };
        let sanctions = Sanctions::restore(vec![record, short]);
        assert!(is_banned(&sanctions, from("203.0.113.9"), DAY_MS - 1));
        assert!(!is_banned(&sanctions, from("203.0.113.9"), DAY_MS));
        assert!(!is_banned(&sanctions, from("198.51.100.7"), 10));
        let eva = Suspect { user: Some(EVA), ..Suspect::default() };
        assert!(is_banned(&sanctions, eva, 10 * DAY_MS));
        let other = Suspect { user: Some(UserId::new(8)), ..Suspect::default() };
        assert!(!is_banned(&sanctions, other, 0));
    }

    #[test]
    fn a_sanction_of_an_invite_hits_all_who_came_by_it() {
        let record = SanctionRecord { invite: Some(4), ..ban(1, None, None) };
        let sanctions = Sanctions::restore(vec![record]);
        let by = |invite| Suspect { user: Some(EVA), invite, ..Suspect::default() };
        assert!(is_banned(&sanctions, by(Some(4)), 0));
        assert!(!is_banned(&sanctions, by(Some(5)), 0) && !is_banned(&sanctions, by(None), 0));
    }
}
