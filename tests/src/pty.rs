//! A program on a terminal of its own, and the user in front of it.

use std::io::{Read, Write};
use std::num::NonZeroU16;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::DEADLINE;
use crate::binary::{program, send_signal};

/// Bytes one read of the program's output asks for.
const READ_BYTES: usize = 4096;

/// A program that runs on a terminal; killed where it is dropped.
pub struct Pty {
    terminal: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    shown: watch::Sender<Emulator>,
    child: Box<dyn Child + Send + Sync>,
    before: Modes,
    /// What the program keeps goes here, and with the test.
    _state: TempDir,
}

/// What the terminal shows, as its program has told it to.
type Emulator = vt100::Parser<Record>;

/// What the emulator does not keep itself.
#[derive(Default)]
struct Record {
    /// How often the terminal's bell has rung.
    bells: usize,
    /// All bytes that the program has written.
    bytes: Vec<u8>,
}

impl vt100::Callbacks for Record {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }
}

/// All that a program can change about a terminal and has to put right when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modes {
    /// Whether the program is on a screen of its own.
    pub alternate_screen: bool,
    /// Whether no cursor shows.
    pub cursor_hidden: bool,
    /// How keys, pastes and the mouse are reported, as the escape sequences that ask for it.
    pub reports: String,
    /// What the system does with the line: raw or not, and all else.
    pub line: String,
}

impl Pty {
    /// Starts the program `name` with these arguments on a terminal of that width and height.
    pub fn start(name: &str, args: &[&str], size: (u16, u16)) -> Self {
        Self::start_in(&[], name, args, size)
    }

    /// The same with these variables in its environment besides.
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

    /// Starts a shell that a user types commands into.
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
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        // A log would be on the screen for all to see.
        command.env("RUST_LOG", "trace");
        command.env("RUST_BACKTRACE", "0");
        for (name, value) in environment {
            command.env(name, value);
        }
        let (rows, columns) = (cells(height), cells(width));
        let emulator = Emulator::new_with_callbacks(rows, columns, 0, Record::default());
        let terminal = pair.master;
        let before = modes(emulator.screen(), &*terminal);
        let shown = watch::Sender::new(emulator);
        show(terminal.try_clone_reader().unwrap(), shown.clone());
        let child = pair.slave.spawn_command(command).unwrap();
        let keys = terminal.take_writer().unwrap();
        Self { keys, terminal, shown, child, before, _state: state }
    }

    /// Waits until `text` is on the screen, and returns the screen as it is then.
    ///
    /// A frame may be half drawn by then, from the top to what was waited for.
    pub async fn sees(&mut self, text: &str) -> String {
        self.sees_that(&format!("{text:?}"), |screen| screen.contains(text)).await
    }

    /// Waits until the screen is as `wanted`, in words `what`, and returns it.
    pub async fn sees_that(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let found = self.waits_for(|screen| wanted(&text(screen))).await;
        let screen = self.screen();
        assert!(found, "no {what} on\n{screen}");
        screen
    }

    /// Waits until the terminal is in the modes it was in before the program had it.
    pub async fn is_given_back(&mut self) {
        self.waits_for(|screen| modes(screen, &*self.terminal) == self.before).await;
        assert_eq!(self.modes(), self.before, "and on the screen is\n{}", self.screen());
    }

    async fn waits_for(&self, wanted: impl Fn(&vt100::Screen) -> bool) -> bool {
        let mut shown = self.shown.subscribe();
        let looking = shown.wait_for(|emulator| wanted(emulator.screen()));
        timeout(DEADLINE, looking).await.is_ok()
    }

    /// The screen as it is now: a line each row, without the spaces at the ends.
    #[must_use]
    pub fn screen(&self) -> String {
        text(self.shown.borrow().screen())
    }

    /// The modes of the terminal as they are now.
    #[must_use]
    pub fn modes(&self) -> Modes {
        modes(self.shown.borrow().screen(), &*self.terminal)
    }

    /// The modes of the terminal before the program had it.
    #[must_use]
    pub fn modes_before(&self) -> &Modes {
        &self.before
    }

    /// How often the bell has rung.
    #[must_use]
    pub fn bells(&self) -> usize {
        self.shown.borrow().callbacks().bells
    }

    /// All bytes that the program has written, to be read by another emulator.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.shown.borrow().callbacks().bytes.clone()
    }

    /// Types a text; `\n` is Enter.
    pub fn types(&mut self, text: &str) {
        self.sends(text.replace('\n', "\r").as_bytes());
    }

    /// Sends these bytes, as a terminal does for a key or a report.
    pub fn sends(&mut self, bytes: &[u8]) {
        self.keys.write_all(bytes).unwrap();
        self.keys.flush().unwrap();
    }

    /// Another program writes on the terminal.
    pub fn is_written_on(&mut self, bytes: &[u8]) {
        self.shown.send_modify(|emulator| emulator.process(bytes));
    }

    /// Makes the terminal larger or smaller.
    pub fn resizes(&mut self, width: u16, height: u16) {
        self.shown.send_modify(|emulator| emulator.set_size(cells(height), cells(width)));
        self.terminal.resize(pty_size(width, height)).unwrap();
    }

    /// Sends the signal of this name, without its `SIG`, to the program.
    pub fn signal(&self, name: &str) {
        send_signal(self.child.process_id().unwrap(), name);
    }

    /// Waits until the program has ended, and returns its exit code.
    pub async fn exit_code(&mut self) -> u32 {
        let mut children = signal(SignalKind::child()).unwrap();
        let ending = async {
            loop {
                match self.child.try_wait().unwrap() {
                    Some(status) => return status.exit_code(),
                    None => children.recv().await,
                };
            }
        };
        let ended = timeout(DEADLINE, ending).await;
        ended.unwrap_or_else(|_| panic!("it did not end; its screen is\n{}", self.screen()))
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // The number of a process that has ended may be another's by now.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
        }
    }
}

/// Shows what the program writes, until nobody can write any more.
fn show(mut output: impl Read + Send + 'static, shown: watch::Sender<Emulator>) {
    std::thread::spawn(move || {
        let mut bytes = [0; READ_BYTES];
        while let Ok(read @ 1..) = output.read(&mut bytes) {
            shown.send_modify(|emulator| {
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
