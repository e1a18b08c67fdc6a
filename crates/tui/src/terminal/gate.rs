//! Stops the reading of the terminal while another program uses it: two readers would each get a part of what
//! is typed.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

/// How long [`Gate::close`] waits for a read that goes on: a terminal that is readable is read at once.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Between the thread that reads the terminal and those who need it; all clones are one gate.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// A byte here ends the wait for the terminal.
    wake: PipeWriter,
    woken: PipeReader,
}

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    is_reading: bool,
}

impl Gate {
    /// A gate that is open.
    ///
    /// # Errors
    /// Returns an error if the system has no pipe left.
    pub(super) fn new() -> io::Result<Self> {
        let (woken, wake) = io::pipe()?;
        let (state, changed) = (Mutex::default(), Condvar::new());
        Ok(Self { shared: Arc::new(Shared { state, changed, wake, woken }) })
    }

    /// Lets no read begin until the gate is open, and waits for one that goes on.
    pub(super) fn close(&self) {
        let Shared { state, changed, wake, .. } = &*self.shared;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_closed = true;
        let mut wake = wake;
        if state.is_reading && wake.write_all(&[0]).is_ok() {
            let goes_on = |state: &mut State| state.is_reading;
            let _ = changed.wait_timeout_while(state, CLOSE_TIMEOUT, goes_on);
        }
    }

    /// Lets reads begin again.
    pub(super) fn open(&self) {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_closed = false;
        self.shared.changed.notify_all();
    }

    /// Reads when there is something to read and the gate is open.
    pub(super) fn read(
        &self,
        input: &mut (impl Read + AsFd),
        bytes: &mut [u8],
    ) -> io::Result<usize> {
        loop {
            self.begin();
            let read = self.read_unless_woken(input, bytes);
            self.end();
            match read {
                Ok(Some(count)) => return Ok(count),
                Ok(None) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// `None` if the gate closes.
    fn read_unless_woken(
        &self,
        input: &mut (impl Read + AsFd),
        bytes: &mut [u8],
    ) -> io::Result<Option<usize>> {
        let woken = &self.shared.woken;
        let mut files = [PollFd::new(input, PollFlags::IN), PollFd::new(woken, PollFlags::IN)];
        poll(&mut files, None)?;
        if files[1].revents().contains(PollFlags::IN) {
            let mut woken = woken;
            let _ = woken.read(&mut [0; 16])?;
            return Ok(None);
        }
        // If the system cannot wait for this terminal, the read waits.
        input.read(bytes).map(Some)
    }

    fn begin(&self) {
        let Shared { state, changed, .. } = &*self.shared;
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = changed.wait_while(state, |state| state.is_closed);
        state.unwrap_or_else(PoisonError::into_inner).is_reading = true;
    }

    fn end(&self) {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_reading = false;
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use rustix::io::ioctl_fionread;

    use super::*;

    #[test]
    fn nothing_is_read_while_the_gate_is_closed_and_all_of_it_then() {
        let gate = Gate::new().unwrap();
        let (mut terminal, mut keyboard) = io::pipe().unwrap();
        let unread = terminal.try_clone().unwrap();
        let (reads, read) = sync_channel(100);
        let reader = gate.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 8];
            while let Ok(count) = reader.read(&mut terminal, &mut bytes) {
                if count == 0 || reads.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let deadline = Duration::from_secs(10);
        for round in 0..50_u8 {
            keyboard.write_all(&[round]).unwrap();
            assert_eq!(read.recv_timeout(deadline), Ok(vec![round]));
            gate.close();
            assert!(!gate.shared.state.lock().unwrap().is_reading, "no read is left");
            keyboard.write_all(b"typed elsewhere").unwrap();
            assert_eq!(ioctl_fionread(&unread), Ok(15), "all of it is left to the other program");
            gate.open();
            let mut all = Vec::new();
            while all.len() < 15 {
                all.extend(read.recv_timeout(deadline).unwrap());
            }
            assert_eq!(all, b"typed elsewhere");
        }
    }
}
