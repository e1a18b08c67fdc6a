//! Processor time and memory of a process, from `/proc`.

use std::io;
use std::time::Duration;

/// Processor time of all threads since their start.
pub(crate) fn cpu(pid: u32) -> io::Result<Duration> {
    let mut nanos = 0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        // The thread may have ended since.
        let Ok(times) = std::fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        nanos += first_number(&times)?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// Resident memory in bytes.
pub(crate) fn memory(pid: u32) -> io::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    Ok(first_number(kib)? * 1024)
}

fn first_number(text: &str) -> io::Result<u64> {
    let number = text.split_ascii_whitespace().next().and_then(|word| word.parse().ok());
    number.ok_or_else(|| io::Error::other("cannot parse the process's status in /proc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_processor_time() {
        let pid = std::process::id();
        assert!(memory(pid).unwrap() > 100_000);
        assert!(cpu(pid).unwrap() > Duration::ZERO);
    }

    #[test]
    fn a_number_that_is_none_is_an_error() {
        assert_eq!(first_number("  1234 kB").unwrap(), 1234);
        assert!(first_number("").is_err());
        assert!(first_number("kB 12").is_err());
    }
}
