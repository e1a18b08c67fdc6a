//! The terminal, borrowed: whatever happens, it is given back as it was.

use std::fmt;
use std::io::{self, Stdout, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{Command, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back when it goes.
pub(crate) struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Takes the terminal: raw, on a screen of our own, with whole pastes and the wheel.
///
/// # Errors
/// Where the terminal does not go along; it is given back then, too.
pub(crate) fn enter() -> io::Result<(Terminal<CrosstermBackend<Stdout>>, Guard)> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let guard = Guard;
    // Before the message of a panic is printed: on the alternate screen it would be lost.
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        leave();
        print(panic);
    }));
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, WheelOn)?;
    Ok((Terminal::new(CrosstermBackend::new(io::stdout()))?, guard))
}

/// Gives the terminal back, as far as it takes it; once, since a second time would put the cursor
/// back over what was printed meanwhile.
fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = execute!(io::stdout(), WheelOff, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
}

/// Rings the bell.
pub(crate) fn ring() {
    let mut terminal = io::stdout();
    let _ = terminal.write_all(b"\x07").and_then(|()| terminal.flush());
}

/// Reports the buttons and the wheel. The library's own command asks for every move of the mouse,
/// too, and each would wake an idle program.
struct WheelOn;

/// Reports them no more.
struct WheelOff;

impl Command for WheelOn {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str("\x1b[?1000h\x1b[?1006h")
    }
}

impl Command for WheelOff {
    fn write_ansi(&self, f: &mut impl fmt::Write) -> fmt::Result {
        f.write_str("\x1b[?1006l\x1b[?1000l")
    }
}
