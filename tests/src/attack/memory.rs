//! The memory of the daemon, on Linux.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

/// Time between two looks.
const EVERY: Duration = Duration::from_millis(20);

/// Looks at the memory of a process until it is dropped.
pub(super) struct Watch {
    most: Arc<AtomicU64>,
    _task: JoinSet<()>,
}

/// The memory of a process in bytes that is not of files; 0 if the system does not tell.
pub(super) fn of(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
    let kib = line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default();
    kib * 1024
}

pub(super) fn watch(pid: u32) -> Watch {
    let most = Arc::new(AtomicU64::new(of(pid)));
    let (mut task, seen) = (JoinSet::new(), Arc::clone(&most));
    task.spawn(async move {
        loop {
            seen.fetch_max(of(pid), Ordering::Relaxed);
            sleep(EVERY).await;
        }
    });
    Watch { most, _task: task }
}

impl Watch {
    pub(super) fn most(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }
}
