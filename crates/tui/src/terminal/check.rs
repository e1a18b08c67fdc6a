//! Whether there is a terminal that can show a full screen, and what it can show.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

/// Terminals that know no escape sequences.
const DUMB: [&str; 2] = ["dumb", "unknown"];

/// What the user reads if the locale is not UTF-8.
pub const ASCII_NOTICE: &str = "The locale is not UTF-8, so characters outside ASCII are shown as ?. \
    Set LANG, for example to C.UTF-8, and start chat-tui again.";

/// Why the client cannot run here.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TerminalError {
    /// Standard input or output is redirected.
    #[error(
        "this needs a terminal, and standard {0} is not one; start chat-tui in a terminal, without a \
         redirection"
    )]
    NoTerminal(&'static str),
    /// The terminal cannot move its cursor.
    #[error(
        "this needs a terminal with a full screen, and TERM is {0:?}; start chat-tui in a terminal \
         emulator, or set TERM to what the terminal is, for example xterm-256color"
    )]
    Dumb(String),
    /// Nobody knows what the terminal is.
    #[error(
        "this needs a terminal with a full screen, and TERM is not set; set it to what the terminal \
         is, for example xterm-256color"
    )]
    NoTerm,
}

/// Checks the terminal of this process.
///
/// # Errors
/// Returns the reason if a full screen cannot be shown.
pub fn terminal() -> Result<(), TerminalError> {
    for (name, is_terminal) in
        [("input", io::stdin().is_terminal()), ("output", io::stdout().is_terminal())]
    {
        if !is_terminal {
            return Err(TerminalError::NoTerminal(name));
        }
    }
    term(std::env::var_os("TERM"))
}

fn term(value: Option<OsString>) -> Result<(), TerminalError> {
    match value.map(|term| term.to_string_lossy().into_owned()) {
        None => Err(TerminalError::NoTerm),
        Some(term) if term.is_empty() => Err(TerminalError::NoTerm),
        Some(term) if DUMB.contains(&term.as_str()) => Err(TerminalError::Dumb(term)),
        Some(_) => Ok(()),
    }
}

/// Whether the locale of this process is UTF-8.
#[must_use]
pub fn is_utf8() -> bool {
    is_utf8_in(|name| std::env::var_os(name))
}

/// The first variable that is set decides, as POSIX has it; without one the locale is C, which has
/// ASCII alone.
fn is_utf8_in(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let values = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable);
    let locale = values.map(|value| value.to_string_lossy().to_ascii_lowercase());
    let decides = locale.into_iter().find(|value| !value.is_empty());
    decides.is_some_and(|locale| locale.contains("utf-8") || locale.contains("utf8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_without_a_full_screen_is_refused_with_the_reason() {
        assert_eq!(term(Some("dumb".into())), Err(TerminalError::Dumb("dumb".into())));
        assert_eq!(term(Some("".into())), Err(TerminalError::NoTerm));
        assert_eq!(term(None), Err(TerminalError::NoTerm));
        assert_eq!(term(Some("xterm-256color".into())), Ok(()));
    }

    #[test]
    fn the_first_locale_variable_decides() {
        let utf8 = |variables: &[(&str, &str)]| {
            is_utf8_in(|name| {
                let set = variables.iter().find(|(variable, _)| *variable == name);
                set.map(|(_, value)| OsString::from(value))
            })
        };
        assert!(utf8(&[("LANG", "en_GB.UTF-8")]));
        assert!(utf8(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!utf8(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]));
        assert!(!utf8(&[("LANG", "de_DE.ISO-8859-1")]));
        assert!(!utf8(&[]));
    }
}
