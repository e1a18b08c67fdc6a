//! The networks that connections come from, and what each of them may do.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::limits::Budget;
use crate::network::network;

/// Networks without a connection whose budgets are remembered, before those with a full one are forgotten: some
/// 150 bytes each.
const REMEMBERED_MAX: usize = 10_000;

/// All networks that have connections, or that have used up a part of a budget.
#[derive(Debug, Default)]
pub(crate) struct Networks(Mutex<HashMap<IpAddr, Arc<Network>>>);

/// One network.
#[derive(Debug, Default)]
pub(crate) struct Network {
    /// The units of its newcomers and guests.
    pub(crate) units: Budget,
}

impl Networks {
    /// The network of an address.
    pub(crate) fn of(&self, address: IpAddr, now: Instant) -> Arc<Network> {
        let address = network(address);
        let mut networks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = networks.get(&address) {
            return Arc::clone(network);
        }
        if networks.len() >= REMEMBERED_MAX {
            networks.retain(|_, network| Arc::strong_count(network) > 1 || !network.is_rested(now));
        }
        // If all have used their budgets, new networks are forgotten at once: they start with full ones again.
        let network = Arc::<Network>::default();
        if networks.len() < 2 * REMEMBERED_MAX {
            networks.insert(address, Arc::clone(&network));
        }
        network
    }
}

impl Network {
    fn is_rested(&self, now: Instant) -> bool {
        self.units.is_full(now)
    }
}
