//! A program on a pseudo-terminal, and its user.

use std::io::{Read, Write};
use std::num::NonZeroU16;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::DEADLINE;
use crate::binary::{program, send_signal};

/// Size of one read of the program's output.
const READ_BYTES: usize = 4096;

/// A program on a pseudo-terminal, killed on drop.
pub struct Pty {
    terminal: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    emulator: watch::Sender<Emulator>,
    child: Box<dyn Child + Send + Sync>,
    before: Modes,
    /// The program's state directory, removed on drop.
    _state: TempDir,
}

/// The terminal, which interprets the program's output.
type Emulator = vt100::Parser<Record>;

/// The events that the emulator does not record itself.
#[derive(Default)]
struct Record {
    bells: usize,
    /// The whole output of the program.
    bytes: Vec<u8>,
}

impl vt100::Callbacks for Record {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }
}

/// Everything that a program can change on a terminal and has to restore when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modes {
    /// The program uses the alternate screen.
    pub alternate_screen: bool,
    /// The cursor is hidden.
    pub cursor_hidden: bool,
    /// The escape sequences that select how keys, pastes and the mouse are reported.
    pub reports: String,
    /// The `termios` settings, such as raw mode.
    pub line: String,
}

impl Pty {
    /// Starts the program `name` with these arguments, on a terminal of this width and height.
    pub fn start(name: &str, args: &[&str], size: (u16, u16)) -> Self {
        Self::start_in(&[], name, args, size)
    }

    /// As [`start`](Self::start), with these additional environment variables.
    pub fn start_in(
        environment: &[(&str, &str)],
        name: &str,
        args: &[&str],
        size: (u16, u16),
    ) -> Self {
        let mut command = CommandBuilder::new(program(name));
        command.args(args);
        Self::run(command, environment, size)
    }

    /// Starts an interactive shell with job control.
    pub fn start_shell(size: (u16, u16)) -> Self {
        let mut command = CommandBuilder::new("sh");
        command.args(["-i", "-m"]);
        Self::run(command, &[("PS1", "shell$ "), ("ENV", "")], size)
    }

    fn run(
        mut command: CommandBuilder,
        environment: &[(&str, &str)],
        (width, height): (u16, u16),
    ) -> Self {
        let pair = native_pty_system().openpty(pty_size(width, height)).unwrap();
        let state = TempDir::new().unwrap();
        command.env("XDG_STATE_HOME", state.path());
        command.env("XDG_CONFIG_HOME", state.path());
        command.env("TERM", "xterm-256color");
        command.env_remove("XTERM_VERSION");
        command.env_remove("TMUX");
        command.env("LC_ALL", "C.UTF-8");
        // If the program logged to the terminal, the screens would show it.
        command.env("RUST_LOG", "trace");
        command.env("RUST_BACKTRACE", "0");
        for (name, value) in environment {
            command.env(name, value);
        }
        let (rows, columns) = (cells(height), cells(width));
        let emulator = Emulator::new_with_callbacks(rows, columns, 0, Record::default());
        let terminal = pair.master;
        let before = modes(emulator.screen(), &*terminal);
        let emulator = watch::Sender::new(emulator);
        interpret(terminal.try_clone_reader().unwrap(), emulator.clone());
        let child = pair.slave.spawn_command(command).unwrap();
        let keys = terminal.take_writer().unwrap();
        Self { keys, terminal, emulator, child, before, _state: state }
    }

    /// Waits until `text` is on the screen. Returns the screen, which may be drawn only down to `text`.
    pub async fn sees(&mut self, text: &str) -> String {
        self.sees_that(&format!("{text:?}"), |screen| screen.contains(text)).await
    }

    /// Waits until the screen is as `wanted`. Returns it. Panics with `what` at the deadline.
    pub async fn sees_that(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let found = self.waits_for(|screen| wanted(&text(screen))).await;
        let screen = self.screen();
        assert!(found, "no {what} on\n{screen}");
        screen
    }

    /// Waits until the terminal has the modes that it had before the program started.
    pub async fn until_modes_are_restored(&mut self) {
        self.waits_for(|screen| modes(screen, &*self.terminal) == self.before).await;
        assert_eq!(self.modes(), self.before, "the screen:\n{}", self.screen());
    }

    async fn waits_for(&self, wanted: impl Fn(&vt100::Screen) -> bool) -> bool {
        let mut emulator = self.emulator.subscribe();
        let search = emulator.wait_for(|emulator| wanted(emulator.screen()));
        timeout(DEADLINE, search).await.is_ok()
    }

    /// The screen: one line for each row, without the spaces at its end.
    #[must_use]
    pub fn screen(&self) -> String {
        text(self.emulator.borrow().screen())
    }

    /// The current modes of the terminal.
    #[must_use]
    pub fn modes(&self) -> Modes {
        modes(self.emulator.borrow().screen(), &*self.terminal)
    }

    /// The modes of the terminal before the program started.
    #[must_use]
    pub fn modes_before(&self) -> &Modes {
        &self.before
    }

    /// Number of times that the bell rang.
    #[must_use]
    pub fn bells(&self) -> usize {
        self.emulator.borrow().callbacks().bells
    }

    /// The whole output of the program, for another emulator.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.emulator.borrow().callbacks().bytes.clone()
    }

    /// Types a text, in which `\n` is Enter.
    pub fn types(&mut self, text: &str) {
        self.sends(text.replace('\n', "\r").as_bytes());
    }

    /// Sends these bytes to the program, as a terminal does for a key or a report.
    pub fn sends(&mut self, bytes: &[u8]) {
        self.keys.write_all(bytes).unwrap();
        self.keys.flush().unwrap();
    }

    /// Writes these bytes to the terminal, as another program would.
    pub fn write_as_other_program(&mut self, bytes: &[u8]) {
        self.emulator.send_modify(|emulator| emulator.process(bytes));
    }

    /// Changes the terminal's size.
    pub fn resizes(&mut self, width: u16, height: u16) {
        self.emulator.send_modify(|emulator| emulator.set_size(cells(height), cells(width)));
        self.terminal.resize(pty_size(width, height)).unwrap();
    }

    /// Sends a signal, by its name without `SIG`, to the program.
    pub fn signal(&self, name: &str) {
        send_signal(self.child.process_id().unwrap(), name);
    }

    /// Waits for the program's end. Returns its exit code.
    pub async fn exit_code(&mut self) -> u32 {
        let mut children = signal(SignalKind::child()).unwrap();
        let end = async {
            loop {
                match self.child.try_wait().unwrap() {
                    Some(status) => return status.exit_code(),
                    None => children.recv().await,
                };
            }
        };
        let ended = timeout(DEADLINE, end).await;
        ended.unwrap_or_else(|_| panic!("the program did not end; its screen:\n{}", self.screen()))
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // After the program's end its process id may belong to another process.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
        }
    }
}

/// Feeds the program's output to the emulator, until its end.
fn interpret(mut output: impl Read + Send + 'static, emulator: watch::Sender<Emulator>) {
    std::thread::spawn(move || {
        let mut bytes = [0; READ_BYTES];
        while let Ok(read @ 1..) = output.read(&mut bytes) {
            emulator.send_modify(|emulator| {
                emulator.process(&bytes[..read]);
                emulator.callbacks_mut().bytes.extend(&bytes[..read]);
            });
        }
    });
}

fn modes(screen: &vt100::Screen, terminal: &dyn MasterPty) -> Modes {
    Modes {
        alternate_screen: screen.alternate_screen(),
        cursor_hidden: screen.hide_cursor(),
        reports: screen.input_mode_formatted(),
        line: format!("{:?}", terminal.get_termios().unwrap()),
    }
}

fn text(screen: &vt100::Screen) -> String {
    let (_, columns) = screen.size();
    let rows = screen.rows(0, columns.get()).map(|row| row.trim_end().to_owned());
    rows.collect::<Vec<_>>().join("\n")
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, ..PtySize::default() }
}

fn cells(count: u16) -> NonZeroU16 {
    count.try_into().unwrap()
}
