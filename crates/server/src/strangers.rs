//! Bounds the lines of the log about clients that were not let in: anybody who can connect causes one with each
//! connection, thousands in a second, and could fill the disk with them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant;
use tracing::info;

use crate::limits::{Budget, Rate};

/// Lines that are logged: more at once than a usual day has, and then so few that a flood adds some 20 MB in a day,
/// with the lines that say how many were left out.
const LINES: Rate = Rate { holds: 1_000, every: Duration::from_secs(1) };

/// Logs lines about strangers, as many as [`LINES`] allows.
#[derive(Debug, Default)]
pub(crate) struct StrangerLog {
    budget: Budget,
    /// Lines that were left out since the last one.
    left_out: AtomicU64,
}

impl StrangerLog {
    /// Calls `line`, which logs a line, unless there were too many. The next line says how many were left out before
    /// it.
    pub(crate) fn log(&self, line: impl FnOnce()) {
        if self.budget.try_charge(LINES, Instant::now()).is_err() {
            self.left_out.fetch_add(1, Relaxed);
            return;
        }
        let left_out = self.left_out.swap(0, Relaxed);
        if left_out > 0 {
            info!(left_out, "left out lines about clients that were not let in: too many");
        }
        line();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_strangers_leaves_few_lines_in_the_log_and_their_number() {
        let (strangers, lines) = (StrangerLog::default(), Cell::new(0_u32));
        let flood = || {
            (0..5_000).for_each(|_| strangers.log(|| lines.set(lines.get() + 1)));
            (lines.take(), strangers.left_out.load(Relaxed))
        };
        assert_eq!(flood(), (LINES.holds, 4_000));
        advance(LINES.every * 3).await;
        assert_eq!(flood(), (3, 4_997), "those before were told");
        advance(LINES.every * LINES.holds).await;
        assert_eq!(flood().0, LINES.holds);
    }
}
