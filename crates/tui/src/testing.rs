//! A client on a screen that a test can read: the real loop, the real link, no terminal.
//!
//! ```
//! # use chat_client::Tcp;
//! # use chat_tui::{Options, testing::Client};
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! # let server = listener.local_addr()?;
//! let options = Options::new("bob".parse()?, server.to_string());
//! let mut bob = Client::start(options, Tcp::new(server), 80, 20);
//! bob.sees("Connecting").await;
//! bob.types("typed while nobody answers").await;
//! bob.sees("› typed while nobody answers").await;
//! bob.types("\n").await;
//! bob.sees("… typed while nobody answers").await;
//! bob.quits().await?;
//! # Ok(()) }
//! ```

pub mod emulator;
pub mod picture;

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_client::link::Dial;
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use self::picture::Colours;
use crate::app::{Exit, Failure, Options, run};
use crate::hyperlinks::ShowsLinks;
use crate::input::Report;
use crate::unsent::Unsent;

/// Most keys in the queue of the client: a test that types faster waits.
const KEYS_MAX: usize = 64;

/// A running client, and its user.
#[derive(Debug)]
pub struct Client {
    screen: Screen,
    keys: mpsc::Sender<Report>,
    bells: watch::Receiver<usize>,
    task: AbortOnDropHandle<Result<Exit, Failure>>,
}

impl Client {
    /// Starts a client on a screen of that size. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(options: Options, dial: impl Dial, width: u16, height: u16) -> Self {
        let screen = Screen::new(width, height);
        let (keys, mut events) = mpsc::channel::<Report>(KEYS_MAX);
        let (rung, bells) = watch::channel(0);
        let mut backend = screen.clone();
        let task = tokio::spawn(async move {
            let keys = stream::poll_fn(move |context| events.poll_recv(context).map(|e| e.map(Ok)));
            let ring = || rung.send_modify(|bells| *bells += 1);
            run(&mut backend, options, dial, keys, ring, std::future::pending()).await
        });
        Self { screen, keys, bells, task: AbortOnDropHandle::new(task) }
    }

    /// Waits until `text` is on the screen, and returns the screen. Waits forever if it never is: the test
    /// has the deadline.
    pub async fn sees(&mut self, text: &str) -> String {
        self.wait_until(|screen| screen.contains(text)).await
    }

    /// Waits until `wanted` returns true for the screen, its rows joined by `\n`.
    pub async fn wait_until(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        self.screen.wait_for(wanted).await
    }

    /// The rows of the screen, without the spaces at their ends.
    #[must_use]
    pub fn screen(&self) -> String {
        self.screen.text()
    }

    /// The screen as a picture, see [`Screen::picture`].
    #[must_use]
    pub fn picture(&self, colours: &Colours) -> String {
        self.screen.picture(colours)
    }

    /// Number of frames so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.screen.frames()
    }

    /// How often the bell has rung.
    #[must_use]
    pub fn bells(&self) -> usize {
        *self.bells.borrow()
    }

    /// Types a text; `\n` is Enter.
    pub async fn types(&mut self, text: &str) {
        for c in text.chars() {
            let code = if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
            self.presses(code, KeyModifiers::NONE).await;
        }
    }

    /// Presses one key.
    pub async fn presses(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.send_event(TerminalEvent::Key(KeyEvent::new(code, modifiers))).await;
    }

    /// Sends any other report of a terminal: a paste, a turn of the wheel, a colour.
    pub async fn send_event(&mut self, event: impl Into<Report>) {
        // A client that has ended takes no keys, like any other program.
        let _ = self.keys.send(event.into()).await;
    }

    /// Another program writes on the first row, as a message of the system does.
    pub fn scribbles(&mut self, text: &str) {
        self.screen.scribble(text);
    }

    /// Resizes the screen.
    pub async fn resizes(&mut self, width: u16, height: u16) {
        self.screen.lock().resize(width, height);
        self.send_event(TerminalEvent::Resize(width, height)).await;
    }

    /// Types `/quit` on an empty line, and waits for the end.
    ///
    /// # Errors
    /// Returns the error of the loop, or its panic.
    pub async fn quits(self) -> io::Result<()> {
        self.leaves().await.map(drop)
    }

    /// The same; returns the unsent messages.
    ///
    /// # Errors
    /// See [`Self::quits`].
    pub async fn leaves(mut self) -> io::Result<Unsent> {
        self.presses(KeyCode::Char('u'), KeyModifiers::CONTROL).await;
        self.types("/quit\n").await;
        self.ends().await.map(|ended| ended.unsent)
    }

    /// Waits until the client has ended by itself.
    ///
    /// # Errors
    /// Returns the error of the loop, or its panic.
    pub async fn ends(self) -> io::Result<Exit> {
        self.task.await?.map_err(io::Error::other)
    }
}

/// A [`TestBackend`] that others can look at while a terminal draws on it.
#[derive(Debug, Clone)]
pub struct Screen {
    backend: Arc<Mutex<TestBackend>>,
    frames: watch::Sender<u64>,
}

impl Screen {
    /// An empty screen.
    #[must_use]
    pub fn new(width: u16, height: u16) -> Self {
        let backend = Arc::new(Mutex::new(TestBackend::new(width, height)));
        Self { backend, frames: watch::Sender::new(0) }
    }

    /// Its rows, without the spaces at their ends.
    #[must_use]
    pub fn text(&self) -> String {
        let backend = self.lock();
        let buffer = backend.buffer();
        let rows = buffer.content().chunks(usize::from(buffer.area.width).max(1));
        let rows = rows.map(|cells| {
            let mut row = String::new();
            let mut covered = 0;
            for cell in cells {
                if covered == 0 {
                    row.push_str(cell.symbol());
                    covered = crate::wrap::columns(cell.symbol()).max(1);
                }
                covered -= 1;
            }
            row.trim_end().to_owned()
        });
        rows.collect::<Vec<_>>().join("\n")
    }

    /// Its cells.
    #[must_use]
    pub fn cells(&self) -> Buffer {
        self.lock().buffer().clone()
    }

    /// Number of frames so far.
    #[must_use]
    pub fn frames(&self) -> u64 {
        *self.frames.borrow()
    }

    /// Waits until `wanted` returns true for its text, and returns it.
    pub async fn wait_for(&self, wanted: impl Fn(&str) -> bool) -> String {
        let mut frames = self.frames.subscribe();
        loop {
            frames.mark_unchanged();
            let text = self.text();
            if wanted(&text) || frames.changed().await.is_err() {
                return text;
            }
        }
    }

    fn scribble(&self, text: &str) {
        let cells: Vec<Cell> = text.chars().map(|c| Cell::default().set_char(c).clone()).collect();
        let Ok(()) = self.lock().draw((0..).zip(&cells).map(|(x, cell)| (x, 0, cell)));
    }

    /// The buffer stays valid if a test panics while it is locked.
    fn lock(&self) -> MutexGuard<'_, TestBackend> {
        self.backend.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ShowsLinks for Screen {}

impl Backend for Screen {
    type Error = Infallible;

    /// A wide character takes all the cells it covers, as on a terminal; ratatui relies on it.
    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.lock().draw(content.flat_map(|(x, y, cell)| {
            let columns = u16::try_from(crate::wrap::columns(cell.symbol())).unwrap_or(u16::MAX);
            let covered = (1..columns).map(move |column| (x + column, y, &Cell::EMPTY));
            std::iter::once((x, y, cell)).chain(covered)
        }))
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.lock().hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.lock().show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        self.lock().get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.lock().set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.lock().clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Infallible> {
        self.lock().clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Infallible> {
        self.lock().size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.lock().window_size()
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        let flushed = self.lock().flush();
        self.frames.send_modify(|frames| *frames += 1);
        flushed
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;

    use super::*;

    #[test]
    fn a_wide_character_takes_the_cells_it_covers() {
        let screen = Screen::new(4, 1);
        let Ok(mut terminal) = Terminal::new(screen.clone());
        for text in ["abcd", "字cd", "x cd"] {
            let Ok(_) = terminal.draw(|frame| frame.render_widget(text, frame.area()));
            assert_eq!(screen.text(), text);
        }
    }
}
