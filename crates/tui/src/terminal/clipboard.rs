//! Copying to the clipboard of the terminal (the sequence OSC 52), which works over ssh, too.
//!
//! tmux takes the sequence only with `set-clipboard on`, and says nothing if it does not. It takes a text from its own
//! command as it is installed, for its buffers and for the clipboard of the terminal that it is in. A terminal that was
//! started from within tmux has its variables, too, so tmux is asked whether the program is in its pane.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The command of tmux that takes a text; `-w`: for the clipboard, too (since version 3.2).
const TMUX: &str = "tmux";
const LOAD_BUFFER: [&str; 3] = ["load-buffer", "-w", "-"];

/// The command that prints the terminal of a pane, which follows.
const PANE_TERMINAL: [&str; 5] = ["display-message", "-p", "-F", "#{pane_tty}", "-t"];

/// Longest time that a command may take; it needs a few milliseconds. If its server hangs, each copied text would
/// hold a thread and a process.
const TMUX_TIMEOUT: Duration = Duration::from_secs(5);

/// Most bytes of what a command prints that are read: more than the path of a terminal has.
const PRINTED_MAX: u64 = 4_096;

/// Time between two checks that it has ended. Nobody waits for it.
const CHECK_EVERY: Duration = Duration::from_millis(20);

/// How a sequence reaches the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CopyMethod {
    /// As it is.
    Plain,
    /// By the command of tmux; as it is if that fails.
    Tmux,
    /// In pieces that GNU screen hands on: it takes strings of at most 768 bytes, and prints the rest.
    Screen,
}

/// Bytes of the sequence in one string of GNU screen.
const PIECE_BYTES: usize = 512;

/// The digits of base64.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl CopyMethod {
    /// `variable` gives the value of a variable of the environment.
    pub(super) fn new(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        match (is_set("TMUX"), is_set("STY")) {
            (true, _) => Self::Tmux,
            (false, true) => Self::Screen,
            (false, false) => Self::Plain,
        }
    }
}

/// The bytes that put a text on the clipboard.
pub(super) fn sequence(text: &str, way: CopyMethod) -> Vec<u8> {
    let plain = [b"\x1b]52;c;", &base64(text.as_bytes())[..], b"\x07"].concat();
    match way {
        CopyMethod::Plain | CopyMethod::Tmux => plain,
        CopyMethod::Screen => {
            let pieces = plain.chunks(PIECE_BYTES);
            pieces.flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat()).collect()
        }
    }
}

/// The pane that a variable of tmux names, and the terminal of the program.
#[derive(Debug)]
pub(super) struct Pane {
    pub(super) id: OsString,
    pub(super) terminal: OsString,
}

/// Gives a text to tmux, without waiting for it. Calls `fails` if the program is not in that pane, or tmux does not
/// take the text in [`TMUX_TIMEOUT`].
///
/// # Errors
/// Returns an error if the system has no thread left.
pub(super) fn give_to_tmux(
    text: String,
    pane: Option<Pane>,
    fails: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let giving = move || {
        let tmux = |arguments: &[&str]| {
            let mut tmux = Command::new(TMUX);
            tmux.args(arguments);
            tmux
        };
        let given = match pane.map(|pane| check(tmux(&PANE_TERMINAL), &pane)) {
            None | Some(Ok(())) => run(tmux(&LOAD_BUFFER), &text, TMUX_TIMEOUT).map(drop),
            Some(Err(error)) => Err(error),
        };
        if let Err(error) = given {
            tracing::info!(%error, "{TMUX} does not take the text");
            fails();
        }
    };
    thread::Builder::new().name("clipboard".into()).spawn(giving).map(drop)
}

/// Returns an error if the program is in another terminal than the pane.
fn check(mut command: Command, pane: &Pane) -> io::Result<()> {
    command.arg(&pane.id);
    let terminal = run(command, "", TMUX_TIMEOUT)?;
    let is_it = OsStr::from_bytes(terminal.trim_ascii()) == pane.terminal;
    if is_it { Ok(()) } else { Err(io::Error::other("the program is in another terminal")) }
}

/// Runs a command with a text as its input, and kills it after `timeout`. The text is at most that of a message, and a
/// pipe holds that: a command that does not read it does not block the write. Returns what the command prints, which
/// a pipe must hold, too.
fn run(mut command: Command, text: &str, timeout: Duration) -> io::Result<Vec<u8>> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let deadline = Instant::now() + timeout;
    // Once it is dropped, the command reads the end of the text.
    let written = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(text.as_bytes()));
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if Instant::now() < deadline => thread::park_timeout(CHECK_EVERY),
            None => {
                child.kill()?;
                break child.wait()?;
            }
        }
    };
    written?;
    if !status.success() {
        return Err(io::Error::other(status.to_string()));
    }
    let mut printed = Vec::new();
    if let Some(output) = child.stdout.take() {
        output.take(PRINTED_MAX).read_to_end(&mut printed)?;
    }
    Ok(printed)
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 0x3f;
            encoded.push(if digit <= group.len() { DIGITS[value as usize] } else { b'=' });
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_sent_in_base64() {
        for (text, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
            ("ñ→?~", "w7HihpI/fg=="),
        ] {
            let expected = format!("\x1b]52;c;{encoded}\x07");
            assert_eq!(sequence(text, CopyMethod::Plain), expected.as_bytes(), "{text}");
        }
    }

    /// More than a command of the tests takes, however busy the machine is.
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_command_gets_the_text_and_one_that_fails_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]).current_dir(&directory);
            command
        };
        run(shell("cat > taken"), "two\nrows", LONG).unwrap();
        let taken = std::fs::read_to_string(directory.path().join("taken")).unwrap();
        assert_eq!(taken, "two\nrows");
        assert_eq!(run(shell("cat"), "text", LONG).unwrap(), b"text");
        assert!(run(shell("cat; exit 1"), "text", LONG).is_err());
        assert!(run(Command::new("/nowhere/tmux"), "text", LONG).is_err());
    }

    #[test]
    fn a_terminal_that_was_started_in_a_pane_is_not_the_pane() {
        let pane = |terminal: &str| Pane { id: "%3".into(), terminal: terminal.into() };
        let tmux = || {
            let mut command = Command::new("sh");
            command.args(["-c", "test $0 = %3 && echo /dev/pts/7"]);
            command
        };
        assert!(check(tmux(), &pane("/dev/pts/7")).is_ok());
        assert!(check(tmux(), &pane("/dev/pts/8")).is_err());
        assert!(check(Command::new("/nowhere/tmux"), &pane("/dev/pts/7")).is_err());
    }

    #[test]
    fn a_command_that_hangs_is_killed() {
        let mut hangs = Command::new("sleep");
        hangs.arg("60");
        let error = run(hangs, "text", Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().contains("signal"), "{error}");
    }

    #[test]
    fn screen_gets_it_in_pieces_that_it_takes() {
        let plain = sequence(&"x".repeat(1000), CopyMethod::Plain);
        let sent = sequence(&"x".repeat(1000), CopyMethod::Screen);
        let text = String::from_utf8(sent).unwrap();
        let pieces: Vec<&str> = text.split("\x1b\\").filter(|piece| !piece.is_empty()).collect();
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() < 768));
        let inner: String =
            pieces.iter().map(|piece| piece.strip_prefix("\x1bP").unwrap()).collect();
        assert_eq!(inner.as_bytes(), plain);
    }

    #[test]
    fn screen_is_known_by_its_variable_and_tmux_within_it_counts_more() {
        let way = |variables: &[&str]| {
            CopyMethod::new(|name| variables.contains(&name).then(|| "x".into()))
        };
        assert_eq!(way(&[]), CopyMethod::Plain);
        assert_eq!(way(&["STY"]), CopyMethod::Screen);
        assert_eq!(way(&["STY", "TMUX"]), CopyMethod::Tmux);
    }
}
