//! What comes from the terminal: keys, and the signals about it.

use std::io::{self, Read};
use std::os::fd::AsFd;

use crossterm::event::Event;
use futures_util::{Stream, stream};
use ratatui::layout::Size;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::gate::Gate;
use super::keys::Parser;
use super::{Tty, input_file, size};
use crate::input::Report;

/// Bytes that one read asks for: more than anybody types, and a paste in a few reads.
const READ_BYTES: usize = 4096;

/// Most reads that wait for the loop. Beyond it the terminal waits.
const READS_MAX: usize = 16;

/// What a read returns if the terminal has hung up.
const TERMINAL_GONE: i32 = rustix::io::Errno::IO.raw_os_error();

/// The events of the terminal; a resize follows whatever may have changed its screen. Must be called
/// within a tokio runtime, on the thread that runs it.
///
/// # Errors
/// Returns an error if the system refuses a signal handler or a thread.
pub fn events(tty: Tty) -> io::Result<impl Stream<Item = io::Result<Report>>> {
    let input = read(input_file()?, tty.gate())?;
    let events = Events {
        tty,
        input,
        parser: Parser::default(),
        parsed: Vec::new(),
        expires: None,
        stop: signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?,
        resume: signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?,
        resize: signal(SignalKind::window_change())?,
    };
    Ok(stream::unfold(events, async |mut events| Some((events.next().await?, events))))
}

struct Events {
    tty: Tty,
    input: mpsc::Receiver<io::Result<Vec<u8>>>,
    parser: Parser,
    /// Reports that are ready, the first one last.
    parsed: Vec<Report>,
    /// When the parser ends a sequence whose rest has not come.
    expires: Option<Instant>,
    stop: Signal,
    resume: Signal,
    resize: Signal,
}

impl Events {
    /// The next report; `None` if the terminal is gone. Safe to cancel.
    async fn next(&mut self) -> Option<io::Result<Report>> {
        loop {
            if let Some(report) = self.parsed.pop() {
                if report == Report::Attributes {
                    self.tty.set_answered();
                }
                return Some(Ok(report));
            }
            tokio::select! {
                biased;
                _ = self.stop.recv() => return Some(self.tty.stop().and_then(|()| resized())),
                _ = self.resume.recv() => return Some(self.tty.enter().and_then(|()| resized())),
                _ = self.resize.recv() => return Some(resized()),
                bytes = self.input.recv() => match bytes? {
                    Ok(bytes) => self.parser.feed(&bytes, &mut self.parsed),
                    Err(error) => return Some(Err(error)),
                },
                () = sleep_until(self.expires.unwrap_or_else(Instant::now)), if self.expires.is_some() => {
                    self.parser.expire(&mut self.parsed);
                }
            }
            self.parsed.reverse();
            self.expires = self.parser.timeout().map(|timeout| Instant::now() + timeout);
        }
    }
}

fn resized() -> io::Result<Report> {
    let Size { width, height } = size()?;
    Ok(Event::Resize(width, height).into())
}

/// Reads on a thread of its own: a terminal in blocking mode may belong to other programs as well.
/// The channel is closed if the terminal is gone.
fn read(
    mut input: impl Read + AsFd + Send + 'static,
    gate: Gate,
) -> io::Result<mpsc::Receiver<io::Result<Vec<u8>>>> {
    let (reads, queue) = mpsc::channel(READS_MAX);
    let reading = move || {
        let mut bytes = [0; READ_BYTES];
        loop {
            let read = match gate.read(&mut input, &mut bytes) {
                Ok(0) => return,
                Ok(count) => Ok(bytes[..count].to_vec()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.raw_os_error() == Some(TERMINAL_GONE) => return,
                Err(error) => Err(error),
            };
            let is_over = read.is_err();
            if reads.blocking_send(read).is_err() || is_over {
                return;
            }
        }
    };
    std::thread::Builder::new().name("terminal input".into()).spawn(reading)?;
    Ok(queue)
}

#[cfg(test)]
mod tests {
    use std::io::{Write, pipe};
    use std::os::fd::BorrowedFd;

    use super::*;

    #[tokio::test]
    async fn input_that_ends_ends_the_events() {
        let (terminal, mut keyboard) = pipe().unwrap();
        let mut reads = read(terminal, Gate::new().unwrap()).unwrap();
        keyboard.write_all(b"abc").unwrap();
        assert_eq!(reads.recv().await.unwrap().unwrap(), b"abc");
        drop(keyboard);
        assert!(reads.recv().await.is_none());
    }

    #[tokio::test]
    async fn input_that_fails_ends_the_events_with_the_error() {
        struct Gone(io::PipeReader);
        impl Read for Gone {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::Other.into())
            }
        }
        impl AsFd for Gone {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.0.as_fd()
            }
        }
        let mut reads = read(Gone(pipe().unwrap().0), Gate::new().unwrap()).unwrap();
        assert!(reads.recv().await.unwrap().is_err());
        assert!(reads.recv().await.is_none());
    }
}
