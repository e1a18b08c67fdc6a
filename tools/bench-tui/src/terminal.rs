//! A program on a pseudo-terminal, and its screen.
//!
//! ```text
//! program ──▶ reads (thread): notes the time ──▶ queue ──▶ shows (thread): emulates the terminal
//! ```
//!
//! So no time that is measured has the emulation in it.

use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The size of the screen, in cells.
pub(crate) const SIZE: (u16, u16) = (100, 30);

/// How long to wait for anything on the screen: far longer than any of the programs takes.
const WAIT_MAX: Duration = Duration::from_secs(15);

/// Bytes of one read of the program's output.
const READ_BYTES: usize = 16 * 1024;

/// Most reads that wait for the emulation: the frames of some seconds. Beyond it the program waits.
const READS_MAX: usize = 1024;

/// The question what the terminal is, and an answer. A program that asks waits for it before its first frame.
const QUESTION: &[u8] = b"\x1b[c";
const ANSWER: &[u8] = b"\x1b[?62;22c";

type Keys = Arc<Mutex<Box<dyn Write + Send>>>;

/// A program on a terminal; killed when it is dropped.
pub(crate) struct Terminal {
    keys: Keys,
    screen: Arc<Screen>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

struct Screen {
    state: Mutex<ScreenState>,
    changed: Condvar,
}

struct ScreenState {
    emulator: vt100::Parser,
    /// The text that is waited for, and when the bytes were read with which it was on the screen.
    awaited: Option<String>,
    seen: Option<Instant>,
}

/// Bytes of the program's output, and when they were read.
type Chunk = (Instant, Vec<u8>);

impl Terminal {
    /// Starts a program.
    pub(crate) fn start(command: CommandBuilder) -> io::Result<Self> {
        let (cols, rows) = SIZE;
        let size = PtySize { rows, cols, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).map_err(io::Error::other)?;
        let cells = |count| NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN);
        let emulator = vt100::Parser::new(cells(rows), cells(cols), 0);
        let state = Mutex::new(ScreenState { emulator, awaited: None, seen: None });
        let screen = Arc::new(Screen { state, changed: Condvar::new() });
        let output = pair.master.try_clone_reader().map_err(io::Error::other)?;
        let keys = pair.master.take_writer().map_err(io::Error::other)?;
        let keys = Arc::new(Mutex::new(keys));
        let (reads, queue) = sync_channel(READS_MAX);
        let (emulated, answers) = (Arc::clone(&screen), Arc::clone(&keys));
        std::thread::spawn(move || read(output, &answers, &reads));
        std::thread::spawn(move || emulated.show(&queue));
        let child = pair.slave.spawn_command(command).map_err(io::Error::other)?;
        Ok(Self { keys, screen, child, _master: pair.master })
    }

    pub(crate) fn pid(&self) -> io::Result<u32> {
        self.child.process_id().ok_or_else(|| io::Error::other("the program has ended"))
    }

    /// Sends these bytes, as the terminal does for a key.
    pub(crate) fn types(&self, keys: &str) -> io::Result<()> {
        write(&self.keys, keys.as_bytes())
    }

    /// Types `keys`. Returns the time from then until the program has written what shows `text`.
    ///
    /// # Errors
    /// Returns an error with the screen if it does not come within [`WAIT_MAX`].
    pub(crate) fn answers(&self, keys: &str, text: &str) -> io::Result<Duration> {
        self.awaits(text);
        let start = Instant::now();
        self.types(keys)?;
        Ok(self.seen(text)?.saturating_duration_since(start))
    }

    /// Waits until the program has written what shows `text`. Returns when that was read; now, if it was on the screen
    /// before.
    ///
    /// # Errors
    /// Returns an error with the screen if it does not come within [`WAIT_MAX`].
    pub(crate) fn sees(&self, text: &str) -> io::Result<Instant> {
        self.awaits(text);
        self.seen(text)
    }

    fn awaits(&self, text: &str) {
        let mut state = self.screen.lock();
        (state.awaited, state.seen) = (Some(text.to_owned()), None);
        state.look(Instant::now());
    }

    fn seen(&self, text: &str) -> io::Result<Instant> {
        let state = self.screen.lock();
        let unseen = |state: &mut ScreenState| state.seen.is_none();
        let waited = self.screen.changed.wait_timeout_while(state, WAIT_MAX, unseen);
        let state = waited.unwrap_or_else(PoisonError::into_inner).0;
        let missing =
            || format!("no {text:?} on the screen:\n{}", state.emulator.screen().contents());
        state.seen.ok_or_else(|| io::Error::other(missing()))
    }

    /// Waits at most `time` until `wanted` returns true for the screen. Returns whether it does.
    pub(crate) fn waits(&self, time: Duration, wanted: impl Fn(&str) -> bool) -> bool {
        let deadline = Instant::now() + time;
        let mut state = self.screen.lock();
        while !wanted(&state.emulator.screen().contents()) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.screen.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The text on the screen.
    pub(crate) fn text(&self) -> String {
        self.screen.lock().emulator.screen().contents()
    }
}

impl Screen {
    fn lock(&self) -> MutexGuard<'_, ScreenState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, queue: &Receiver<Chunk>) {
        while let Ok((at, bytes)) = queue.recv() {
            let mut state = self.lock();
            state.emulator.process(&bytes);
            state.look(at);
            self.changed.notify_all();
        }
    }
}

impl ScreenState {
    /// Looks for the text that is waited for, on the screen of the bytes that were read at that time.
    fn look(&mut self, at: Instant) {
        let contents = || self.emulator.screen().contents();
        if self.awaited.as_ref().is_some_and(|text| contents().contains(text)) {
            (self.awaited, self.seen) = (None, Some(at));
        }
    }
}

/// Reads the program's output until it ends, and answers its question.
fn read(mut output: impl Read, answers: &Keys, reads: &SyncSender<Chunk>) {
    let mut bytes = [0; READ_BYTES];
    while let Ok(count @ 1..) = output.read(&mut bytes) {
        let chunk = (Instant::now(), bytes[..count].to_vec());
        if bytes[..count].windows(QUESTION.len()).any(|part| part == QUESTION) {
            // A program that has ended needs no answer.
            let _ = write(answers, ANSWER);
        }
        if reads.send(chunk).is_err() {
            return;
        }
    }
}

fn write(keys: &Keys, bytes: &[u8]) -> io::Result<()> {
    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    keys.write_all(bytes)?;
    keys.flush()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // After its end the process id may belong to another process.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that runs a script on a terminal.
    fn script(script: &str) -> Terminal {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", script]);
        Terminal::start(command).unwrap()
    }

    #[test]
    fn what_a_program_prints_and_reads_is_on_its_screen() {
        let terminal =
            script("printf 'name? '; read name; printf '\\033[5;3Hhello %s' \"$name\"; read end");
        terminal.sees("name?").unwrap();
        terminal.types("ana\r").unwrap();
        terminal.sees("hello ana").unwrap();
        let screen = terminal.text();
        assert_eq!(screen.lines().nth(4), Some("  hello ana"), "{screen}");
    }

    #[test]
    fn a_program_that_asks_what_the_terminal_is_gets_an_answer() {
        let ask = "stty raw -echo; printf '\\033[c'; dd bs=1 count=9 2>/dev/null | tr -d '\\033'; read end";
        script(ask).sees("[?62;22c").unwrap();
    }

    #[test]
    fn a_wait_ends_with_its_time_and_with_its_condition() {
        let terminal = script("printf one; read end");
        terminal.sees("one").unwrap();
        assert!(!terminal.waits(Duration::from_millis(1), |screen| screen.contains("two")));
        assert!(terminal.waits(Duration::ZERO, |screen| screen.contains("one")));
    }

    #[test]
    fn a_program_ends_with_its_terminal() {
        let terminal = script("printf $$; read end");
        terminal.sees(&terminal.pid().unwrap().to_string()).unwrap();
        let status = format!("/proc/{}", terminal.pid().unwrap());
        drop(terminal);
        assert!(!std::path::Path::new(&status).exists());
    }
}
