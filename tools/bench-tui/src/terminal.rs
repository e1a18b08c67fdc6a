//! A program on a pseudo-terminal, and what is on its screen.

use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// The size of the screen, in cells.
pub(crate) const SIZE: (u16, u16) = (100, 30);

/// How long to wait for anything on the screen: far longer than any of the programs takes.
const WAIT_MAX: Duration = Duration::from_secs(15);

/// Bytes of one read of the program's output.
const READ_BYTES: usize = 16 * 1024;

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
    emulator: Mutex<vt100::Parser>,
    changed: Condvar,
}

impl Terminal {
    /// Starts a program.
    pub(crate) fn start(command: CommandBuilder) -> io::Result<Self> {
        let (cols, rows) = SIZE;
        let size = PtySize { rows, cols, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).map_err(io::Error::other)?;
        let cells = |count| NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN);
        let emulator = Mutex::new(vt100::Parser::new(cells(rows), cells(cols), 0));
        let screen = Arc::new(Screen { emulator, changed: Condvar::new() });
        let output = pair.master.try_clone_reader().map_err(io::Error::other)?;
        let keys = pair.master.take_writer().map_err(io::Error::other)?;
        let keys = Arc::new(Mutex::new(keys));
        let (shown, answers) = (Arc::clone(&screen), Arc::clone(&keys));
        std::thread::spawn(move || shown.show(output, &answers));
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

    /// Waits until `text` is on the screen. Returns the time from now until then.
    ///
    /// # Errors
    /// Returns an error with the screen if it does not come within [`WAIT_MAX`].
    pub(crate) fn sees(&self, text: &str) -> io::Result<Duration> {
        let start = Instant::now();
        match self.waits(WAIT_MAX, |screen| screen.contains(text)) {
            true => Ok(start.elapsed()),
            false => Err(io::Error::other(format!("no {text:?} on the screen:\n{}", self.text()))),
        }
    }

    /// Waits at most `time` until `wanted` returns true for the screen. Returns whether it does.
    pub(crate) fn waits(&self, time: Duration, wanted: impl Fn(&str) -> bool) -> bool {
        let deadline = Instant::now() + time;
        let mut emulator = self.screen.emulator.lock().unwrap_or_else(PoisonError::into_inner);
        while !wanted(&emulator.screen().contents()) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.screen.changed.wait_timeout(emulator, left);
            emulator = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The text on the screen.
    pub(crate) fn text(&self) -> String {
        let emulator = self.screen.emulator.lock().unwrap_or_else(PoisonError::into_inner);
        emulator.screen().contents()
    }
}

impl Screen {
    fn show(&self, mut output: impl Read, answers: &Keys) {
        let mut bytes = [0; READ_BYTES];
        while let Ok(read @ 1..) = output.read(&mut bytes) {
            let mut emulator = self.emulator.lock().unwrap_or_else(PoisonError::into_inner);
            emulator.process(&bytes[..read]);
            self.changed.notify_all();
            drop(emulator);
            if bytes[..read].windows(QUESTION.len()).any(|part| part == QUESTION) {
                // A program that has ended needs no answer.
                let _ = write(answers, ANSWER);
            }
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
