//! How long to wait before the next call: twice as long each time, and never the same for all.

use std::time::Duration;

/// The first pause: short enough that a restart of the server is hardly noticed.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// The longest pause: nobody waits longer for a server that is back.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// The pause to come, before its jitter.
#[derive(Debug)]
pub(super) struct Backoff {
    pause: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { pause: PAUSE_MIN }
    }
}

impl Backoff {
    /// The next pause. `jitter`, 0 to 1, spreads it over its second half, so that the clients of a
    /// server that comes back do not come back all at once.
    pub(super) fn next(&mut self, jitter: f64) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(PAUSE_MAX);
        pause.mul_f64(f64::midpoint(1.0, jitter.clamp(0.0, 1.0)))
    }

    /// Starts over, after a session that lasted.
    pub(super) fn reset(&mut self) {
        self.pause = PAUSE_MIN;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_start_over() {
        let mut backoff = Backoff::default();
        let pauses: Vec<u64> = (0..7).map(|_| backoff.next(1.0).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
        backoff.reset();
        assert_eq!(backoff.next(1.0), PAUSE_MIN);
    }

    #[test]
    fn jitter_takes_away_half_at_most() {
        assert_eq!(Backoff::default().next(0.0), PAUSE_MIN / 2);
        assert_eq!(Backoff::default().next(0.5), PAUSE_MIN * 3 / 4);
    }
}
