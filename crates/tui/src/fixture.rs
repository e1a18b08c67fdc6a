//! A state on a bench, for the tests of what it does and how it looks.

use chat_proto::command::Kind;
use chat_proto::event::{Accepted, Limits, Message, Server, Welcome};
use chat_proto::{At, Event, Refusal, RefusalCode, RoomName, Text, Topic, User, UserName};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::layout::Size;

use crate::input::Input;
use crate::link::{Lost, News, Order};
use crate::palette::Palette;
use crate::state::State;
use crate::testing::Screen;
use crate::update::{Effect, update};
use crate::view;

/// A state, and what time it is.
pub(crate) struct Bench {
    pub(crate) state: State,
    pub(crate) at: At,
}

pub(crate) fn name(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

pub(crate) fn user(id: u64, written: &str) -> User {
    User { id, name: name(written) }
}

pub(crate) fn message(from: User, text: &str, at: At) -> Event {
    Event::Message(Message {
        room: RoomName::lobby(),
        seq: 1,
        from,
        at,
        kind: Kind::Text,
        text: Text::new(text).unwrap(),
        device: None,
        n: None,
    })
}

pub(crate) fn welcome(id: u64, written: &str) -> Welcome {
    Welcome {
        version: 1,
        id,
        name: name(written),
        token: None,
        last: 0,
        server: Server { name: "chat-server".into(), version: "0.1.0".into() },
        limits: Limits {
            line_bytes: 65_536,
            text_bytes: 16_384,
            name_chars: 32,
            topic_bytes: 512,
            users_listed: 500,
            presence_users: 500,
            rooms: 100,
            history_messages: 200,
            idle_timeout_ms: 60_000,
        },
    }
}

impl Bench {
    /// A client called bob that calls its server, on Sunday at two.
    pub(crate) fn new(width: u16, height: u16) -> Self {
        let size = Size { width, height };
        let state = State::new("127.0.0.1:12345".into(), name("bob"), TimeZone::UTC, size);
        Self { state, at: "2026-11-22T14:02:00Z".parse::<jiff::Timestamp>().unwrap().into() }
    }

    /// The same, in a session with ana and carl in the room.
    pub(crate) fn connected(width: u16, height: u16) -> Self {
        let mut bench = Self::new(width, height);
        bench.connects(1);
        bench
    }

    pub(crate) fn connects(&mut self, session: u64) -> Vec<Effect> {
        let effects = self.tells(News::Welcome { session, welcome: welcome(7, "bob") });
        let users = vec![user(3, "ana"), user(5, "carl"), user(7, "bob")];
        let room = RoomName::lobby();
        self.hears(Event::Room {
            room,
            topic: Topic::default(),
            count: 3,
            users,
            last_seq: 0,
            read: 0,
        });
        effects
    }

    pub(crate) fn takes(&mut self, input: Input) -> Vec<Effect> {
        update(&mut self.state, input, self.at)
    }

    pub(crate) fn tells(&mut self, news: News) -> Vec<Effect> {
        self.takes(Input::News(news))
    }

    pub(crate) fn hears(&mut self, event: Event) -> Vec<Effect> {
        self.tells(News::Event(event))
    }

    pub(crate) fn said(&mut self, id: u64, from: &str, text: &str) -> Vec<Effect> {
        self.hears(message(user(id, from), text, self.at))
    }

    pub(crate) fn accepts(&mut self, n: u64) {
        let (room, at) = (RoomName::lobby(), self.at);
        self.hears(Event::Accepted(Accepted::Kept { n: Some(n), room, seq: n, at }));
    }

    pub(crate) fn loses(&mut self, written: u64) {
        self.tells(News::Lost { why: Lost::Closed, written });
    }

    pub(crate) fn refuses_name(&mut self) {
        let refusal = Refusal {
            suggestion: Some(name("bob_2")),
            ..Refusal::new(RefusalCode::NameTaken, "the name bob is taken")
        };
        self.tells(News::Refused(Box::new(refusal)));
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

    pub(crate) fn resizes(&mut self, width: u16, height: u16) {
        self.takes(Input::Resize(Size { width, height }));
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        let Size { width, height } = self.state.size;
        let screen = Screen::new(width, height);
        let Ok(mut terminal) = Terminal::new(screen.clone());
        let Ok(_) = terminal.draw(|frame| view::draw(&self.state, Palette::new(true), frame));
        screen.text()
    }
}

/// The numbers and texts of what is sent.
pub(crate) fn says(effects: &[Effect]) -> Vec<(u64, &str)> {
    let says = effects.iter().filter_map(|effect| match effect {
        Effect::Order(Order::Send { command: chat_proto::Command::Say(say), .. }) => Some(say),
        _ => None,
    });
    says.map(|say| (say.n.unwrap(), say.text.as_str())).collect()
}
