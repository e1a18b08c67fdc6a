//! How far a long measurement is: reports it, and notices that it stands still. There is no deadline for the whole,
//! since a busy machine may take any time for it.

use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Time between two reports on standard error.
const REPORT_EVERY: Duration = Duration::from_secs(10);

/// A measurement fails if it makes no progress for this time: far longer than a commit or a page of the index takes,
/// also on a machine with much else to do.
const STALL_MAX: Duration = Duration::from_secs(300);

/// Nothing has happened for [`STALL_MAX`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no progress for {} s, at {done} of {planned} {unit}; is the disk full, or the machine overloaded?", STALL_MAX.as_secs())]
pub(crate) struct Stall {
    done: u64,
    planned: u64,
    unit: &'static str,
}

/// The progress of one measurement.
#[derive(Debug)]
pub(crate) struct Progress {
    planned: u64,
    /// What is counted, in the plural.
    unit: &'static str,
    done: u64,
    moved_at: Instant,
    reported_at: Instant,
}

impl Progress {
    /// Begins at the time `now`, with nothing of the `planned` number done.
    pub(crate) const fn new(planned: u64, unit: &'static str, now: Instant) -> Self {
        Self { planned, unit, done: 0, moved_at: now, reported_at: now }
    }

    /// Takes how many are done at the time `now`, and reports it from time to time.
    ///
    /// # Errors
    /// If `done` has not changed for [`STALL_MAX`].
    pub(crate) fn update(&mut self, done: u64, now: Instant) -> Result<(), Stall> {
        if done != self.done {
            (self.done, self.moved_at) = (done, now);
        }
        let Self { planned, unit, .. } = *self;
        if now - self.moved_at >= STALL_MAX {
            return Err(Stall { done, planned, unit });
        }
        if now - self.reported_at >= REPORT_EVERY {
            self.reported_at = now;
            // A report that cannot be written changes no figure.
            let _ = writeln!(io::stderr(), "{done} of {planned} {unit} …");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_may_take_any_time_as_long_as_it_makes_progress() {
        let began = Instant::now();
        let mut progress = Progress::new(5, "messages", began);
        for done in 0..5 {
            let now = began + (STALL_MAX - Duration::from_secs(1)) * u32::try_from(done).unwrap();
            assert_eq!(progress.update(done, now), Ok(()));
        }
        let last = began + (STALL_MAX - Duration::from_secs(1)) * 4;
        assert_eq!(progress.update(4, last + STALL_MAX / 2), Ok(()));
        let stalled = progress.update(4, last + STALL_MAX).unwrap_err();
        assert!(stalled.to_string().starts_with("no progress for 300 s, at 4 of 5 messages"));
    }
}
