//! Counts the invalid lines of a client, and decides when they are too many.

use std::collections::VecDeque;

use tokio::time::Instant;

use crate::config::{BROKEN_LINES_MAX, BROKEN_LINES_WINDOW};

/// The times of the latest invalid lines. Boxed, since most clients never send one.
#[derive(Debug, Default)]
pub(super) struct ErrorBudget(Option<Box<ErrorTimes>>);

/// [`BROKEN_LINES_MAX`] times at most.
#[derive(Debug, Default)]
struct ErrorTimes(VecDeque<Instant>);

impl ErrorBudget {
    /// Counts an invalid line. Returns whether the budget is exceeded: [`BROKEN_LINES_MAX`] lines within
    /// [`BROKEN_LINES_WINDOW`].
    pub(super) fn charge(&mut self, now: Instant) -> bool {
        let ErrorTimes(latest) = &mut **self.0.get_or_insert_default();
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
    fn twenty_in_ten_seconds_are_allowed_and_one_more_is_not() {
        let start = Instant::now();
        let mut error_budget = ErrorBudget::default();
        assert!((0..20).all(|_| !error_budget.charge(start)));
        assert!(error_budget.charge(start + Duration::from_secs(9)));
    }

    #[test]
    fn old_lines_do_not_count() {
        let start = Instant::now();
        let mut error_budget = ErrorBudget::default();
        let each_second = (0..100).map(|second| start + Duration::from_secs(second));
        for at in each_second {
            assert!(!error_budget.charge(at));
        }
    }
}
