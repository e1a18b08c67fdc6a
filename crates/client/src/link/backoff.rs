//! The pause before the next connection: it doubles each time, with jitter.

use std::time::Duration;

/// The first pause: a short restart of the server is hardly noticed.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// The longest pause: a user need not wait longer for a server that is back.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// The next pause, before its jitter.
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
    /// Returns the next pause. `jitter`, 0 to 1, spreads it over its second half, so that not all clients of
    /// a server connect at the same time.
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
