//! The bound on TLS handshakes at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::network::network;

/// Handshakes at once, in all. Each has up to 64 KiB of a `ClientHello` and 16 KiB to send, so together 20 MiB.
const HANDSHAKES_MAX: usize = 256;

/// Handshakes at once of one network: they keep all processors busy, and leave a place for others if they are
/// held open.
const HANDSHAKES_PER_NETWORK_MAX: usize = 64;

/// Gives out the right to make a handshake. Connections past the bounds wait, in order.
#[derive(Debug)]
pub(super) struct Handshakes {
    all: Arc<Semaphore>,
    networks: Mutex<HashMap<IpAddr, Network>>,
}

/// The handshakes of one network that are made or wait.
#[derive(Debug)]
struct Network {
    places: Arc<Semaphore>,
    connections: usize,
}

/// The right to make a handshake, until it is dropped.
pub(super) struct Permit<'h> {
    _network: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
    _counted: Counted<'h>,
}

/// Counts a connection of a network, so that a network without one is forgotten.
struct Counted<'h> {
    handshakes: &'h Handshakes,
    network: IpAddr,
}

impl Handshakes {
    pub(super) fn new() -> Self {
        let all = Arc::new(Semaphore::new(HANDSHAKES_MAX));
        Self { all, networks: Mutex::default() }
    }

    /// Waits until a connection from `address` may make its handshake; `None` is never returned while the daemon
    /// runs. Cancel safe.
    pub(super) async fn permit(&self, address: IpAddr) -> Option<Permit<'_>> {
        let (counted, places) = self.count(network(address));
        // The place in the network first: one network takes no more places of all while it waits.
        let network = places.acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Permit { _network: network, _all: all, _counted: counted })
    }

    fn count(&self, network: IpAddr) -> (Counted<'_>, Arc<Semaphore>) {
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = networks.entry(network).or_insert_with(|| Network {
            places: Arc::new(Semaphore::new(HANDSHAKES_PER_NETWORK_MAX)),
            connections: 0,
        });
        entry.connections += 1;
        (Counted { handshakes: self, network }, Arc::clone(&entry.places))
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        let mut networks = self.handshakes.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = networks.get_mut(&self.network) {
            network.connections -= 1;
            if network.connections == 0 {
                networks.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::task::unconstrained;

    use super::*;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[tokio::test]
    async fn the_handshakes_of_one_network_leave_places_for_others() {
        let handshakes = Handshakes::new();
        let mut held = Vec::new();
        for _ in 0..HANDSHAKES_PER_NETWORK_MAX {
            held.push(handshakes.permit(address(1)).await.unwrap());
        }
        assert!(
            unconstrained(handshakes.permit(address(1))).now_or_never().is_none(),
            "one more waits"
        );
        let other = unconstrained(handshakes.permit(address(2))).now_or_never().flatten();
        assert!(other.is_some(), "another network does not");
        held.pop();
        assert!(unconstrained(handshakes.permit(address(1))).now_or_never().flatten().is_some());
        drop((held, other));
        assert!(handshakes.networks.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn all_networks_together_have_a_bound() {
        let handshakes = Handshakes::new();
        let mut held = Vec::new();
        for last in 0..HANDSHAKES_MAX / HANDSHAKES_PER_NETWORK_MAX {
            for _ in 0..HANDSHAKES_PER_NETWORK_MAX {
                let address = address(u8::try_from(last).unwrap());
                held.push(handshakes.permit(address).await.unwrap());
            }
        }
        assert!(
            unconstrained(handshakes.permit(address(200))).now_or_never().is_none(),
            "the 257th waits"
        );
        held.pop();
        assert!(unconstrained(handshakes.permit(address(200))).now_or_never().flatten().is_some());
    }
}
