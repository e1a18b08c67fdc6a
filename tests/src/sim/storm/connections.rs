//! The faults of connections.

use std::ops::Range;
use std::time::Duration;

use tracing::info;
use turmoil::Sim;

use super::Storm;
use crate::sim::network::SERVER;

/// Duration of a fault of a connection, in milliseconds: some are long enough to be noticed, some are not.
const TROUBLE_MS: Range<u64> = 50..18_000;

/// Longest latency of a slow connection.
const SLOW: Duration = Duration::from_secs(3);

/// Latency of a connection without a fault.
pub(in crate::sim) const LATENCY_MIN: Duration = Duration::from_millis(1);
pub(in crate::sim) const LATENCY_MAX: Duration = Duration::from_millis(120);

/// A fault of a client's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Parted,
    PartedFromServer,
    PartedToServer,
    Held,
    Lossy,
    Slow,
}

impl Storm {
    pub(super) fn disturb(&mut self, sim: &mut Sim<'_>, client: usize, now: Duration) {
        if self.troubles[client].is_some() {
            return;
        }
        let name = self.clients[client].as_str();
        let trouble = match self.random.u32(..6) {
            0 => Trouble::Parted,
            1 => Trouble::PartedFromServer,
            2 => Trouble::PartedToServer,
            3 => Trouble::Held,
            4 => Trouble::Lossy,
            _ => Trouble::Slow,
        };
        match trouble {
            Trouble::Parted => sim.partition(SERVER, name),
            Trouble::PartedFromServer => sim.partition_oneway(SERVER, name),
            Trouble::PartedToServer => sim.partition_oneway(name, SERVER),
            Trouble::Held => sim.hold(SERVER, name),
            Trouble::Lossy => sim.set_link_fail_rate(SERVER, name, 0.1),
            Trouble::Slow => sim.set_link_max_message_latency(SERVER, name, SLOW),
        }
        info!(client = name, ?trouble, "connection disturbed");
        self.troubles[client] = Some((trouble, now + self.within(TROUBLE_MS)));
        self.faults.connections += 1;
    }

    pub(super) fn repair(&mut self, sim: &mut Sim<'_>, client: usize) {
        let Some((trouble, _)) = self.troubles[client].take() else { return };
        let name = self.clients[client].as_str();
        match trouble {
            Trouble::Parted => sim.repair(SERVER, name),
            Trouble::PartedFromServer => sim.repair_oneway(SERVER, name),
            Trouble::PartedToServer => sim.repair_oneway(name, SERVER),
            Trouble::Held => sim.release(SERVER, name),
            Trouble::Lossy => {
                sim.set_link_fail_rate(SERVER, name, 0.0);
                sim.repair(SERVER, name);
            }
            Trouble::Slow => sim.set_link_max_message_latency(SERVER, name, LATENCY_MAX),
        }
        info!(client = name, ?trouble, "connection repaired");
    }

    /// Loses what is in flight between the daemon and a client. Ends the fault that the connection had.
    pub(super) fn cut_off(&mut self, sim: &mut Sim<'_>, client: usize) {
        self.repair(sim, client);
        let name = self.clients[client].as_str();
        sim.partition(SERVER, name);
        self.troubles[client] = Some((Trouble::Parted, sim.elapsed()));
    }
}
