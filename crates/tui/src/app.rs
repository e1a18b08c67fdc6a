//! The loop of the client: waits for inputs, updates the state, carries out the effects, and draws.

mod control;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use chat_proto::{At, UserName};
use crossterm::event::Event as TerminalEvent;
use futures_util::{Stream, StreamExt};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::{Position, Rect, Size};
use tokio::time::{Instant, sleep_until};

pub use self::control::Control;
use crate::input::Input;
use crate::link::{Dial, Identity, Link};
use crate::palette::Palette;
use crate::state::State;
use crate::store::{Store, StoreError};
use crate::unsent::Unsent;
use crate::update::{Effect, update};
use crate::view;
use crate::zone::ZoneWatch;

/// Shortest time between two frames: 60 a second are more than anybody reads.
pub const FRAME_MIN: Duration = Duration::from_micros(16_667);

/// Most news that are taken in before the keys have their turn again.
const NEWS_AT_ONCE_MAX: usize = 64;

/// Shortest and longest time between two looks at the time zone of the machine: with a frame, and
/// without one. Nobody arrives in another zone twice in a second.
const ZONE_LOOK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// What the user has chosen, and what only the edge of the program knows.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name to ask for.
    pub name: UserName,
    /// The server's address, for the status line.
    pub server: String,
    /// The directory of what outlives the program; `None` where nothing does.
    pub state: Option<PathBuf>,
    /// The time zone of the times on the screen.
    pub zone: TimeZone,
    /// Where a change of the time zone shows; `None` if it cannot change.
    pub zone_watch: Option<ZoneWatch>,
    /// What the user should know about the terminal, shown at the start.
    pub notice: Option<&'static str>,
    /// Whether a mention rings the bell.
    pub bell: bool,
    /// Whether there are colours.
    pub colours: bool,
    /// Where the time comes from.
    pub clock: fn() -> At,
}

impl Options {
    /// What a user called `name` has who has chosen nothing: a bell, colours, UTC, the time of the
    /// system, and nothing that outlives the program.
    #[must_use]
    pub fn new(name: UserName, server: impl Into<String>) -> Self {
        Self {
            name,
            server: server.into(),
            state: None,
            zone: TimeZone::UTC,
            zone_watch: None,
            notice: None,
            bell: true,
            colours: true,
            clock: system_clock,
        }
    }
}

/// The time of the system.
#[allow(clippy::disallowed_methods, reason = "the edge at which the clock is asked for")]
#[must_use]
pub fn system_clock() -> At {
    At::from(SystemTime::now())
}

/// Why the program could not go on. Nothing the network does is among it.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The terminal takes nothing any more.
    #[error("cannot draw on the terminal: {0}")]
    Draw(String),
    /// The terminal gives nothing any more.
    #[error("cannot read the keys")]
    Keys(#[source] io::Error),
    /// What outlives the program can neither be read nor kept.
    #[error("cannot open the state directory (--state DIR names another one)")]
    State(#[from] StoreError),
    /// The link's task is gone, by a fault of the program.
    #[error("the network part of the program has ended; this is a bug")]
    Link,
}

/// The program could not go on, and which messages wait. As an error it is the reason alone.
#[derive(Debug)]
pub struct Failure {
    /// Why.
    pub error: RunError,
    /// The messages that the server has not answered.
    pub unsent: Unsent,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self { error, unsent: Unsent::default() }
    }
}

/// Runs the client on `terminal` until the user quits, `stop` is ready, or `keys` end.
///
/// `dial` makes connections; `control` is the terminal besides what is drawn. Must be called within a
/// tokio runtime. Returns the messages that the server has not answered.
///
/// # Errors
/// Where the terminal or the program itself fails; never for what the network does.
pub async fn run<B: Backend>(
    terminal: &mut Terminal<B>,
    options: Options,
    dial: impl Dial,
    keys: impl Stream<Item = io::Result<TerminalEvent>>,
    control: impl Control,
    stop: impl Future<Output = ()>,
) -> Result<Unsent, Failure> {
    let size = terminal.size().map_err(|error| RunError::Draw(error.to_string()))?;
    let palette = Palette::new(options.colours);
    let show = |state: &State, anew: bool| {
        let drawn = draw(terminal, state, palette, anew);
        drawn.map_err(|error| RunError::Draw(error.to_string()))
    };
    run_shown(size, show, options, dial, keys, control, stop).await
}

/// Draws a frame: what has changed, or all of it `anew`.
fn draw<B: Backend>(
    terminal: &mut Terminal<B>,
    state: &State,
    palette: Palette,
    anew: bool,
) -> Result<(), B::Error> {
    if anew {
        // Not `clear`, which asks where the cursor is: the answer would come among the keys.
        let area = Rect::from((Position::ORIGIN, terminal.size()?));
        terminal.resize(area)?;
    }
    terminal.draw(|frame| view::draw(state, palette, frame)).map(drop)
}

/// The same without a terminal: `show` is given each frame as the state it is of, on a screen of
/// that `size`, and whether whatever is on the screen has to go first.
///
/// # Errors
/// See [`run`]; and whatever `show` returns.
pub async fn run_shown(
    size: Size,
    show: impl FnMut(&State, bool) -> Result<(), RunError>,
    options: Options,
    dial: impl Dial,
    keys: impl Stream<Item = io::Result<TerminalEvent>>,
    control: impl Control,
    stop: impl Future<Output = ()>,
) -> Result<Unsent, Failure> {
    let opened = Store::open(options.state.as_deref(), &options.server, options.name);
    let (store, profile) = opened.map_err(RunError::State)?;
    let identity = Identity::from(&profile);
    let link = Link::start(dial, identity);
    let state = State::new(options.server, profile, options.zone, size);
    let mut app = App {
        state,
        store,
        link,
        control,
        clock: options.clock,
        bell: options.bell,
        mentioned: false,
        changed: true,
        anew: false,
        tick: None,
        zone_watch: options.zone_watch,
        zone_looked: Instant::now(),
    };
    let _ = app.take(Input::Start { notice: options.notice });
    let ended = app.run(show, keys, stop).await;
    // However it ends, what was seen is told and what is typed is kept; nobody is there for the rest.
    let _ = app.take(Input::Tick);
    let unsent = app.close().await;
    match ended {
        Ok(()) => Ok(unsent),
        Err(error) => Err(Failure { error, unsent }),
    }
}

struct App<C> {
    state: State,
    store: Store,
    link: Link,
    control: C,
    clock: fn() -> At,
    bell: bool,
    /// Whether the bell is to ring with the next frame: once, however many mentions there were.
    mentioned: bool,
    /// Whether the screen is behind the state.
    changed: bool,
    /// Whether the screen is to be drawn anew with the next frame.
    anew: bool,
    /// When a tick is due.
    tick: Option<Instant>,
    zone_watch: Option<ZoneWatch>,
    /// When the time zone of the machine was looked at last.
    zone_looked: Instant,
}

impl<C: Control> App<C> {
    /// One after the other, the first that is ready: the keys before all else, since a person waits;
    /// the news last, since they alone can be without end. Frames and ticks have their pauses.
    async fn run(
        &mut self,
        mut show: impl FnMut(&State, bool) -> Result<(), RunError>,
        keys: impl Stream<Item = io::Result<TerminalEvent>>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), RunError> {
        let (mut keys, mut stop) = (pin!(keys), pin!(stop));
        let mut next_frame = Instant::now();
        loop {
            let control = &mut self.control;
            // A terminal that takes nothing holds up frames, and nothing else.
            let drawable = async {
                sleep_until(next_frame).await;
                control.ready().await
            };
            let flow = tokio::select! {
                biased;
                () = &mut stop => return Ok(()),
                event = keys.next() => match event {
                    None => return Ok(()),
                    Some(Err(error)) => return Err(RunError::Keys(error)),
                    Some(Ok(event)) => match Input::from_terminal(event) {
                        Some(input) => self.take(input),
                        None => ControlFlow::Continue(()),
                    },
                },
                drawable = drawable, if self.changed => {
                    drawable.map_err(|error| RunError::Draw(error.to_string()))?;
                    let _ = self.look_at_zone(ZONE_LOOK.0);
                    let flow = self.take(Input::Frame);
                    show(&self.state, std::mem::take(&mut self.anew))?;
                    self.changed = false;
                    if std::mem::take(&mut self.mentioned) {
                        self.control.ring();
                    }
                    next_frame = Instant::now() + FRAME_MIN;
                    flow
                }
                () = sleep_until(self.tick.unwrap_or(next_frame)), if self.tick.is_some() => {
                    self.tick = None;
                    self.take(Input::Tick)
                }
                () = sleep_until(self.zone_looked + ZONE_LOOK.1), if self.zone_watch.is_some() => {
                    self.look_at_zone(ZONE_LOOK.1)
                }
                news = self.link.news() => match news {
                    None => return Err(RunError::Link),
                    Some(news) => self.take_news(Input::News(news)),
                },
            };
            if flow.is_break() {
                return Ok(());
            }
        }
    }

    /// Follows the time zone of the machine, if the last look is at least `after` ago.
    fn look_at_zone(&mut self, after: Duration) -> ControlFlow<()> {
        let Some(watch) = self.zone_watch.as_mut().filter(|_| self.zone_looked.elapsed() >= after)
        else {
            return ControlFlow::Continue(());
        };
        self.zone_looked = Instant::now();
        match watch.changed() {
            Some(zone) => self.take(Input::Zone(zone)),
            None => ControlFlow::Continue(()),
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

    /// Says goodbye, and takes in what the server still answers. Returns what it has not answered.
    async fn close(self) -> Unsent {
        let Self { mut state, mut store, link, clock, .. } = self;
        link.close(|news| {
            for effect in update(&mut state, Input::News(news), clock()) {
                if let Effect::Keep(keep) = effect
                    && let Err(error) = store.keep(keep)
                {
                    tracing::error!(%error, "not kept");
                }
            }
        })
        .await;
        Unsent::new(&state, store.is_lasting())
    }

    fn take(&mut self, input: Input) -> ControlFlow<()> {
        // A tick shows nothing: what goes wrong with it comes as an input of its own.
        self.changed |= !matches!(input, Input::Tick);
        let effects = update(&mut self.state, input, (self.clock)());
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        for effect in effects {
            // What follows from an effect is an input that has none but orders, so it goes no deeper.
            match effect {
                Effect::Keep(keep) => {
                    if let Err(error) = self.store.keep(keep) {
                        tracing::error!(%error, "not kept");
                        self.take(Input::NotKept(error.to_string()))?;
                    }
                }
                Effect::Become(name) => {
                    let became = self.store.turn_into(name).map(Box::new);
                    self.take(Input::Became(became.map_err(|error| error.to_string())))?;
                }
                Effect::File { session, welcome } => {
                    let journal = welcome.journal.as_ref().map(|journal| journal.id.clone());
                    let profile = self.store.file_under(journal).map(Box::new);
                    let profile = profile.map_err(|error| error.to_string());
                    self.take(Input::Filed { session, welcome, profile })?;
                }
                Effect::Tick(after) => {
                    let due = Instant::now() + after;
                    self.tick = Some(self.tick.map_or(due, |tick| tick.min(due)));
                }
                Effect::Quit => flow = ControlFlow::Break(()),
                Effect::Redraw => self.anew = true,
                Effect::Suspend => self.control.suspend(),
                Effect::Ring => self.mentioned = self.bell,
                Effect::Order(order) => {
                    if self.link.order(order).is_err() {
                        self.take(Input::Stuck)?;
                    }
                }
            }
        }
        flow
    }
}

#[cfg(test)]
mod tests;
