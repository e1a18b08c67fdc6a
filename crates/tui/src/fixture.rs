//! A client on a screen, for the tests of what an input does and how it looks.

use chat_client::link::{LinkError, LinkEvent, LinkRequest};
use chat_client::store::{Drafts, Profile, StoreOp};
pub(crate) use chat_client::testing::{
    DEADLINE, direct_event, expect_older, journal, left, message, message_in, name, own, profile,
    room, room_event, room_state, unreadable, user, welcome, within,
};
use chat_client::update::STORE_DRAFTS_AFTER;
use chat_proto::event::{Accepted, Welcome};
use chat_proto::{Command, Event, Refusal, RefusalCode, RoomName, Seq, Timestamp, User};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::layout::{Position, Size};

use crate::input::{Input, Wheel};
use crate::state::State;
use crate::testing::Screen;
use crate::update::expiry::{ANSWER_SHOWN, STORING_HIDDEN};
use crate::update::{ClientEffect, ClientInput, Effect, update};
use crate::view::{self, Canvas, Painter};
use crate::wrap::columns;

/// A client called bob, and the time of each input.
pub(crate) struct Harness {
    pub(crate) state: State,
    pub(crate) at: Timestamp,
    /// The last message of the lobby.
    pub(crate) seq: u64,
    /// The answer of the store; `None` while it does not answer.
    pub(crate) disk: Option<Result<(), String>>,
}

impl Harness {
    /// A client that connects, on Sunday at two.
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self::with_drafts(width, height, Drafts::default())
    }

    /// The same, with these drafts of an earlier run.
    pub(crate) fn with_drafts(width: u16, height: u16, drafts: Drafts) -> Self {
        Self::with_profile(width, height, Profile { drafts, ..profile("bob") })
    }

    /// The same, with this stored.
    pub(crate) fn with_profile(width: u16, height: u16, profile: Profile) -> Self {
        Self::start("127.0.0.1:12345", profile, Size { width, height })
    }

    /// A client of the server at that address.
    pub(crate) fn at(server: &str, width: u16, height: u16) -> Self {
        Self::start(server, profile("bob"), Size { width, height })
    }

    fn start(server: &str, profile: Profile, size: Size) -> Self {
        let state = State::new(server.into(), profile, TimeZone::UTC, size);
        let at = "2026-11-22T14:02:00Z".parse::<jiff::Timestamp>().unwrap().into();
        let mut harness = Self { state, at, seq: 0, disk: Some(Ok(())) };
        harness.input(Input::Start { notices: Vec::new() });
        harness
    }

    /// The same, in a session with ana and carl in the room.
    pub(crate) fn connected(width: u16, height: u16) -> Self {
        let mut harness = Self::new(width, height);
        harness.connect(1);
        harness
    }

    /// A session begins.
    pub(crate) fn connect(&mut self, session: u64) -> Vec<Effect> {
        self.connect_to(session, welcome(7, "bob"))
    }

    /// The same, with this welcome.
    pub(crate) fn connect_to(&mut self, session: u64, welcome: Welcome) -> Vec<Effect> {
        let mut effects = self.link_event(LinkEvent::Welcome { session, welcome });
        let seq = self.seq;
        effects.extend(self.event(room_event("#lobby", seq, seq)));
        effects
    }

    /// The user is in the room #rust, with ana and carl.
    pub(crate) fn join_rust(&mut self) {
        self.type_text("/join #rust\n");
        self.event(room_event("#rust", 0, 0));
    }

    /// Takes an input and a frame. Returns the effects, but not those of drafts, typing, the input history, the
    /// title and the times of the status line, which have tests of their own.
    pub(crate) fn input(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = self.input_all(input);
        effects.retain(|effect| {
            *effect != Effect::Client(ClientEffect::Tick(STORE_DRAFTS_AFTER))
                && *effect != Effect::Client(ClientEffect::Tick(ANSWER_SHOWN))
                && *effect != Effect::Client(ClientEffect::Tick(STORING_HIDDEN))
                && !matches!(
                    effect,
                    Effect::Client(ClientEffect::Link(LinkRequest::Send {
                        command: Command::Typing { .. },
                        ..
                    })) | Effect::StoreTyped(_)
                        | Effect::SetTitle(_)
                        | Effect::Client(ClientEffect::Store(StoreOp::Drafts(_)))
                )
        });
        effects
    }

    pub(crate) fn input_all(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = update(&mut self.state, input, self.at);
        effects.extend(update(&mut self.state, Input::Frame, self.at));
        let stores = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Client(ClientEffect::Store(_))))
            .count();
        if self.disk.is_some() {
            for _ in 0..stores {
                effects.extend(self.answer_store());
            }
        }
        effects
    }

    /// The store answers once.
    pub(crate) fn answer_store(&mut self) -> Vec<Effect> {
        let answer = self.disk.clone().unwrap_or(Ok(()));
        update(&mut self.state, Input::Client(ClientInput::Stored(answer)), self.at)
    }

    pub(crate) fn link_event(&mut self, event: LinkEvent) -> Vec<Effect> {
        self.input(Input::Client(ClientInput::Link(event)))
    }

    pub(crate) fn event(&mut self, event: Event) -> Vec<Effect> {
        self.link_event(LinkEvent::Event(event))
    }

    pub(crate) fn message(&mut self, id: u64, from: &str, text: &str) -> Vec<Effect> {
        self.seq += 1;
        self.message_in("#lobby", self.seq, user(id, from), text)
    }

    pub(crate) fn message_in(
        &mut self,
        room: &str,
        seq: u64,
        from: User,
        text: &str,
    ) -> Vec<Effect> {
        self.event(Event::Message(message_in(room, seq, from, text, self.at)))
    }

    pub(crate) fn accept(&mut self, n: u64) -> Vec<Effect> {
        self.seq += 1;
        let (room, at, seq) = (RoomName::lobby(), self.at, Seq::new(self.seq));
        self.event(Event::Accepted(Accepted {
            n: Some(n),
            device: None,
            room,
            seq,
            at,
            repeat: false,
        }))
    }

    pub(crate) fn lose(&mut self) {
        self.link_event(LinkEvent::Lost(LinkError::Closed));
    }

    pub(crate) fn refuse_name(&mut self) {
        let refusal = Refusal {
            suggestion: Some(name("bob_2")),
            ..Refusal::new(RefusalCode::NameTaken, "the name bob is taken")
        };
        self.link_event(LinkEvent::Refused(Box::new(refusal)));
    }

    /// Types a text; `\n` is Enter.
    pub(crate) fn type_text(&mut self, text: &str) -> Vec<Effect> {
        let codes = text.chars().map(|c| match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            c => KeyCode::Char(c),
        });
        codes.flat_map(|code| self.press(code)).collect()
    }

    pub(crate) fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.input(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    pub(crate) fn control(&mut self, c: char) -> Vec<Effect> {
        self.input(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)))
    }

    pub(crate) fn control_home(&mut self) -> Vec<Effect> {
        self.input(Input::Key(KeyEvent::new(KeyCode::Home, KeyModifiers::CONTROL)))
    }

    pub(crate) fn alt(&mut self, code: KeyCode) -> Vec<Effect> {
        self.input(Input::Key(KeyEvent::new(code, KeyModifiers::ALT)))
    }

    /// Turns the wheel over the log.
    pub(crate) fn wheel(&mut self, wheel: Wheel) -> Vec<Effect> {
        let area = self.state.panes().log;
        self.input(Input::Wheel(wheel, area.as_position()))
    }

    /// Clicks on the first cell of a text on the screen.
    #[track_caller]
    pub(crate) fn click(&mut self, text: &str) -> Vec<Effect> {
        let screen = self.screen();
        let found = (0..).zip(screen.lines()).find_map(|(y, row)| {
            let column = columns(&row[..row.find(text)?]);
            Some(Position::new(column.try_into().unwrap(), y))
        });
        let position = found.unwrap_or_else(|| panic!("no {text:?} on\n{screen}"));
        self.input(Input::Click(position))
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.input(Input::Resize(Size { width, height }));
    }

    /// The rows of the screen.
    pub(crate) fn screen(&self) -> String {
        let Size { width, height } = self.state.size;
        let mut screen = Screen::new(width, height);
        let draw = |canvas: &mut Canvas| view::draw(&self.state, canvas);
        let Ok(()) = Painter::default().draw(&mut screen, false, draw);
        screen.text()
    }
}

/// The numbers and texts of the messages that are sent.
pub(crate) fn says(effects: &[Effect]) -> Vec<(u64, &str)> {
    let says = effects.iter().filter_map(|effect| match effect {
        Effect::Client(ClientEffect::Link(LinkRequest::Send {
            command: Command::Say(say),
            ..
        })) => Some(say),
        _ => None,
    });
    says.map(|say| (say.n.unwrap(), say.body.as_str())).collect()
}

/// The commands that are sent, without `say` and `ping`.
pub(crate) fn sent(effects: &[Effect]) -> Vec<Command> {
    let commands = effects.iter().filter_map(|effect| match effect {
        Effect::Client(ClientEffect::Link(LinkRequest::Send { command, .. })) => Some(command),
        _ => None,
    });
    commands.filter(|c| !matches!(c, Command::Say(_) | Command::Ping { .. })).cloned().collect()
}

/// The operations of the store.
pub(crate) fn store_ops(effects: &[Effect]) -> Vec<&StoreOp> {
    let ops = effects.iter().filter_map(|effect| match effect {
        Effect::Client(ClientEffect::Store(op)) => Some(op),
        _ => None,
    });
    ops.collect()
}
