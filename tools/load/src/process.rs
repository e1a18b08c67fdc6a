//! What a process has used of the machine, as the kernel counts it in `/proc`.

use std::fmt;
use std::io;
use std::time::Duration;

use rustix::param::clock_ticks_per_second;

/// A running process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process {
    pid: u32,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pid.fmt(f)
    }
}

/// What a process has used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Processor time of all its threads, its own and the kernel's for it.
    pub(crate) cpu: Duration,
    /// Resident memory that is its own, in bytes.
    pub(crate) memory: u64,
}

impl Process {
    /// The process of this number.
    pub(crate) const fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// What it has used so far.
    ///
    /// # Errors
    /// Where it has ended, or this is no Linux.
    pub(crate) fn usage(self) -> io::Result<Usage> {
        let read = |name| std::fs::read_to_string(format!("/proc/{}/{name}", self.pid));
        let strange = || io::Error::other("/proc does not look as it should");
        let memory = resident(&read("status")?).ok_or_else(strange)?;
        let cpu = match self.on_processor() {
            Some(cpu) => cpu,
            None => ticks(&read("stat")?).ok_or_else(strange)?,
        };
        Ok(Usage { cpu, memory })
    }

    /// The time its threads have been on a processor, to the nanosecond; `None` where the kernel
    /// does not count that. What threads that have ended used is not in it, which is little in a
    /// server that starts few and keeps them.
    fn on_processor(self) -> Option<Duration> {
        let mut nanos = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.pid)).ok()? {
            // A thread may end meanwhile.
            let Ok(counted) = std::fs::read_to_string(thread.ok()?.path().join("schedstat")) else {
                continue;
            };
            nanos += counted.split_ascii_whitespace().next()?.parse::<u64>().ok()?;
        }
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }
}

/// The user and system time in `/proc/PID/stat`, which counts hundredths of a second.
fn ticks(stat: &str) -> Option<Duration> {
    // The name in parentheses may have anything in it.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_secs(ticks) / u32::try_from(clock_ticks_per_second()).ok()?)
}

/// The resident memory in `/proc/PID/status`, in bytes: without the files that are mapped, which
/// are shared or can be read again.
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_stand_after_a_name_with_anything_in_it() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 999";
        let seconds = 300 / clock_ticks_per_second();
        assert_eq!(ticks(stat), Some(Duration::from_secs(seconds)));
        assert_eq!(ticks("42 (a"), None);
    }

    #[test]
    fn the_memory_is_told_in_kibibytes() {
        assert_eq!(resident("VmRSS:\t  999 kB\nRssAnon:\t   12 kB\n"), Some(12 * 1024));
        assert_eq!(resident("VmSize: 1 kB\n"), None);
    }

    #[test]
    fn this_process_has_used_something() {
        let usage = Process::new(std::process::id()).usage().unwrap();
        assert!(usage.memory > 0 && usage.cpu > Duration::ZERO, "{usage:?}");
    }
}
