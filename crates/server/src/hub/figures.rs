//! The figures of the hub, for a monitor.

use std::sync::atomic::Ordering::Relaxed;

use super::Hub;
use crate::figures::HubFigures;

impl Hub {
    /// The figures of the hub.
    pub(crate) fn figures(&self) -> HubFigures {
        let counters = &self.directory.counters;
        let (accepted, refused) = (counters.accepted.load(Relaxed), counters.refused.load(Relaxed));
        let commits = counters.commits.histogram();
        let state = self.state();
        let (native, classic) = state.sessions.counts();
        let rings = state.rooms.rings();
        HubFigures {
            sessions: [("native", count(native)), ("classic", count(classic))],
            users: count(state.users_stored()),
            users_connected: count(state.users_connected()),
            rooms: count(state.rooms.count(false)),
            direct_rooms: count(state.rooms.count(true)),
            accepted,
            refused,
            deliveries: rings.delivered(),
            batch_bytes: count(rings.bytes()),
            queue: count(self.queue.waiting()),
            commits,
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
