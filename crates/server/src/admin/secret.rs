//! Reads a password: from standard input, or from the terminal without showing it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};

use anyhow::{Context, bail, ensure};
use chat_proto::Secret;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

/// Longest line that is read, in bytes: more than a password may have.
const LINE_BYTES_MAX: u64 = 4096;

/// The character of a terminal for Ctrl-C while that is not a signal.
const CANCEL: u8 = 3;

/// The first line of standard input.
///
/// # Errors
/// Returns an error if it is empty, or cannot be read.
pub(super) fn from_stdin() -> anyhow::Result<Secret> {
    let line = line(io::stdin().lock(), b"\n").context("cannot read the password")?;
    ensure!(!line.is_empty(), "standard input has no password");
    Ok(Secret::new(line))
}

/// Asks twice on the terminal.
///
/// # Errors
/// Returns an error if there is no terminal, the two differ, or Ctrl-C was pressed.
pub(super) fn ask(name: &str) -> anyhow::Result<Secret> {
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
    let terminal = terminal.context(
        "there is no terminal to ask for the password; give it on standard input, with --password-stdin",
    )?;
    let password = prompt(&terminal, &format!("Password of {name}: "))?;
    ensure!(
        prompt(&terminal, "Once more: ")? == password,
        "the two passwords differ; nothing was changed"
    );
    Ok(Secret::new(password))
}

fn prompt(mut terminal: &File, text: &str) -> anyhow::Result<String> {
    let _hidden = SilentTerminal::new(terminal).context("cannot hide what is typed")?;
    terminal.write_all(text.as_bytes())?;
    let line = line(BufReader::new(terminal), &[b'\n', CANCEL]);
    terminal.write_all(b"\n")?;
    let line = line.context("cannot read the password")?;
    if line.is_empty() || line.ends_with(char::from(CANCEL)) {
        bail!("no password was given; nothing was changed");
    }
    Ok(line)
}

/// Reads up to the first of the bytes `ends`. What ends a line is not part of it.
fn line(input: impl BufRead, ends: &[u8]) -> io::Result<String> {
    let mut line = Vec::new();
    for byte in input.take(LINE_BYTES_MAX).bytes() {
        let byte = byte?;
        if byte != b'\n' {
            line.push(byte);
        }
        if ends.contains(&byte) {
            break;
        }
    }
    let line = String::from_utf8(line).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(line.trim_end_matches('\r').to_owned())
}

/// A terminal that shows no typed character, as long as this exists. Ctrl-C is a character meanwhile, which ends
/// the line: a signal would end the program and leave the terminal so.
struct SilentTerminal<'t> {
    terminal: &'t File,
    shown: Termios,
}

impl<'t> SilentTerminal<'t> {
    fn new(terminal: &'t File) -> io::Result<Self> {
        let shown = tcgetattr(terminal)?;
        let mut hidden = shown.clone();
        hidden.local_modes -= LocalModes::ECHO | LocalModes::ISIG;
        hidden.special_codes[SpecialCodeIndex::VEOL] = CANCEL;
        tcsetattr(terminal, OptionalActions::Flush, &hidden)?;
        Ok(Self { terminal, shown })
    }
}

impl Drop for SilentTerminal<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line_without_its_end() {
        for (input, password) in [("pass word\n", "pass word"), ("a \r\nb", "a "), ("", "")] {
            assert_eq!(line(input.as_bytes(), b"\n").unwrap(), password);
        }
    }
}
