//! A state on a bench, for the tests of what it does and how it looks.

use std::fmt::Display;
use std::time::Duration;

use chat_proto::command::{Kind, Word};
use chat_proto::event::{
    Accepted, JournalId, Limits, Message, MessageKind, RoomState, Server, Welcome,
};
use chat_proto::{
    Command, Event, Features, Refusal, RefusalCode, RoomName, Secret, Text, Timestamp, Topic, User,
    UserName,
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::layout::Size;
use tokio::time::timeout;

use crate::input::Input;
use crate::link::{Lost, News, Order};
use crate::palette::Palette;
use crate::state::State;
use crate::store::{Drafts, Keep, MessageId, OwnMessage, Profile};
use crate::testing::Screen;
use crate::update::drafts::KEEP_AFTER;
use crate::update::{Effect, update};
use crate::view;

/// Longest that anything is waited for, on the paused clock of a test: much longer than a link waits
/// before it gives up a server, and over at once where nothing else can happen.
pub(crate) const DEADLINE: Duration = Duration::from_secs(600);

/// What is stored of somebody for the server of [`welcome`].
pub(crate) fn profile(written: &str) -> Profile {
    Profile {
        name: name(written),
        token: None,
        known: Vec::new(),
        journal: Some(journal("journal", "epoch").id),
        seed: None,
        device: Word::new("here").unwrap(),
        unsettled: Vec::new(),
        drafts: Drafts::default(),
    }
}

/// Waits until it is done, and says `what` was not where it never is.
pub(crate) async fn within<T>(what: impl Display, doing: impl Future<Output = T>) -> T {
    timeout(DEADLINE, doing).await.unwrap_or_else(|_| panic!("not within {DEADLINE:?}: {what}"))
}

/// A state, and what time it is.
pub(crate) struct Bench {
    pub(crate) state: State,
    pub(crate) at: Timestamp,
    /// The last message of the lobby.
    pub(crate) seq: u64,
    /// What the store answers; `None` while it does not.
    pub(crate) disk: Option<Result<(), String>>,
}

pub(crate) fn name(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

pub(crate) fn user(id: u64, written: &str) -> User {
    User { id, name: name(written) }
}

pub(crate) fn message(from: User, text: &str, at: Timestamp) -> Event {
    Event::Message(message_in("#lobby", 1, from, text, at))
}

pub(crate) fn message_in(room: &str, seq: u64, from: User, text: &str, at: Timestamp) -> Message {
    Message {
        room: self::room(room),
        seq,
        from,
        at,
        kind: MessageKind::Text,
        text: Text::new(text).unwrap(),
        damaged: false,
        device: None,
        n: None,
    }
}

pub(crate) fn room(name: &str) -> RoomName {
    RoomName::new(name).unwrap()
}

/// A room in which ana and carl are, and bob.
pub(crate) fn room_event(name: &str, last_seq: u64, read: u64) -> Event {
    Event::Room(room_state(name, last_seq, read))
}

/// The same, to change.
pub(crate) fn room_state(name: &str, last_seq: u64, read: u64) -> RoomState {
    let users = vec![user(3, "ana"), user(5, "carl"), user(7, "bob")];
    RoomState {
        room: room(name),
        title: None,
        topic: Topic::default(),
        count: 3,
        users,
        last_seq,
        read,
        unread: None,
        mentions: None,
        more: false,
    }
}

/// The journal of a server.
pub(crate) fn journal(id: &str, epoch: &str) -> JournalId {
    JournalId { id: Word::new(id).unwrap(), epoch: Word::new(epoch).unwrap() }
}

/// A direct message of the user 7, bob, with that one.
pub(crate) fn direct_event(with: &User, last_seq: u64, read: u64) -> Event {
    Event::Room(RoomState {
        room: RoomName::direct(7, with.id),
        title: Some(with.name.clone()),
        count: 2,
        users: vec![with.clone(), user(7, "bob")],
        ..room_state("#lobby", last_seq, read)
    })
}

/// A message of the user's own that an earlier run has left.
pub(crate) fn left(n: u64, room: &str, text: &str) -> OwnMessage {
    let id = MessageId { device: Word::new("before").unwrap(), n };
    OwnMessage { id, room: self::room(room), kind: Kind::Text, text: Text::new(text).unwrap() }
}

/// A message of this run.
pub(crate) fn own(n: u64) -> MessageId {
    MessageId { device: Word::new("here").unwrap(), n }
}

pub(crate) fn welcome(id: u64, written: &str) -> Welcome {
    Welcome {
        version: 1,
        id,
        name: name(written),
        token: Some(Secret::new("secret")),
        last: 0,
        journal: Some(journal("journal", "epoch")),
        server: Server { name: "chat-server".into(), version: "0.1.0".into() },
        features: Features::all(),
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
        Self::with_drafts(width, height, Drafts::default())
    }

    /// The same, which has kept these of an earlier run.
    pub(crate) fn with_drafts(width: u16, height: u16, drafts: Drafts) -> Self {
        Self::with_profile(width, height, Profile { drafts, ..profile("bob") })
    }

    /// The same, of which this is stored.
    pub(crate) fn with_profile(width: u16, height: u16, profile: Profile) -> Self {
        let size = Size { width, height };
        let state = State::new("127.0.0.1:12345".into(), profile, TimeZone::UTC, size);
        let at = "2026-11-22T14:02:00Z".parse::<jiff::Timestamp>().unwrap().into();
        let mut bench = Self { state, at, seq: 0, disk: Some(Ok(())) };
        bench.takes(Input::Start { notice: None });
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
        let mut effects = self.tells(News::Welcome { session, welcome });
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
            *effect != Effect::Tick(KEEP_AFTER) && !matches!(effect, Effect::Keep(Keep::Drafts(_)))
        });
        effects
    }

    pub(crate) fn takes_all(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = update(&mut self.state, input, self.at);
        effects.extend(update(&mut self.state, Input::Frame, self.at));
        let keeps = effects.iter().filter(|effect| matches!(effect, Effect::Keep(_))).count();
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
        update(&mut self.state, Input::Stored(answer), self.at)
    }

    pub(crate) fn tells(&mut self, news: News) -> Vec<Effect> {
        self.takes(Input::News(news))
    }

    pub(crate) fn hears(&mut self, event: Event) -> Vec<Effect> {
        self.tells(News::Event(event))
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
        self.tells(News::Lost(Lost::Closed));
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
        let Ok(_) = terminal.draw(|frame| view::draw(&self.state, Palette::new(true), frame));
        screen.text()
    }
}

/// The numbers and texts of what is sent.
pub(crate) fn says(effects: &[Effect]) -> Vec<(u64, &str)> {
    let says = effects.iter().filter_map(|effect| match effect {
        Effect::Order(Order::Send { command: Command::Say(say), .. }) => Some(say),
        _ => None,
    });
    says.map(|say| (say.n.unwrap(), say.text.as_str())).collect()
}

/// The commands that are sent, `say` and `ping` left out.
pub(crate) fn sent(effects: &[Effect]) -> Vec<Command> {
    let commands = effects.iter().filter_map(|effect| match effect {
        Effect::Order(Order::Send { command, .. }) => Some(command),
        _ => None,
    });
    commands.filter(|c| !matches!(c, Command::Say(_) | Command::Ping { .. })).cloned().collect()
}

/// What is kept.
pub(crate) fn kept(effects: &[Effect]) -> Vec<&Keep> {
    let kept = effects.iter().filter_map(|effect| match effect {
        Effect::Keep(keep) => Some(keep),
        _ => None,
    });
    kept.collect()
}
