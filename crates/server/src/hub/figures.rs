//! What the hub tells a monitor.

use std::sync::atomic::Ordering::Relaxed;

use super::Hub;
use crate::figures::Figures;

impl Hub {
    /// The figures of the hub; those of the rest of the daemon are missing.
    pub(crate) fn figures(&self) -> Figures {
        let counts = &self.directory.counters;
        let (accepted, refused) = (counts.accepted.load(Relaxed), counts.refused.load(Relaxed));
        let commits = counts.commits.histogram();
        let state = self.state();
        let (native, classic) = state.sessions.counts();
        let rings = state.rooms.rings();
        Figures {
            sessions: [("native", count(native)), ("classic", count(classic))],
            connections: 0,
            turned_away: 0,
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
            journal_bytes: 0,
            indexed: None,
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
