//! The figures of the daemon for a monitor. They are gathered when it asks, from counts that exist anyway; what is
//! counted is counted once for each commit or batch, so that a delivery costs nothing more.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Bounds of the times of commits, in milliseconds: a disk takes from less than one to some tens, and a stuck one
/// seconds.
const BOUNDS_MS: [u16; 10] = [1, 2, 5, 10, 20, 50, 100, 500, 2_000, 10_000];

/// The counters of the hub.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Messages that were stored.
    pub(crate) accepted: AtomicU64,
    /// Messages that were refused.
    pub(crate) refused: AtomicU64,
    /// How long commits take.
    pub(crate) commits: CommitTimes,
}

/// How long commits take: a histogram.
#[derive(Debug, Default)]
pub(crate) struct CommitTimes {
    /// Number of commits up to each bound, and above the last one.
    buckets: [AtomicU64; BOUNDS_MS.len() + 1],
    /// Time of all, in microseconds.
    total: AtomicU64,
}

impl CommitTimes {
    /// Adds a commit that took `time`.
    pub(crate) fn add(&self, time: Duration) {
        let is_within = |bound: &u16| time <= Duration::from_millis((*bound).into());
        let bucket = BOUNDS_MS.iter().position(is_within).unwrap_or(BOUNDS_MS.len());
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.total.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    /// The histogram as it is now.
    pub(crate) fn histogram(&self) -> Histogram {
        let bounds = BOUNDS_MS.map(|bound| f64::from(bound) / 1_000.0);
        let bounds = bounds.into_iter().chain([f64::INFINITY]);
        let counts = self.buckets.iter().map(|count| count.load(Relaxed));
        Histogram {
            buckets: bounds.zip(counts).collect(),
            total: Duration::from_micros(self.total.load(Relaxed)),
        }
    }
}

/// A histogram of times.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histogram {
    /// Upper bounds in seconds, the last one infinite, and how many are above the bound before and up to this one.
    pub(crate) buckets: Vec<(f64, u64)>,
    pub(crate) total: Duration,
}

/// The figures of the daemon.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    /// Connections since the start.
    pub(crate) connections: u64,
    /// Connections since the start that found no place.
    pub(crate) turned_away: u64,
    /// Bytes of the journal's files; 0 if it is in memory.
    pub(crate) journal_bytes: u64,
    /// Percent of the messages that can be found, if there is an index.
    pub(crate) indexed: Option<u64>,
    pub(crate) hub: HubFigures,
}

/// The figures of the hub.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HubFigures {
    /// Sessions of each protocol.
    pub(crate) sessions: [(&'static str, u64); 2],
    /// Users who are stored.
    pub(crate) users: u64,
    /// Users with a session.
    pub(crate) users_connected: u64,
    /// Rooms with a name.
    pub(crate) rooms: u64,
    /// Direct messages.
    pub(crate) direct_rooms: u64,
    /// Messages since the start that were stored.
    pub(crate) accepted: u64,
    /// Messages since the start that were refused.
    pub(crate) refused: u64,
    /// Messages that sessions were handed since the start, each one counted for each session.
    pub(crate) deliveries: u64,
    /// Bytes of the batches in memory that sessions have not taken yet.
    pub(crate) batch_bytes: u64,
    /// Items that wait for a commit.
    pub(crate) queue: u64,
    pub(crate) commits: Histogram,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_in_the_bucket_of_its_time() {
        let times = CommitTimes::default();
        for micros in [1, 1_000, 1_001, 60_000_000] {
            times.add(Duration::from_micros(micros));
        }
        let Histogram { buckets, total } = times.histogram();
        assert_eq!(buckets[..2], [(0.001, 2), (0.002, 1)]);
        assert_eq!(buckets.last(), Some(&(f64::INFINITY, 1)));
        assert_eq!(total, Duration::from_micros(60_002_002));
    }
}
