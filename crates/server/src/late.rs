//! The addresses from which the first bytes of a client may come so late that it would be taken for a classic client:
//! those from which they did, and those of browsers that load the page. If a browser cannot load one part of the page,
//! the page does not work.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::PLAIN_REFUSED_SILENCE;

/// Time for which a client from an address is expected to be late after one from there was: it connects again, or its
/// user tries again, within that time.
const LATE_FOR: Duration = Duration::from_secs(10 * 60);

/// Time in which a browser that was sent the page connects for its parts, and for a WebSocket: longer than any needs.
/// Classic clients at its address wait longer for their numbers meanwhile.
const LOADS_FOR: Duration = Duration::from_secs(10);

/// Such addresses at most, 24 bytes each.
const LATE_ADDRESSES_MAX: usize = 1_024;

/// Such addresses, each with the end of its time.
#[derive(Debug, Default)]
pub(crate) struct LateBrowsers(Mutex<HashMap<IpAddr, Instant>>);

impl LateBrowsers {
    /// Records that the first bytes of a client at `address` came too late.
    pub(crate) fn record_late(&self, address: IpAddr, now: Instant) {
        self.add(address, LATE_FOR, now);
    }

    /// Records that a browser at `address` was sent the page.
    pub(crate) fn record_page(&self, address: IpAddr, now: Instant) {
        self.add(address, LOADS_FOR, now);
    }

    /// Expects late clients from `address` for this time. If there are too many addresses, the one whose time ends
    /// first is removed.
    fn add(&self, address: IpAddr, time: Duration, now: Instant) {
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        until.retain(|_, until| *until > now);
        if until.len() >= LATE_ADDRESSES_MAX
            && !until.contains_key(&address)
            && let Some(first) = until.iter().min_by_key(|(_, until)| **until).map(|(it, _)| *it)
        {
            until.remove(&first);
        }
        let end = until.entry(address).or_insert(now);
        *end = (now + time).max(*end);
    }

    /// How long to wait for the first bytes from `address`: `usual`, or longer.
    pub(crate) fn silence(&self, address: IpAddr, usual: Duration, now: Instant) -> Duration {
        let until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match until.get(&address) {
            Some(until) if *until > now => usual.max(PLAIN_REFUSED_SILENCE),
            _ => usual,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const USUAL: Duration = Duration::from_millis(300);

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn an_address_has_more_time_for_a_while() {
        let (late, now) = (LateBrowsers::default(), Instant::now());
        late.record_late(address(1), now);
        late.record_page(address(1), now);
        assert_eq!(late.silence(address(1), USUAL, now), PLAIN_REFUSED_SILENCE);
        assert_eq!(late.silence(address(2), USUAL, now), USUAL);
        let before = now + LATE_FOR - Duration::from_millis(1);
        assert_eq!(late.silence(address(1), USUAL, before), PLAIN_REFUSED_SILENCE);
        assert_eq!(late.silence(address(1), USUAL, now + LATE_FOR), USUAL);
        late.record_page(address(2), now);
        assert_eq!(late.silence(address(2), USUAL, now), PLAIN_REFUSED_SILENCE);
        assert_eq!(late.silence(address(2), USUAL, now + LOADS_FOR), USUAL);
    }

    #[test]
    fn a_bounded_number_of_addresses_is_stored() {
        let (late, now) = (LateBrowsers::default(), Instant::now());
        for number in 0..=u32::try_from(LATE_ADDRESSES_MAX).unwrap() {
            late.record_late(address(number), now + Duration::from_millis(number.into()));
        }
        assert_eq!(late.0.lock().unwrap().len(), LATE_ADDRESSES_MAX);
        assert_eq!(late.silence(address(0), USUAL, now), USUAL, "the oldest is removed");
        assert_eq!(late.silence(address(1), USUAL, now), PLAIN_REFUSED_SILENCE);
    }
}
