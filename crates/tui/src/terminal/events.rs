//! The input of the terminal: keys, and the signals about it.

use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use chat_client::timer::Timer;
use crossterm::event::Event;
use futures_util::stream::{self, SelectAll};
use futures_util::{Stream, StreamExt};
use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use super::keys::Parser;
use super::{Tty, non_blocking, size};
use crate::input::Report;

/// Bytes that one read asks for: more than anybody types, and a paste in a few reads.
const READ_BYTES: usize = 4096;

/// The signals about the terminal.
const STOP: i32 = signal_hook::consts::SIGTSTP;
const RESUME: i32 = signal_hook::consts::SIGCONT;
const RESIZE: i32 = signal_hook::consts::SIGWINCH;

/// The error of a read if the terminal has hung up.
const TERMINAL_GONE: i32 = rustix::io::Errno::IO.raw_os_error();

/// The events of the terminal; a resize follows whatever may have changed its screen. Must be called
/// within a tokio runtime, on the thread that runs it.
///
/// # Errors
/// Returns an error if the system refuses a signal handler, or cannot wait for the terminal.
pub fn events(tty: Tty) -> io::Result<impl Stream<Item = io::Result<Report>>> {
    let events = Events {
        tty,
        input: TerminalInput::open()?,
        bytes: vec![0; READ_BYTES].into_boxed_slice(),
        parser: Parser::default(),
        parsed: Vec::new(),
        expires: None,
        timer: Timer::default(),
        signals: signals([STOP, RESUME, RESIZE].map(SignalKind::from_raw))?,
    };
    Ok(stream::unfold(events, async |mut events| Some((events.next().await?, events))))
}

struct Events {
    tty: Tty,
    input: TerminalInput<File>,
    /// The bytes of the last read.
    bytes: Box<[u8]>,
    parser: Parser,
    /// Reports that are ready, the first one last.
    parsed: Vec<Report>,
    /// When the parser ends a sequence whose rest has not come.
    expires: Option<Instant>,
    timer: Timer,
    signals: SelectAll<Signals>,
}

/// One signal, each time it comes.
type Signals = stream::BoxStream<'static, SignalKind>;

/// Listens to these signals from now on. Must be called within a tokio runtime. To poll the stream costs the same for
/// any number of signals: a key polls it twice.
///
/// # Errors
/// Returns an error if the system refuses a signal handler.
pub fn signals(kinds: impl IntoIterator<Item = SignalKind>) -> io::Result<SelectAll<Signals>> {
    let listen = |kind| {
        let mut signal = signal(kind)?;
        let coming = stream::poll_fn(move |context| signal.poll_recv(context));
        Ok(coming.map(move |()| kind).boxed())
    };
    kinds.into_iter().map(listen).collect()
}

impl Events {
    /// The next report; `None` if the terminal is gone. Safe to cancel.
    async fn next(&mut self) -> Option<io::Result<Report>> {
        loop {
            if let Some(report) = self.parsed.pop() {
                if report == Report::Attributes {
                    self.tty.output.answer();
                }
                return Some(Ok(report));
            }
            // Two readers would each get a part of the keys that are for the editor.
            let in_editor = &self.tty.state.in_editor;
            let read = poll_fn(|context| match in_editor.load(Ordering::SeqCst) {
                true => Poll::Pending,
                false => self.input.poll_read(context, &mut self.bytes),
            });
            tokio::select! {
                biased;
                Some(signal) = self.signals.next() => return Some(self.take_signal(signal)),
                read = read => match read {
                    Ok(0) => return None,
                    Ok(count) => self.parser.feed(&self.bytes[..count], &mut self.parsed),
                    Err(error) => return Some(Err(error)),
                },
                () = self.timer.wait(self.expires) => {
                    self.parser.expire(&mut self.parsed);
                }
            }
            self.parsed.reverse();
            self.expires = self.parser.timeout().map(|timeout| Instant::now() + timeout);
        }
    }

    fn take_signal(&self, signal: SignalKind) -> io::Result<Report> {
        match signal.as_raw_value() {
            STOP => self.tty.stop()?,
            RESUME => self.tty.enter()?,
            _ => {}
        }
        resized()
    }
}

fn resized() -> io::Result<Report> {
    let Size { width, height } = size()?;
    Ok(Event::Resize(width, height).into())
}

/// Whether a read that returns fewer bytes than it has room for has taken all bytes, and the system reports those that
/// come later: epoll does.
const SHORT_READ_DRAINS: bool = cfg!(target_os = "linux");

/// The bytes of a terminal, read by the loop itself: a thread that reads would have to wake the loop for each key.
struct TerminalInput<F: AsFd> {
    file: AsyncFd<Fd<F>>,
    /// Whether a read may wait. The mode of standard input belongs to other programs as well, so each read of it is
    /// preceded by the question whether there is anything to read.
    may_block: bool,
}

/// A file by its descriptor.
struct Fd<F>(F);

impl<F: AsFd> AsRawFd for Fd<F> {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

impl TerminalInput<File> {
    /// The terminal at standard input.
    fn open() -> io::Result<Self> {
        let input = io::stdin();
        match non_blocking(&input, OFlags::RDONLY) {
            Some(file) => Self::new(file, false),
            None => Self::new(File::from(input.as_fd().try_clone_to_owned()?), true),
        }
    }
}

impl<F: AsFd> TerminalInput<F>
where
    for<'a> &'a F: Read,
{
    #[expect(deprecated, reason = "what replaces it is unsafe; the file is owned, and stays open")]
    fn new(file: F, may_block: bool) -> io::Result<Self> {
        let file = AsyncFd::with_interest(Fd(file), Interest::READABLE)?;
        Ok(Self { file, may_block })
    }

    /// Reads the bytes that have come; 0 if the terminal is gone.
    fn poll_read(&self, context: &mut Context<'_>, bytes: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            let mut guard = ready!(self.file.poll_read_ready(context))?;
            let mut file = &self.file.get_ref().0;
            if self.may_block && found(file)?.is_empty() {
                guard.clear_ready();
                continue;
            }
            match file.read(bytes) {
                // No end: some modes of a terminal return 0 if nothing is typed, or another program has read it.
                Ok(0) if !found(file)?.intersects(PollFlags::HUP | PollFlags::ERR) => {
                    guard.clear_ready();
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => guard.clear_ready(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.raw_os_error() == Some(TERMINAL_GONE) => {
                    return Poll::Ready(Ok(0));
                }
                read => {
                    if SHORT_READ_DRAINS && read.as_ref().is_ok_and(|count| *count < bytes.len()) {
                        // The loop draws before it asks again.
                        guard.clear_ready();
                    }
                    return Poll::Ready(read);
                }
            }
        }
    }
}

/// Whether there are bytes to read, or the terminal has hung up.
fn found(file: &impl AsFd) -> io::Result<PollFlags> {
    let mut files = [PollFd::new(file, PollFlags::IN)];
    poll(&mut files, Some(&Timespec::default()))?;
    Ok(files[0].revents())
}

#[cfg(test)]
mod tests {
    use std::io::{Write, pipe};
    use std::os::fd::BorrowedFd;
    use std::sync::atomic::AtomicBool;

    use rustix::fs::fcntl_setfl;

    use super::*;

    async fn read<F: AsFd>(input: &TerminalInput<F>) -> io::Result<Vec<u8>>
    where
        for<'a> &'a F: Read,
    {
        let mut bytes = [0; READ_BYTES];
        let count = poll_fn(|context| input.poll_read(context, &mut bytes)).await?;
        Ok(bytes[..count].to_vec())
    }

    #[tokio::test]
    async fn input_is_read_as_it_comes_until_it_ends() {
        for may_block in [false, true] {
            let (terminal, mut keyboard) = pipe().unwrap();
            if !may_block {
                fcntl_setfl(&terminal, OFlags::NONBLOCK).unwrap();
            }
            let input = TerminalInput::new(terminal, may_block).unwrap();
            for typed in [&b"abc"[..], b"d", &[b'x'; READ_BYTES]] {
                keyboard.write_all(typed).unwrap();
                assert_eq!(read(&input).await.unwrap(), typed);
            }
            for _ in 0..2 {
                assert!(is_empty(&input).await, "no read waits for bytes");
            }
            drop(keyboard);
            assert_eq!(read(&input).await.unwrap(), b"");
        }
    }

    /// A terminal whose modes are those of the program says that nothing is there with a read of no bytes.
    #[tokio::test]
    async fn a_read_of_no_bytes_ends_nothing_before_the_terminal_is_gone() {
        struct Empty(io::PipeReader, AtomicBool);
        impl Read for &Empty {
            fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
                if self.1.swap(false, Ordering::SeqCst) { Ok(0) } else { (&self.0).read(bytes) }
            }
        }
        impl AsFd for Empty {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.0.as_fd()
            }
        }
        let (terminal, mut keyboard) = pipe().unwrap();
        keyboard.write_all(b"x").unwrap();
        let mut taken = [0];
        let input = TerminalInput::new(Empty(terminal, AtomicBool::new(true)), false).unwrap();
        input.file.readable().await.unwrap().retain_ready();
        // Another program takes it.
        (&input.file.get_ref().0.0).read_exact(&mut taken).unwrap();
        assert!(is_empty(&input).await);
        keyboard.write_all(b"y").unwrap();
        assert_eq!(read(&input).await.unwrap(), b"y");
    }

    async fn is_empty<F: AsFd>(input: &TerminalInput<F>) -> bool
    where
        for<'a> &'a F: Read,
    {
        let read = |context: &mut Context<'_>| input.poll_read(context, &mut [0; READ_BYTES]);
        poll_fn(|context| Poll::Ready(read(context).is_pending())).await
    }

    #[tokio::test]
    async fn input_that_fails_ends_with_the_error() {
        struct LostTerminal(io::PipeReader);
        impl Read for &LostTerminal {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::Other.into())
            }
        }
        impl AsFd for LostTerminal {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.0.as_fd()
            }
        }
        let (terminal, mut keyboard) = pipe().unwrap();
        let input = TerminalInput::new(LostTerminal(terminal), false).unwrap();
        keyboard.write_all(b"x").unwrap();
        assert!(read(&input).await.is_err());
    }
}
