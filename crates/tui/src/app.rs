//! The loop: waits for whatever happens, updates the state, and draws.

use std::future::Future;
use std::io;
use std::ops::ControlFlow;
use std::pin::pin;
use std::time::Duration;

use chat_proto::command::{Hello, VERSION, Word};
use chat_proto::{At, UserName};
use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, StreamExt};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::time::{Instant, sleep_until};

use crate::input::Input;
use crate::link::{Dial, Link};
use crate::palette::Palette;
use crate::state::State;
use crate::update::{Effect, update};
use crate::view;

/// Shortest time between two frames: 60 a second are more than anybody reads.
pub const FRAME_MIN: Duration = Duration::from_micros(16_667);

/// Most news that are taken in before the keys have their turn again.
const NEWS_AT_ONCE_MAX: usize = 64;

/// What the user has chosen, and what only the edge of the program knows.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name to ask for.
    pub name: UserName,
    /// The server's address, for the status line.
    pub server: String,
    /// The word this installation is known by.
    pub device: Word,
    /// The time zone of the times on the screen.
    pub zone: TimeZone,
    /// Whether a mention rings the bell.
    pub bell: bool,
    /// Whether there are colours.
    pub colours: bool,
}

impl Options {
    /// What a user called `name` has who has chosen nothing: a bell, colours, UTC.
    #[must_use]
    pub fn new(name: UserName, server: impl Into<String>) -> Self {
        Self {
            name,
            server: server.into(),
            device: Word::default(),
            zone: TimeZone::UTC,
            bell: true,
            colours: true,
        }
    }

    fn hello(&self) -> Hello {
        Hello {
            version: VERSION,
            name: self.name.clone(),
            token: None,
            device: self.device.clone(),
        }
    }
}

/// Why the program could not go on. Nothing the network does is among it.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The terminal takes nothing any more.
    #[error("cannot draw on the terminal: {0}")]
    Draw(String),
    /// The terminal gives nothing any more.
    #[error("cannot read the keys: {0}")]
    Keys(#[source] io::Error),
    /// The link's task is gone, by a fault of the program.
    #[error("the network part of the program has ended; this is a bug")]
    Link,
}

/// Runs the client on `terminal` until the user quits, `stop` is ready, or `keys` end.
///
/// `dial` makes connections; `ring` rings the bell. Must be called within a tokio runtime.
///
/// # Errors
/// Where the terminal or the program itself fails; never for what the network does.
pub async fn run<B: Backend>(
    terminal: &mut Terminal<B>,
    options: Options,
    dial: impl Dial,
    keys: impl Stream<Item = io::Result<TerminalEvent>>,
    ring: impl FnMut(),
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let size = terminal.size().map_err(|error| RunError::Draw(error.to_string()))?;
    let link = Link::start(dial, options.hello());
    let palette = Palette::new(options.colours);
    let state = State::new(options.server, options.name, options.zone, size);
    let mut app = App { state, link, ring, bell: options.bell, mentioned: false, changed: true };
    let ended = app.run(terminal, palette, keys, stop).await;
    app.link.close().await;
    ended
}

struct App<R> {
    state: State,
    link: Link,
    ring: R,
    bell: bool,
    /// Whether the bell is to ring with the next frame: once, however many mentions there were.
    mentioned: bool,
    /// Whether the screen is behind the state.
    changed: bool,
}

impl<R: FnMut()> App<R> {
    async fn run<B: Backend>(
        &mut self,
        terminal: &mut Terminal<B>,
        palette: Palette,
        keys: impl Stream<Item = io::Result<TerminalEvent>>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), RunError> {
        let (mut keys, mut stop) = (pin!(keys), pin!(stop));
        let mut next_frame = Instant::now();
        loop {
            let flow = tokio::select! {
                () = &mut stop => return Ok(()),
                event = keys.next() => match event {
                    None => return Ok(()),
                    Some(Err(error)) => return Err(RunError::Keys(error)),
                    Some(Ok(event)) => match Input::from_terminal(event) {
                        Some(input) => self.take(input),
                        None => ControlFlow::Continue(()),
                    },
                },
                news = self.link.news() => match news {
                    None => return Err(RunError::Link),
                    Some(news) => self.take_news(Input::News(news)),
                },
                () = sleep_until(next_frame), if self.changed => {
                    terminal
                        .draw(|frame| view::draw(&self.state, palette, frame))
                        .map_err(|error| RunError::Draw(error.to_string()))?;
                    self.changed = false;
                    if std::mem::take(&mut self.mentioned) {
                        (self.ring)();
                    }
                    next_frame = Instant::now() + FRAME_MIN;
                    ControlFlow::Continue(())
                }
            };
            if flow.is_break() {
                return Ok(());
            }
        }
    }

    /// Takes in what the link tells, and what else it has ready.
    fn take_news(&mut self, first: Input) -> ControlFlow<()> {
        self.take(first)?;
        for _ in 1..NEWS_AT_ONCE_MAX {
            let Some(news) = self.link.ready() else {
                break;
            };
            self.take(Input::News(news))?;
        }
        ControlFlow::Continue(())
    }

    fn take(&mut self, input: Input) -> ControlFlow<()> {
        self.changed = true;
        for effect in update(&mut self.state, input, At::from(Timestamp::now())) {
            match effect {
                Effect::Quit => return ControlFlow::Break(()),
                Effect::Ring => self.mentioned = self.bell,
                Effect::Order(order) => {
                    if self.link.order(order).is_err() {
                        // Stuck orders nothing, so this goes no deeper.
                        self.take(Input::Stuck)?;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests;
