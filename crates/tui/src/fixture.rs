//! A state on a bench, for the tests of what it does and how it looks.

use chat_client::link::{LinkEvent, LinkRequest, Lost};
use chat_client::store::{Drafts, Profile, StoreOp};
pub(crate) use chat_client::testing::{
    DEADLINE, direct_event, expect_older, journal, left, message, message_in, name, own, profile,
    room, room_event, room_state, user, welcome, within,
};
use chat_client::update::STORE_DRAFTS_AFTER;
use chat_proto::event::{Accepted, Welcome};
use chat_proto::{Command, Event, Refusal, RefusalCode, RoomName, Timestamp, User};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::layout::Size;

use crate::input::Input;
use crate::state::State;
use crate::testing::Screen;
use crate::update::{ClientEffect, ClientInput, Effect, update};
use crate::view;

/// A state, and what time it is.
pub(crate) struct Bench {
    pub(crate) state: State,
    pub(crate) at: Timestamp,
    /// The last message of the lobby.
    pub(crate) seq: u64,
    /// What the store answers; `None` while it does not.
    pub(crate) disk: Option<Result<(), String>>,
}

impl Bench {
    /// A client called bob that calls its server, on Sunday at two.
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self::with_drafts(width, height, Drafts::default())
    }

    /// The same, which has kept these of an earlier run.
    pub(crate) fn with_drafts(width: u16, height: u16, drafts: Drafts) -> Self {
        Self::with_profile(width, height, Profile { drafts, ..profile("bob") })
    }

    /// The same, of which this is stored.
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
        let mut bench = Self { state, at, seq: 0, disk: Some(Ok(())) };
        bench.takes(Input::Start { notices: Vec::new() });
        bench
    }

    /// The same, in a session with ana and carl in the room.
    pub(crate) fn connected(width: u16, height: u16) -> Self {
        let mut bench = Self::new(width, height);
        bench.connects(1);
        bench
    }

    /// A session begins.
    pub(crate) fn connects(&mut self, session: u64) -> Vec<Effect> {
        self.connects_to(session, welcome(7, "bob"))
    }

    /// The same, with this welcome.
    pub(crate) fn connects_to(&mut self, session: u64, welcome: Welcome) -> Vec<Effect> {
        let mut effects = self.tells(LinkEvent::Welcome { session, welcome });
        let seq = self.seq;
        effects.extend(self.hears(room_event("#lobby", seq, seq)));
        effects
    }

    /// The same, and then the user reads in a room of its own with ana.
    pub(crate) fn in_rust(&mut self) {
        self.types("/join #rust\n");
        self.hears(room_event("#rust", 0, 0));
    }

    /// What follows, but for keeping what is typed, which has tests of its own.
    pub(crate) fn takes(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = self.takes_all(input);
        effects.retain(|effect| {
            *effect != Effect::Client(ClientEffect::Tick(STORE_DRAFTS_AFTER))
                && !matches!(effect, Effect::Client(ClientEffect::Store(StoreOp::Drafts(_))))
        });
        effects
    }

    pub(crate) fn takes_all(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = update(&mut self.state, input, self.at);
        effects.extend(update(&mut self.state, Input::Frame, self.at));
        let keeps = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Client(ClientEffect::Store(_))))
            .count();
        if self.disk.is_some() {
            for _ in 0..keeps {
                effects.extend(self.stores());
            }
        }
        effects
    }

    /// The store answers.
    pub(crate) fn stores(&mut self) -> Vec<Effect> {
        let answer = self.disk.clone().unwrap_or(Ok(()));
        update(&mut self.state, Input::Client(ClientInput::Stored(answer)), self.at)
    }

    pub(crate) fn tells(&mut self, news: LinkEvent) -> Vec<Effect> {
        self.takes(Input::Client(ClientInput::Link(news)))
    }

    pub(crate) fn hears(&mut self, event: Event) -> Vec<Effect> {
        self.tells(LinkEvent::Event(event))
    }

    pub(crate) fn said(&mut self, id: u64, from: &str, text: &str) -> Vec<Effect> {
        self.seq += 1;
        self.says_in("#lobby", self.seq, user(id, from), text)
    }

    pub(crate) fn says_in(&mut self, room: &str, seq: u64, from: User, text: &str) -> Vec<Effect> {
        self.hears(Event::Message(message_in(room, seq, from, text, self.at)))
    }

    pub(crate) fn accepts(&mut self, n: u64) -> Vec<Effect> {
        self.seq += 1;
        let (room, at, seq) = (RoomName::lobby(), self.at, self.seq);
        self.hears(Event::Accepted(Accepted {
            n: Some(n),
            device: None,
            room,
            seq,
            at,
            repeat: false,
        }))
    }

    pub(crate) fn loses(&mut self) {
        self.tells(LinkEvent::Lost(Lost::Closed));
    }

    pub(crate) fn refuses_name(&mut self) {
        let refusal = Refusal {
            suggestion: Some(name("bob_2")),
            ..Refusal::new(RefusalCode::NameTaken, "the name bob is taken")
        };
        self.tells(LinkEvent::Refused(Box::new(refusal)));
    }

    /// Types a text; `\n` is Enter.
    pub(crate) fn types(&mut self, text: &str) -> Vec<Effect> {
        let codes = text.chars().map(|c| match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            c => KeyCode::Char(c),
        });
        codes.flat_map(|code| self.presses(code)).collect()
    }

    pub(crate) fn presses(&mut self, code: KeyCode) -> Vec<Effect> {
        self.takes(Input::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    pub(crate) fn control(&mut self, c: char) -> Vec<Effect> {
        self.takes(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)))
    }

    pub(crate) fn control_home(&mut self) -> Vec<Effect> {
        self.takes(Input::Key(KeyEvent::new(KeyCode::Home, KeyModifiers::CONTROL)))
    }

    pub(crate) fn alt(&mut self, code: KeyCode) -> Vec<Effect> {
        self.takes(Input::Key(KeyEvent::new(code, KeyModifiers::ALT)))
    }

    pub(crate) fn resizes(&mut self, width: u16, height: u16) {
        self.takes(Input::Resize(Size { width, height }));
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        let Size { width, height } = self.state.size;
        let screen = Screen::new(width, height);
        let Ok(mut terminal) = Terminal::new(screen.clone());
        let Ok(_) = terminal.draw(|frame| view::draw(&self.state, frame));
        screen.text()
    }
}

/// The numbers and texts of what is sent.
pub(crate) fn says(effects: &[Effect]) -> Vec<(u64, &str)> {
    let says = effects.iter().filter_map(|effect| match effect {
        Effect::Client(ClientEffect::Link(LinkRequest::Send {
            command: Command::Say(say),
            ..
        })) => Some(say),
        _ => None,
    });
    says.map(|say| (say.n.unwrap(), say.text.as_str())).collect()
}

/// The commands that are sent, `say` and `ping` left out.
pub(crate) fn sent(effects: &[Effect]) -> Vec<Command> {
    let commands = effects.iter().filter_map(|effect| match effect {
        Effect::Client(ClientEffect::Link(LinkRequest::Send { command, .. })) => Some(command),
        _ => None,
    });
    commands.filter(|c| !matches!(c, Command::Say(_) | Command::Ping { .. })).cloned().collect()
}

/// What is kept.
pub(crate) fn kept(effects: &[Effect]) -> Vec<&StoreOp> {
    let kept = effects.iter().filter_map(|effect| match effect {
        Effect::Client(ClientEffect::Store(keep)) => Some(keep),
        _ => None,
    });
    kept.collect()
}
