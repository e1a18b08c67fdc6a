//! Programs that this one has started: what they say first, and how they end. Nothing here waits for
//! ever.

use std::io::{self, Read};
use std::process::Child;
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use crate::interrupt;

/// How long to wait before it is looked at again.
pub(crate) const AGAIN: Duration = Duration::from_millis(20);

/// Bytes of a first line that are read.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// The first line on the standard output of `child`, which is a pipe; what there is of it after `long`,
/// or when it has ended.
///
/// # Errors
/// Where it cannot be read.
pub(crate) fn first_line(child: &mut Child, long: Duration) -> io::Result<String> {
    let deadline = Instant::now() + long;
    let mut said = Vec::new();
    let mut piece = [0; 256];
    let Some(stdout) = child.stdout.as_mut() else { return Ok(String::new()) };
    while !said.contains(&b'\n') && said.len() < LINE_BYTES_MAX && !interrupt::is_asked() {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(stdout, PollFlags::IN)], Some(&left)) {
            Ok(0) => break,
            Err(Errno::INTR) => continue,
            polled => polled?,
        };
        match stdout.read(&mut piece)? {
            0 => break,
            read => said.extend_from_slice(&piece[..read]),
        }
    }
    let line = said.split(|&byte| byte == b'\n').next().unwrap_or_default();
    Ok(String::from_utf8_lossy(line).into_owned())
}

/// Sends `signal` to `child` and waits until it has ended by itself; after `long` it is killed. Returns
/// whether it has ended well.
///
/// # Errors
/// Where it is gone already.
pub(crate) fn end_by(child: &mut Child, signal: Signal, long: Duration) -> io::Result<bool> {
    kill_process(Pid::from_child(child), signal)?;
    end_within(child, long)
}

/// The same without a signal.
///
/// # Errors
/// Where it is gone already.
pub(crate) fn end_within(child: &mut Child, long: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + long;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        park_timeout(AGAIN);
    }
    kill(child);
    Ok(false)
}

/// Ends `child` at once.
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
    fn the_first_line_is_told_once_it_is_there() {
        let mut child = shell("printf 'listens '; echo here; echo more");
        assert_eq!(first_line(&mut child, Duration::from_secs(30)).unwrap(), "listens here");
        assert!(end_within(&mut child, Duration::from_secs(30)).unwrap());
    }

    #[test]
    fn who_says_and_does_nothing_is_waited_for_no_longer_than_that() {
        let mut child = shell("read nothing");
        assert_eq!(first_line(&mut child, Duration::ZERO).unwrap(), "");
        assert!(!end_within(&mut child, Duration::ZERO).unwrap());
        assert!(child.try_wait().unwrap().is_some());
    }
}
