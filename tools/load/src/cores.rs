//! Keeps the server on one core and the generator on another, so that neither takes the other's.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores of a measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cores {
    /// One for the server, another for the generator; `None` where there is only one.
    apart: Option<(usize, usize)>,
}

impl Cores {
    /// The first two cores that this program may use.
    pub(crate) fn new() -> Self {
        let all = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
        let mut cores = (0..CpuSet::MAX_CPU).filter(|&core| all.is_set(core));
        let apart = cores.next().and_then(|first| Some((cores.next()?, first)));
        Self { apart }
    }

    /// Whether server and generator have a core each.
    pub(crate) const fn are_apart(&self) -> bool {
        self.apart.is_some()
    }

    /// Calls `start` on the server's core, where what it starts stays; then goes to the generator's.
    pub(crate) fn start_server<T>(&self, start: impl FnOnce() -> T) -> T {
        let Some((server, generator)) = self.apart else { return start() };
        stay_on(server);
        let started = start();
        stay_on(generator);
        started
    }
}

/// Keeps this thread on `core`; where that is not allowed, the figures are less steady and no less
/// true.
fn stay_on(core: usize) {
    let mut one = CpuSet::new();
    one.set(core);
    let _ = sched_setaffinity(None, &one);
}
