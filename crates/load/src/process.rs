//! What a process has used of the machine, as the kernel counts it in `/proc`.

use std::io;
use std::time::Duration;

/// A running process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process {
    pid: u32,
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
        let ticks = ticks(&read("stat")?).ok_or_else(strange)?;
        let cpu = Duration::from_secs(ticks)
            / u32::try_from(rustix::param::clock_ticks_per_second()).map_err(|_| strange())?;
        let memory = resident(&read("status")?).ok_or_else(strange)?;
        Ok(Usage { cpu, memory })
    }
}

/// The user and system time in `/proc/PID/stat`, in ticks of the clock.
fn ticks(stat: &str) -> Option<u64> {
    // The name in parentheses may have anything in it.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
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
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("42 (a"), None);
    }

    #[test]
    fn the_memory_is_told_in_kibibytes() {
        assert_eq!(resident("VmRSS:\t  999 kB\nRssAnon:\t   12 kB\n"), Some(12 * 1024));
        assert_eq!(resident("VmSize: 1 kB\n"), None);
    }

    #[test]
    fn this_process_has_used_something() {
        assert!(Process::new(std::process::id()).usage().unwrap().memory > 0);
    }
}
