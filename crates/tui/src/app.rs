//! The loop of the client: waits for inputs, updates the state, carries out the effects, and draws.

mod control;
mod exit;
mod exporter;
mod external_editor;
mod failure;
mod frame;
mod input_history;
mod jobs;
mod options;
mod reports;
mod saver;

use std::future::{Future, ready};
use std::io;
use std::ops::ControlFlow;
use std::pin::pin;

use chat_client::link::Dial;
use chat_client::timer::Timer;
use chat_client::{CarriedOut, Driver, Input as ClientInput, Next};
use chat_proto::Timestamp;
use futures_util::{Stream, StreamExt};
use ratatui::backend::Backend;
use ratatui::layout::Size;
use tokio::task::yield_now;
use tokio::time::Instant;

pub use self::control::{Control, EditJob};
pub use self::exit::{Exit, Then};
use self::exporter::Exporter;
use self::external_editor::ExternalEditor;
pub use self::failure::{Failure, RunError};
pub use self::frame::FRAME_MIN;
use self::frame::ZONE_LOOK_MAX;
use self::input_history::InputHistory;
pub use self::options::Options;
use self::saver::Saver;
use crate::hyperlinks::ShowsLinks;
use crate::input::{Input, Report};
use crate::notification::{Note, NotifyMethod};
use crate::state::State;
use crate::theme::ANSWER_TIMEOUT;
use crate::unsent::Unsent;
use crate::update::{Effect, update};
use crate::view::{self, Canvas, Painter};
use crate::zone::ZoneWatch;

/// Most reports of the terminal, or events of the network, that are taken before all else has its turn again.
const EVENTS_AT_ONCE_MAX: usize = 64;

/// Runs the client on the screen of `backend` until the user quits, `stop` is ready, or `reports` ends.
///
/// `dial` makes connections; `reports` has the keys and whatever else the terminal sends; `control` is the terminal
/// besides what is drawn on it. Must be called within a tokio runtime. Returns the messages that the server has not
/// answered, and what the user wants next.
///
/// # Errors
/// Returns an error if the terminal or the program itself fails, never for what the network does.
pub async fn run<B: Backend + ShowsLinks>(
    backend: &mut B,
    options: Options,
    dial: impl Dial,
    reports: impl Stream<Item = io::Result<impl Into<Report>>>,
    control: impl Control,
    stop: impl Future<Output = ()>,
) -> Result<Exit, Failure> {
    let size = backend.size().map_err(|error| RunError::Draw(error.to_string()))?;
    let mut painter = Painter::default();
    let show = |state: &State, what: Draw| {
        let draw = |canvas: &mut Canvas| view::draw(state, canvas);
        let drawn = match (what, state.redraw.drawn_box) {
            (Draw::InputBox, Some(area)) => painter.draw_rows(backend, area, draw),
            (what, _) => painter.draw(backend, what == Draw::Everything, draw),
        };
        drawn.map_err(|error| RunError::Draw(error.to_string()))
    };
    run_shown(size, show, options, dial, reports, control, stop).await
}

/// The part of the screen that a frame draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// All rows, whatever is on the screen.
    Everything,
    /// The cells that have changed.
    Changes,
    /// The cells of the input box that have changed.
    InputBox,
}

/// The same without a terminal: for each frame `show` gets the state, on a screen of that `size`, and the part to
/// draw.
///
/// # Errors
/// See [`run`]; also returns what `show` returns.
pub async fn run_shown(
    size: Size,
    show: impl FnMut(&State, Draw) -> Result<(), RunError>,
    options: Options,
    dial: impl Dial,
    reports: impl Stream<Item = io::Result<impl Into<Report>>>,
    control: impl Control,
    stop: impl Future<Output = ()>,
) -> Result<Exit, Failure> {
    let (driver, client) = Driver::start(options.config(), dial).await?;
    let notices = options.notices.clone();
    let mut app = App::new(driver, client, size, options, control);
    let texts = app.input_history.read().await;
    let _ = app.take(Input::Typed(texts));
    let _ = app.take(Input::Start { notices });
    let ended = app.run(show, reports, stop).await;
    // However it ends: read positions are sent, and drafts are stored. Effects for the screen are of no use any
    // more.
    let _ = app.take(Input::Client(ClientInput::Tick));
    let App { mut state, driver, saver, input_history, exporter, clock, then, .. } = app;
    let closed = driver.close(&mut state.client, clock);
    let (location, (), (), ()) =
        tokio::join!(closed, saver.close(), input_history.close(), exporter.close());
    let unsent = Unsent::new(&state.client, location);
    match ended {
        Ok(()) => Ok(Exit { unsent, had_session: state.client.me().is_some(), then }),
        Err(error) => Err(Failure { error, unsent }),
    }
}

struct App<C> {
    state: State,
    driver: Driver,
    saver: Saver,
    input_history: InputHistory,
    external_editor: ExternalEditor,
    exporter: Exporter,
    control: C,
    clock: fn() -> Timestamp,
    /// The next step of the program after the end.
    then: Then,
    /// Whether to ring the bell with the next frame: once, however many mentions there were.
    mentioned: bool,
    /// The notification to show with the next frame: the last one, however many there were.
    note: Option<(NotifyMethod, Note)>,
    /// Whether to draw everything with the next frame.
    redraw_all: bool,
    /// Until when the first frame waits for the colours of the terminal.
    colours_by: Option<Instant>,
    /// When the last frame drew everything that had changed.
    last_frame: Option<Instant>,
    zone_watch: Option<ZoneWatch>,
    /// When the loop last looked at the time zone of the machine.
    zone_looked: Instant,
    zone_timer: Timer,
    frame_timer: Timer,
}

/// An event of the loop besides the reports of the terminal and the inputs of the client.
enum Front {
    /// The terminal can take another frame.
    Frame(io::Result<()>),
    /// A setting was saved, or a step of an export was done; or it failed.
    Saved(Box<Input>),
    /// The user has left the editor.
    Edited(Result<String, String>),
    /// The keys that were typed are drawn, or the terminal takes no frame now: their text becomes a draft.
    Draft,
    /// It is time to look at the time zone.
    Zone,
}

impl<C: Control> App<C> {
    fn new(
        driver: Driver,
        client: chat_client::State,
        size: Size,
        options: Options,
        control: C,
    ) -> Self {
        Self {
            driver,
            saver: Saver::new(options.settings_file.clone(), options.writer),
            input_history: InputHistory::new(options.state.as_deref(), options.writer),
            exporter: Exporter::new(options.writer),
            external_editor: ExternalEditor::new(options.state.clone(), options.writer),
            control,
            clock: options.clock,
            then: Then::Quit,
            mentioned: false,
            note: None,
            redraw_all: false,
            colours_by: None,
            last_frame: None,
            zone_watch: options.zone_watch.clone(),
            zone_looked: Instant::now(),
            zone_timer: Timer::default(),
            frame_timer: Timer::default(),
            state: options.state_of(client, size),
        }
    }

    async fn run(
        &mut self,
        mut show: impl FnMut(&State, Draw) -> Result<(), RunError>,
        reports: impl Stream<Item = io::Result<impl Into<Report>>>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), RunError> {
        let (mut reports, mut stop) = (pin!(reports), pin!(stop));
        // Set after as many reports as are taken at once: a terminal may send without a pause.
        let mut others_first = false;
        loop {
            let next = tokio::select! {
                biased;
                // First, since a person waits: whatever is polled before it delays each key.
                report = reports.next(), if !others_first && self.driver.may_take() => {
                    match self.take_reports(report, reports.as_mut(), &mut show).await? {
                        ControlFlow::Break(()) => return Ok(()),
                        ControlFlow::Continue(is_full) => others_first = is_full,
                    }
                    continue;
                }
                () = &mut stop => return Ok(()),
                next = self.next() => next?,
                () = ready(()), if others_first => {
                    others_first = false;
                    continue;
                }
            };
            others_first = false;
            let flow = match next {
                Next::Input(input @ ClientInput::Link(_)) => self.take_events(input),
                Next::Input(input) => self.take(Input::Client(input)),
                Next::Front(front) => {
                    if matches!(front, Front::Edited(_)) {
                        // A signal sent while the editor had the terminal is for the editor. `yield_now` returns
                        // when the runtime has told `stop` of it.
                        tokio::select! {
                            biased;
                            () = &mut stop => return Ok(()),
                            () = yield_now() => {}
                        }
                    }
                    self.take_front(front, &mut show)?
                }
            };
            if flow.is_break() {
                return Ok(());
            }
        }
    }

    /// Waits for what is ready besides reports, in this order: answers of the store; frames; the draft of the text of
    /// the last keys; last the events of the network, since they alone may never end. Safe to cancel.
    async fn next(&mut self) -> Result<Next<Front>, RunError> {
        let draws = self.may_draw();
        let frame_at = self.frame_at();
        let is_draft_due = self.driver.may_take() && self.state.is_draft_due;
        let next_look = self.zone_watch.is_some().then(|| self.zone_looked + ZONE_LOOK_MAX);
        let Self { control, saver, input_history, external_editor, exporter, driver, .. } = self;
        let (zone_timer, frame_timer) = (&mut self.zone_timer, &mut self.frame_timer);
        // A blocked terminal delays frames, and nothing else.
        let drawable = async {
            if frame_at.is_some() {
                frame_timer.wait(frame_at).await;
            }
            control.ready().await
        };
        let front = async {
            tokio::select! {
                biased;
                drawable = drawable, if draws => Front::Frame(drawable),
                () = ready(()), if is_draft_due => Front::Draft,
                edited = external_editor.done() => Front::Edited(edited),
                saved = saver.done() => Front::Saved(Box::new(saved)),
                step = exporter.done() => Front::Saved(Box::new(step)),
                never = input_history.run() => match never {},
                () = zone_timer.wait(next_look) => Front::Zone,
            }
        };
        Ok(driver.next(front).await?)
    }

    /// Takes what is neither a report of the terminal nor an input of the client.
    fn take_front(
        &mut self,
        front: Front,
        show: impl FnMut(&State, Draw) -> Result<(), RunError>,
    ) -> Result<ControlFlow<()>, RunError> {
        Ok(match front {
            Front::Saved(saved) => self.take(*saved),
            Front::Edited(edited) => {
                self.control.take_back().map_err(RunError::Keys)?;
                self.redraw_all = true;
                self.take(Input::Edited(edited))
            }
            Front::Draft => self.take(Input::Draft),
            Front::Zone => self.look_at_zone(ZONE_LOOK_MAX),
            Front::Frame(drawable) => {
                drawable.map_err(|error| RunError::Draw(error.to_string()))?;
                self.draw(show)?
            }
        })
    }

    /// Takes an event of the network, and those that are ready.
    fn take_events(&mut self, first: ClientInput) -> ControlFlow<()> {
        self.take(Input::Client(first))?;
        for _ in 1..EVENTS_AT_ONCE_MAX {
            let Some(event) = self.driver.ready() else {
                break;
            };
            self.take(Input::Client(event))?;
        }
        ControlFlow::Continue(())
    }

    fn take(&mut self, input: Input) -> ControlFlow<()> {
        let effects = update(&mut self.state, input, (self.clock)());
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        for effect in effects {
            match effect {
                Effect::Client(effect) => {
                    // `update` has taken in the effects for the front end.
                    if let CarriedOut::Input(input) = self.driver.carry_out(effect) {
                        // `LinkFull` has no effects, so this goes no deeper.
                        self.take(Input::Client(input))?;
                    }
                }
                Effect::Quit => flow = ControlFlow::Break(()),
                Effect::AskServer(trouble) => {
                    self.then = Then::Ask { name: self.state.client.name().clone(), trouble };
                    flow = ControlFlow::Break(());
                }
                Effect::Connect(server) => {
                    self.then = Then::Connect { name: self.state.client.name().clone(), server };
                    flow = ControlFlow::Break(());
                }
                Effect::WrongKey(wrong) => {
                    self.then = Then::WrongKey(wrong);
                    flow = ControlFlow::Break(());
                }
                Effect::Redraw => self.redraw_all = true,
                Effect::Suspend => self.control.suspend(),
                Effect::Ring => self.mentioned = true,
                Effect::Notify(way, note) => self.note = Some((way, note)),
                Effect::SetTitle(title) => self.control.set_title(title.as_deref()),
                Effect::Edit(text) => match self.external_editor.start(text, &mut self.control) {
                    Ok(()) => {}
                    Err(why) => self.take(Input::Edited(Err(why)))?,
                },
                Effect::StoreTyped(text) => self.input_history.store(text),
                Effect::SaveSetting(change) => self.saver.save(change),
                Effect::Export { run, step } => self.exporter.take(run, step),
                Effect::SetMouse(is_on) => self.control.set_mouse(is_on),
                Effect::Copy(text) => self.control.copy(&text),
                Effect::OpenLink(link) => {
                    if let Err(error) = self.control.open_link(&link) {
                        self.take(Input::NotOpened { link, why: error.to_string() })?;
                    }
                }
                Effect::AskColours => {
                    let may_come = self.control.ask_colours();
                    self.colours_by = may_come.then(|| Instant::now() + ANSWER_TIMEOUT);
                }
            }
        }
        flow
    }
}

#[cfg(test)]
mod tests;
