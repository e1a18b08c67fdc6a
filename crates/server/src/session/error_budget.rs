//! Counts the broken lines of a client, and says when they are too many.

use std::collections::VecDeque;

use tokio::time::Instant;

use crate::config::{BROKEN_LINES_MAX, BROKEN_LINES_WINDOW};

/// When the latest broken lines came. Boxed, since most clients never send one.
#[derive(Debug, Default)]
pub(super) struct ErrorBudget(Option<Box<Latest>>);

/// [`BROKEN_LINES_MAX`] moments at most.
#[derive(Debug, Default)]
struct Latest(VecDeque<Instant>);

impl ErrorBudget {
    /// Counts a broken line; true where it is one more than a client may send within
    /// [`BROKEN_LINES_WINDOW`].
    pub(super) fn is_one_too_many(&mut self, now: Instant) -> bool {
        let Latest(latest) = &mut **self.0.get_or_insert_default();
        if latest.len() < BROKEN_LINES_MAX {
            latest.push_back(now);
            return false;
        }
        let oldest = latest.pop_front();
        latest.push_back(now);
        oldest.is_some_and(|oldest| now - oldest < BROKEN_LINES_WINDOW)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn twenty_in_ten_seconds_are_forgiven_and_one_more_is_not() {
        let start = Instant::now();
        let mut strikes = ErrorBudget::default();
        assert!((0..20).all(|_| !strikes.is_one_too_many(start)));
        assert!(strikes.is_one_too_many(start + Duration::from_secs(9)));
    }

    #[test]
    fn old_ones_are_forgotten() {
        let start = Instant::now();
        let mut strikes = ErrorBudget::default();
        let each_second = (0..100).map(|second| start + Duration::from_secs(second));
        for at in each_second {
            assert!(!strikes.is_one_too_many(at));
        }
    }
}
