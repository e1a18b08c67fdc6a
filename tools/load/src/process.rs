//! Processor time and memory of a process, from `/proc`.

use std::fmt;
use std::io;
use std::time::Duration;

use rustix::param::clock_ticks_per_second;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Process {
    pid: u32,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pid.fmt(f)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// User and system time of all threads.
    pub(crate) cpu: Duration,
    /// Private resident memory in bytes.
    pub(crate) memory: u64,
}

impl Process {
    pub(crate) const fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// # Errors
    /// If the process has ended, or the system is not Linux.
    pub(crate) fn usage(self) -> io::Result<Usage> {
        let read = |name| std::fs::read_to_string(format!("/proc/{}/{name}", self.pid));
        let malformed = || io::Error::other("cannot parse the process's status in /proc");
        let memory = resident(&read("status")?).ok_or_else(malformed)?;
        let cpu = match self.on_processor() {
            Some(cpu) => cpu,
            None => ticks(&read("stat")?).ok_or_else(malformed)?,
        };
        Ok(Usage { cpu, memory })
    }

    /// Returns the processor time of the threads that are called `name`; zero if there is none.
    ///
    /// # Errors
    /// If the process has ended, or the kernel does not count it.
    pub(crate) fn thread(self, name: &str) -> io::Result<Duration> {
        let mut nanos = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.pid))? {
            let path = thread?.path();
            // The thread may have ended since.
            let Ok(comm) = std::fs::read_to_string(path.join("comm")) else { continue };
            if comm.trim_end() == name {
                let schedstat = std::fs::read_to_string(path.join("schedstat"))?;
                let time =
                    schedstat.split_ascii_whitespace().next().and_then(|time| time.parse().ok());
                nanos += time.unwrap_or(0_u64);
            }
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Returns the processor time of the threads in nanoseconds, or `None` if the kernel does not count it.
    /// Ended threads are not included; the servers start few threads and do not end them.
    fn on_processor(self) -> Option<Duration> {
        let mut nanos = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.pid)).ok()? {
            // The thread may have ended since.
            let Ok(schedstat) = std::fs::read_to_string(thread.ok()?.path().join("schedstat"))
            else {
                continue;
            };
            nanos += schedstat.split_ascii_whitespace().next()?.parse::<u64>().ok()?;
        }
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }
}

/// Parses user and system time from `/proc/PID/stat`, which has clock ticks.
fn ticks(stat: &str) -> Option<Duration> {
    // The name in parentheses can contain any character.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_secs(ticks) / u32::try_from(clock_ticks_per_second()).ok()?)
}

/// Parses the anonymous resident memory from `/proc/PID/status`, in bytes. Mapped files are not included: they
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
    fn the_times_are_found_after_a_name_with_any_characters() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 999";
        let seconds = 300 / clock_ticks_per_second();
        assert_eq!(ticks(stat), Some(Duration::from_secs(seconds)));
        assert_eq!(ticks("42 (a"), None);
    }

    #[test]
    fn the_memory_is_parsed_from_kibibytes() {
        assert_eq!(resident("VmRSS:\t  999 kB\nRssAnon:\t   12 kB\n"), Some(12 * 1024));
        assert_eq!(resident("VmSize: 1 kB\n"), None);
    }

    #[test]
    fn the_time_of_a_thread_is_found_by_its_name() {
        let this = Process::new(std::process::id());
        let work = move || {
            while this.thread("a-worker").is_ok_and(|time| time.is_zero()) {}
            this.thread("a-worker").unwrap()
        };
        let worker = std::thread::Builder::new().name("a-worker".to_owned());
        assert!(worker.spawn(work).unwrap().join().unwrap() > Duration::ZERO);
        assert_eq!(this.thread("nobody").unwrap(), Duration::ZERO);
    }

    #[test]
    fn the_usage_of_this_process_is_not_zero() {
        let usage = Process::new(std::process::id()).usage().unwrap();
        assert!(usage.memory > 0 && usage.cpu > Duration::ZERO, "{usage:?}");
    }
}
