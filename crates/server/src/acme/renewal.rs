//! When the authority is asked for a certificate.

use std::time::Duration;

use chat_proto::Timestamp;
use tokio::time::Instant;

use super::validity::Validity;

/// The time after the first failure until the authority is asked again: authorities take few wrong requests in an hour.
/// It doubles with each further failure.
const RETRY_MIN: Duration = Duration::from_secs(60 * 60);

/// The longest time between two requests that fail: the operator may have corrected what was wrong.
const RETRY_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// When the authority is asked next.
#[derive(Debug)]
pub(super) struct Renewal {
    next: Next,
    /// Requests that have failed since the last that has not.
    failures: u32,
}

#[derive(Debug)]
enum Next {
    /// There is no certificate.
    Now,
    /// The certificate is old by the wall clock, and not before the other: the wall clock may be wrong, and authorities
    /// issue few certificates of one name in a week.
    Old { at: Timestamp, not_before: Instant },
    /// The last request has failed.
    Retry(Instant),
}

impl Renewal {
    /// With the certificate that is stored, if there is one, at the start.
    pub(super) fn new(stored: Option<Validity>, now: Instant) -> Self {
        let next = match stored {
            Some(validity) => Next::Old { at: old_at(validity), not_before: now },
            None => Next::Now,
        };
        Self { next, failures: 0 }
    }

    /// Whether the authority is to be asked.
    pub(super) fn is_due(&self, wall: Timestamp, now: Instant) -> bool {
        match self.next {
            Next::Now => true,
            Next::Old { at, not_before } => wall >= at && now >= not_before,
            Next::Retry(at) => now >= at,
        }
    }

    /// Records a new certificate.
    pub(super) fn note_success(&mut self, validity: Validity, now: Instant) {
        let not_before = now + validity.life() / 3;
        self.next = Next::Old { at: old_at(validity), not_before };
        self.failures = 0;
    }

    /// Records a failure; returns how long to wait.
    pub(super) fn note_failure(&mut self, now: Instant) -> Duration {
        let wait = RETRY_MIN.saturating_mul(1 << self.failures.min(8)).min(RETRY_MAX);
        self.next = Next::Retry(now + wait);
        self.failures = self.failures.saturating_add(1);
        wait
    }
}

/// When two thirds of its life are over, so that there is time for some failures.
fn old_at(validity: Validity) -> Timestamp {
    let part = validity.life() / 3 * 2;
    let millis = i64::try_from(part.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(validity.from.as_millis().saturating_add(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 24 * 60 * 60;

    /// That number of days after 1970.
    fn day(days: u64) -> Timestamp {
        Timestamp::from_millis(i64::try_from(days * DAY * 1_000).unwrap())
    }

    fn days(days: u64) -> Duration {
        Duration::from_secs(days * DAY)
    }

    fn validity(from: u64, until: u64) -> Validity {
        Validity { from: day(from), until: day(until) }
    }

    #[test]
    fn a_certificate_is_renewed_after_two_thirds_of_its_life() {
        let now = Instant::now();
        assert!(Renewal::new(None, now).is_due(day(0), now));
        let stored = Renewal::new(Some(validity(100, 190)), now);
        assert!(!stored.is_due(day(159), now));
        assert!(stored.is_due(day(160), now));
        let mut renewal = Renewal::new(None, now);
        renewal.note_success(validity(100, 190), now);
        assert!(!renewal.is_due(day(159), now + days(59)));
        assert!(renewal.is_due(day(160), now + days(60)));
    }

    #[test]
    fn a_clock_that_is_wrong_costs_few_certificates() {
        let now = Instant::now();
        let mut renewal = Renewal::new(None, now);
        renewal.note_success(validity(100, 190), now);
        assert!(!renewal.is_due(day(5_000), now + days(29)));
        assert!(renewal.is_due(day(5_000), now + days(30)));
    }

    #[test]
    fn after_failures_the_authority_is_asked_less_and_less_often() {
        let now = Instant::now();
        let mut renewal = Renewal::new(Some(validity(100, 190)), now);
        let hours = |wait: Duration| wait.as_secs() / 3_600;
        let waits: Vec<_> = (0..7).map(|_| hours(renewal.note_failure(now))).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 24, 24]);
        assert!(!renewal.is_due(day(5_000), now + days(1) - Duration::from_secs(1)));
        assert!(renewal.is_due(day(0), now + days(1)));
        renewal.note_success(validity(100, 190), now);
        assert_eq!(hours(renewal.note_failure(now)), 1);
        for _ in 0..100 {
            assert!(renewal.note_failure(now) <= RETRY_MAX);
        }
    }
}
