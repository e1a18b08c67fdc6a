//! The processor time of a process, on Linux; and a load that takes as much of the processors as an attacker does.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::enemy::{AT_ONCE, PAUSE};

/// The unit of times in `/proc`: Linux has 100 in a second on all machines.
const TICK: Duration = Duration::from_millis(10);

/// Longest time for which the load keeps a thread: what it has missed, because others had the processor, is not made up
/// for at once.
const SPIN_MAX: Duration = Duration::from_millis(1);

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

/// Takes `share` of the processors, in as many tasks as an attack has, and does nothing else.
pub(super) async fn busy(share: f64) {
    let of_one = share / AT_ONCE as f64;
    let spin = || async move {
        let (began, mut spun) = (Instant::now(), Duration::ZERO);
        loop {
            sleep(PAUSE).await;
            let due = began.elapsed().mul_f64(of_one).saturating_sub(spun).min(SPIN_MAX);
            let now = std::time::Instant::now();
            while now.elapsed() < due {
                std::hint::spin_loop();
            }
            spun += due;
        }
    };
    let mut tasks = tokio::task::JoinSet::new();
    (0..AT_ONCE).for_each(|_| drop(tasks.spawn(spin())));
    tasks.join_all().await;
}
