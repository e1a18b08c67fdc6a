//! The bound on connections before their `hello`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::network::network;

/// Connections that have not identified themselves, in all and per address.
#[derive(Debug)]
pub(crate) struct Unidentified {
    total_max: usize,
    per_address_max: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One of these connections; it counts until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    unidentified: Arc<Unidentified>,
    address: IpAddr,
}

impl Unidentified {
    pub(crate) fn new(total_max: usize, per_address_max: usize) -> Arc<Self> {
        Arc::new(Self { total_max, per_address_max, counts: Mutex::default() })
    }

    /// A slot for a connection from `address`; `None` if there are too many already.
    pub(crate) fn slot(self: &Arc<Self>, address: IpAddr) -> Option<Slot> {
        let address = network(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let here = counts.by_address.get(&address).copied().unwrap_or(0);
        if counts.total >= self.total_max || here >= self.per_address_max {
            return None;
        }
        counts.total += 1;
        counts.by_address.insert(address, here + 1);
        Some(Slot { unidentified: Arc::clone(self), address })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.unidentified.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.total -= 1;
        let here = counts.by_address.remove(&self.address).unwrap_or(0);
        if here > 1 {
            counts.by_address.insert(self.address, here - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn one_address_cannot_take_every_slot() {
        let unidentified = Unidentified::new(3, 2);
        let (here, there) = (address("192.0.2.1"), address("192.0.2.2"));
        let first = unidentified.slot(here).unwrap();
        let _second = unidentified.slot(here).unwrap();
        assert!(unidentified.slot(here).is_none(), "two is this address's share");
        let _third = unidentified.slot(there).unwrap();
        assert!(unidentified.slot(there).is_none(), "three is all there is");
        drop(first);
        assert!(unidentified.slot(here).is_some(), "a slot given back is free");
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let unidentified = Unidentified::new(9, 1);
        let _slot = unidentified.slot(address("2001:db8::1")).unwrap();
        assert!(unidentified.slot(address("2001:db8::2")).is_none());
        assert!(unidentified.slot(address("2001:db8:0:1::1")).is_some());
        let _v4 = unidentified.slot(address("192.0.2.1")).unwrap();
        assert!(unidentified.slot(address("::ffff:192.0.2.1")).is_none());
        let counts = unidentified.counts.lock().unwrap();
        assert_eq!((counts.total, counts.by_address.len()), (2, 2));
    }
}
