//! Child processes: reading their first line, and ending them. Every wait has a deadline.

use std::io::{self, Read};
use std::process::Child;
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use crate::interrupt;

/// How often the state of a process is checked while waiting for it.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The longest first line that is read.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// Returns the first line of `child`'s standard output, which must be a pipe. If it is not complete after
/// `timeout`, or when the process ends, returns the part that was read.
pub(crate) fn first_line(child: &mut Child, timeout: Duration) -> io::Result<String> {
    let deadline = Instant::now() + timeout;
    let mut output = Vec::new();
    let mut piece = [0; 256];
    let Some(stdout) = child.stdout.as_mut() else { return Ok(String::new()) };
    while !output.contains(&b'\n') && output.len() < LINE_BYTES_MAX && !interrupt::is_requested() {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(stdout, PollFlags::IN)], Some(&left)) {
            Ok(0) => break,
            Err(Errno::INTR) => continue,
            polled => polled?,
        };
        match stdout.read(&mut piece)? {
            0 => break,
            read => output.extend_from_slice(&piece[..read]),
        }
    }
    let line = output.split(|&byte| byte == b'\n').next().unwrap_or_default();
    Ok(String::from_utf8_lossy(line).into_owned())
}

/// Sends `signal` to `child` and waits until it ends; kills it after `timeout`. Returns whether it ended by
/// itself and successfully.
///
/// # Errors
/// If the process has ended already.
pub(crate) fn end_by_signal(
    child: &mut Child,
    signal: Signal,
    timeout: Duration,
) -> io::Result<bool> {
    kill_process(Pid::from_child(child), signal)?;
    end_within(child, timeout)
}

/// Waits until `child` ends; kills it after `timeout`. Returns whether it ended by itself and successfully.
pub(crate) fn end_within(child: &mut Child, timeout: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + timeout;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        park_timeout(POLL_INTERVAL);
    }
    kill(child);
    Ok(false)
}

pub(crate) fn kill(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    fn shell(script: &str) -> Child {
        let mut sh = Command::new("sh");
        sh.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    }

    #[test]
    fn the_first_line_is_returned_once_it_is_complete() {
        let mut child = shell("printf 'listens '; echo here; echo more");
        assert_eq!(first_line(&mut child, Duration::from_secs(30)).unwrap(), "listens here");
        assert!(end_within(&mut child, Duration::from_secs(30)).unwrap());
    }

    #[test]
    fn a_silent_process_is_killed_after_the_timeout() {
        let mut child = shell("read nothing");
        assert_eq!(first_line(&mut child, Duration::ZERO).unwrap(), "");
        assert!(!end_within(&mut child, Duration::ZERO).unwrap());
        assert!(child.try_wait().unwrap().is_some());
    }
}
