//! The processor time of a process, on Linux.

use std::time::Duration;

use tokio::time::Instant;

/// The unit of times in `/proc`: Linux has 100 in a second on all machines.
const TICK: Duration = Duration::from_millis(10);

/// What a process takes of the processors.
#[derive(Debug)]
pub(super) struct Meter {
    pid: u32,
    used: Duration,
    since: Instant,
}

impl Meter {
    pub(super) fn new(pid: u32) -> Self {
        Self { pid, used: used(pid), since: Instant::now() }
    }

    /// How many processors the process has taken since then, such as 0.5 for one of them half of the time; 0 if the
    /// system does not tell.
    pub(super) fn share(&self) -> f64 {
        let used = used(self.pid).saturating_sub(self.used);
        used.as_secs_f64() / self.since.elapsed().as_secs_f64()
    }
}

/// The processor time of a process so far.
fn used(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name of the program is in parentheses, and may have spaces. User and system time are the fields 14 and 15.
    let fields = stat.rsplit_once(") ").map(|(_, fields)| fields).unwrap_or_default();
    let ticks = fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok());
    ticks.map(|ticks| TICK * ticks).sum()
}
