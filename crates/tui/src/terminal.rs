//! The terminal: its modes, its output and its input.
//!
//! ```text
//! frame ──▶ backend ──▶ output ──▶ terminal
//! event ◀── keys (parser) ◀── events ◀── terminal
//! ```
//!
//! However the program ends, stops or fails, the terminal is given back as it was.

mod ascii;
mod backend;
pub mod browser;
pub mod check;
mod clipboard;
mod editor;
mod events;
mod keys;
mod output;
mod sgr;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Stdin, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::panic;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use rustix::termios::{
    OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr, ttyname,
};

pub use self::backend::{RowBackend, Sink};
use self::clipboard::CopyMethod;
pub use self::events::{events, signals};
pub use self::keys::Parser;
pub use self::output::Output;
use crate::app::{Control, EditJob};
use crate::input::Report;
use crate::notification::{Note, NotifyMethod, title_sequence};
use crate::theme::{QUERY, XTERM};

/// What a full-screen program needs: a screen of its own, no line wrap (a terminal that takes a
/// character for wider than we do must not write on the next row), whole pastes, and to know whether it
/// has the focus. An earlier program may have been killed in the middle of anything, so the rest is
/// reset and the screen is cleared.
const ENTER: &[u8] =
    b"\x1b[?1049h\x1b[?7l\x1b[?6l\x1b[4l\x1b[r\x1b(B\x1b[m\x1b[2J\x1b[H\x1b[?2004h\x1b[?1004h";

/// The buttons and the wheel of the mouse, without its moves.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Alt as an Escape, and Alt as it was before: without that, Alt-3 types `³` in xterm. Written to xterm only: other
/// terminals have Alt as an Escape anyway, and some take the saving of a mode for something else.
const ALT_ON: &[u8] = b"\x1b[?1036;1039s\x1b[?1036;1039h";
const ALT_BACK: &[u8] = b"\x1b[?1036;1039r";

/// The reverse of all, and a visible cursor.
const LEAVE: &[u8] =
    b"\x1b[?1006l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[m\x1b[2J\x1b[?7h\x1b[?1049l\x1b[?25h";

/// Puts the title of the window on the terminal's stack, and takes it back.
const TITLE_PUSH: &[u8] = b"\x1b[22;0t";
const TITLE_POP: &[u8] = b"\x1b[23;0t";

/// How long the end of the program waits for the answers of a slow terminal: longer than a line of 1,200 bytes a second
/// takes for a frame, which has to be shown before the shell's screen is back.
const ANSWERS_TIMEOUT: Duration = Duration::from_secs(4);

/// The size of a terminal that does not know it, as a serial line.
const SIZE_UNKNOWN: Size = Size { width: 80, height: 24 };

/// The terminal of this process. All clones are of one terminal.
#[derive(Debug, Clone)]
pub struct Tty {
    output: Output,
    state: Arc<TtyState>,
}

#[derive(Debug)]
struct TtyState {
    input: Stdin,
    /// The modes before the program started.
    original: Termios,
    /// Whether the terminal is in the modes of the program.
    is_taken: AtomicBool,
    /// Whether the program uses the mouse.
    has_mouse: AtomicBool,
    /// The title of the window, if the program has set it.
    title: Mutex<Option<String>>,
    /// Whether an editor has the terminal.
    in_editor: Arc<AtomicBool>,
    /// Whether Alt is to be an Escape.
    sets_alt: bool,
}

/// Gives the terminal back when it is dropped.
#[derive(Debug)]
pub struct Guard(Tty);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl Tty {
    /// Takes the terminal at standard input and output. A panic gives it back before its message is
    /// printed. `in_editor` is set while an editor has the terminal.
    ///
    /// # Errors
    /// Returns an error if there is no terminal.
    pub fn take(in_editor: Arc<AtomicBool>) -> io::Result<(Self, Guard)> {
        let output = io::stdout().as_fd().try_clone_to_owned()?;
        let input = io::stdin();
        let [is_taken, has_mouse] = std::array::from_fn(|_| AtomicBool::new(false));
        let original = tcgetattr(&input)?;
        let title = Mutex::default();
        let sets_alt = std::env::var_os(XTERM).is_some();
        let state = TtyState { original, input, is_taken, has_mouse, title, in_editor, sets_alt };
        let direct = non_blocking(io::stdout(), OFlags::WRONLY);
        let direct = direct.map(|file| Box::new(file) as Box<dyn Write + Send>);
        let output = Output::start(File::from(output), direct, size)?;
        let tty = Self { output, state: Arc::new(state) };
        let guard = Guard(tty.clone());
        let (print, panicked) = (panic::take_hook(), tty.clone());
        panic::set_hook(Box::new(move |panic| {
            panicked.leave();
            print(panic);
        }));
        tty.enter()?;
        Ok((tty, guard))
    }

    /// Where frames go.
    #[must_use]
    pub fn output(&self) -> Output {
        self.output.clone()
    }

    /// Takes the terminal, also if it was taken before: another program may have changed it since. Does
    /// nothing while an editor has it.
    fn enter(&self) -> io::Result<()> {
        if self.state.in_editor.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut raw = self.state.original.clone();
        raw.make_raw();
        // No read waits: another program may have taken the bytes that were there.
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        tcsetattr(&self.state.input, OptionalActions::Now, &raw)?;
        self.state.is_taken.store(true, Ordering::SeqCst);
        self.output.set_stale();
        // Another program may have got the answers.
        self.output.pace().forget();
        let has_mouse = self.state.has_mouse.load(Ordering::SeqCst);
        let mouse = if has_mouse { MOUSE_ON } else { b"" };
        let title = self.title().as_deref().map(new_title).unwrap_or_default();
        let alt = if self.state.sets_alt { ALT_ON } else { b"" };
        self.output.send([ENTER, alt, mouse, &title].concat())
    }

    /// Gives the terminal back. Does nothing the second time: the cursor would jump over what was
    /// printed since.
    fn leave(&self) {
        if self.state.is_taken.swap(false, Ordering::SeqCst) {
            let title = if self.title().is_some() { TITLE_POP } else { b"" };
            let alt = if self.state.sets_alt { ALT_BACK } else { b"" };
            self.output.send_and_wait([title, alt, LEAVE].concat());
            // An answer that comes now must not be read by the shell as if it was typed.
            if self.output.pace().will_answer() {
                self.take_answers();
            }
            let is_owed = self.output.pace().is_owed();
            let action = if is_owed { OptionalActions::Flush } else { OptionalActions::Now };
            let _ = tcsetattr(&self.state.input, action, &self.state.original);
        }
    }

    fn title(&self) -> MutexGuard<'_, Option<String>> {
        self.state.title.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what comes until the terminal has answered all questions, for [`ANSWERS_TIMEOUT`] at most. What was
    /// typed meanwhile is lost, as it was for a screen that is gone.
    fn take_answers(&self) {
        let deadline = Instant::now() + ANSWERS_TIMEOUT;
        let (mut parser, mut reports, mut bytes) = (Parser::default(), Vec::new(), [0; 256]);
        while self.output.pace().is_owed() {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).unwrap_or_default();
            let mut input = [PollFd::new(&self.state.input, PollFlags::IN)];
            match poll(&mut input, Some(&timeout)) {
                Ok(1..) => {}
                _ => return,
            }
            match rustix::io::read(&self.state.input, &mut bytes) {
                Ok(count @ 1..) => parser.feed(&bytes[..count], &mut reports),
                _ => return,
            }
            reports
                .drain(..)
                .filter(|r| *r == Report::Attributes)
                .for_each(|_| self.output.answer());
        }
    }

    /// Gives the terminal to the shell, stops the process, and takes the terminal again when the
    /// process continues. Does nothing if no shell could continue it.
    fn stop(&self) -> io::Result<()> {
        if !has_shell() {
            return Ok(());
        }
        self.leave();
        // To this thread, so that it stops before the call returns.
        signal_hook::low_level::raise(signal_hook::consts::SIGSTOP)?;
        self.enter()
    }
}

impl Control for Tty {
    async fn ready(&mut self) -> io::Result<()> {
        self.output.ready().await
    }

    fn ring(&mut self) {
        if self.output.send(b"\x07".to_vec()).is_err() {
            tracing::debug!("the terminal takes no bell");
        }
    }

    fn notify(&mut self, way: NotifyMethod, note: &Note) {
        if self.output.send(note.sequence(way)).is_err() {
            tracing::debug!("the terminal takes no notification");
        }
    }

    fn set_title(&mut self, title: Option<&str>) {
        let before = std::mem::replace(&mut *self.title(), title.map(str::to_owned));
        if !self.state.is_taken.load(Ordering::SeqCst) {
            // The title comes with the terminal; an editor may have set its own.
            return;
        }
        let bytes = match (before, title) {
            (None, Some(title)) => new_title(title),
            (Some(_), Some(title)) => title_sequence(title),
            (_, None) => TITLE_POP.to_vec(),
        };
        if self.output.send(bytes).is_err() {
            tracing::debug!("the terminal takes no title");
        }
    }

    fn copy(&mut self, text: &str) {
        let way = CopyMethod::new(|name| std::env::var_os(name));
        let (sequence, output) = (clipboard::sequence(text, way), self.output());
        let send = move || {
            if output.send(sequence).is_err() {
                tracing::debug!("the terminal takes no text for its clipboard");
            }
        };
        if way != CopyMethod::Tmux {
            send();
        } else if let Err(error) = clipboard::give_to_tmux(text.to_owned(), pane(), send) {
            tracing::info!(%error, "the text is not given to tmux");
        }
    }

    fn open_link(&mut self, link: &str) -> io::Result<()> {
        browser::open(link)
    }

    fn edit(&mut self, text: String, directory: Option<&Path>) -> Option<EditJob> {
        let editor = editor::editor(|name| std::env::var_os(name));
        let directory = directory.map_or_else(std::env::temp_dir, Path::to_owned);
        self.state.in_editor.store(true, Ordering::SeqCst);
        self.leave();
        Some(Box::new(move || {
            let edited = editor::edit(&text, &editor, &directory);
            edited.map_err(|error| format!("The text is as it was: {error}"))
        }))
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.state.in_editor.store(false, Ordering::SeqCst);
        self.enter()
    }

    fn ask_colours(&mut self) -> bool {
        self.output.send(QUERY.to_vec()).is_ok()
    }

    fn set_mouse(&mut self, is_on: bool) {
        let was_on = self.state.has_mouse.swap(is_on, Ordering::SeqCst);
        let mode = if is_on { MOUSE_ON } else { MOUSE_OFF };
        if was_on != is_on && self.output.send(mode.to_vec()).is_err() {
            tracing::debug!("the terminal takes no mode of the mouse");
        }
    }

    /// Stops the whole job, as the terminal does for Ctrl-Z: a script may have started the client.
    /// The signal comes back as an event.
    fn suspend(&mut self) {
        if has_shell()
            && let Err(error) = kill_current_process_group(Signal::TSTP)
        {
            tracing::warn!(%error, "cannot stop the process group");
        }
    }
}

/// The pane of tmux that the environment names, and this terminal. `None` if one of them is not known.
fn pane() -> Option<clipboard::Pane> {
    let id = std::env::var_os("TMUX_PANE")?;
    let terminal = ttyname(io::stdout(), Vec::new()).ok()?;
    Some(clipboard::Pane { id, terminal: OsStr::from_bytes(terminal.as_bytes()).to_owned() })
}

/// The first title of the program.
fn new_title(title: &str) -> Vec<u8> {
    [TITLE_PUSH, &title_sequence(title)].concat()
}

/// Whether there is a shell that could continue this process. There is none if the terminal runs the
/// client itself, in the process group of the session.
fn has_shell() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// How large the screen is.
///
/// # Errors
/// Returns an error if the terminal is gone.
pub fn size() -> io::Result<Size> {
    let size = tcgetwinsize(io::stdout())?;
    let (width, height) = (size.ws_col, size.ws_row);
    Ok(if width == 0 || height == 0 { SIZE_UNKNOWN } else { Size { width, height } })
}

/// A terminal, opened again: the mode of the file that is shared with other programs stays as it is. `None` if the
/// system does not open it.
fn non_blocking(terminal: impl AsFd, access: OFlags) -> Option<File> {
    let path = ttyname(terminal, Vec::new()).ok()?;
    let flags = access | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Some(File::from(open(path, flags, Mode::empty()).ok()?))
}
