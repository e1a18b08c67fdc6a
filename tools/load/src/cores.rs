//! Binds the server to one core and the generator to another, so that they do not compete for one.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Cores {
    /// The server's core and the generator's; `None` if there is only one core.
    apart: Option<(usize, usize)>,
}

impl Cores {
    /// Selects the first two cores that this program may use.
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

    /// Calls `start` on the server's core, which its child processes inherit; then moves this thread to the
    /// generator's core.
    pub(crate) fn start_server<T>(&self, start: impl FnOnce() -> T) -> T {
        let Some((server, generator)) = self.apart else { return start() };
        bind_to(server);
        let started = start();
        bind_to(generator);
        started
    }
}

/// Binds this thread to `core`. If that is not allowed, the figures vary more but are still correct.
fn bind_to(core: usize) {
    let mut one = CpuSet::new();
    one.set(core);
    let _ = sched_setaffinity(None, &one);
}
