//! What the client knows.

mod entry;
mod log;
mod rooms;
mod unaddressed;
mod users;

use chat_client::outbox::Outbox;
use chat_client::store::{Drafts, Profile};
use chat_proto::command::Word;
use chat_proto::{RefusalCode, RoomName, User, UserName};
use jiff::tz::TimeZone;
use ratatui::layout::Size;

pub use self::entry::{Above, Body, Delivery, Entry, How, Part, Tone};
pub use self::log::{Log, NOTES_MAX, Place, SCROLLBACK_BYTES_MAX, SCROLLBACK_MAX};
pub use self::rooms::{Counted, ROOMS_MAX, Room, Rooms, WithServer};
pub use self::unaddressed::{QUESTIONS_MAX, Question, Unaddressed};
pub use self::users::Users;
use crate::layout::{Panes, Wants, panes};
use crate::prompt::{Editor, PROMPT_BYTES_MAX, Prompt, Rows};

/// Narrowest screen that has a label before the input, in columns.
const LABEL_WIDTH_MIN: u16 = 10;

/// All that the screen shows, and what the next input meets.
#[derive(Debug)]
pub struct State {
    /// How large the screen is.
    pub size: Size,
    /// The server's address, for the eye.
    pub server: String,
    /// The user's name: the wanted one, and once connected the one others see.
    pub name: UserName,
    /// The user's number, 0 before the first welcome.
    pub me: u64,
    /// The device of this run.
    pub device: Word,
    /// The journal under which all is stored; `None` while it is stored under the server's address.
    pub journal: Option<Word>,
    /// The epoch of that journal, once a session has told it.
    pub epoch: Option<Word>,
    /// The journal that a server has told before it let us in.
    pub called: Option<Word>,
    /// Whether there is a session.
    pub connection: Connection,
    /// Why there is none, for the eye.
    pub trouble: Option<String>,
    /// The rooms the user is in.
    pub rooms: Rooms,
    /// The user's own messages that have no answer.
    pub outbox: Outbox,
    /// What version 0.1.0 stored under the names of users, until it is known what becomes of it.
    pub unaddressed: Unaddressed,
    /// The names that the server was asked for.
    pub questions: Vec<Question>,
    /// Who was here in the last session.
    pub acquaintances: Vec<User>,
    /// The input box.
    pub prompt: Prompt,
    /// Set where the input box asks for a name: what was typed before.
    pub draft: Option<Editor>,
    /// Set where the help is open: the first row it shows.
    pub help: Option<u16>,
    /// What is kept of what is typed.
    pub kept: Drafts,
    /// Whether a tick was asked for to tell how far the user has read, and has not come.
    pub ticking: bool,
    /// Whether a tick was asked for to keep what is typed, and has not come.
    pub keeping: bool,
    /// What need not be told twice.
    pub told: Told,
}

/// What need not be told twice.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// That the server says things this version does not know; in this session.
    pub unreadable: bool,
    /// That messages cannot be stored on this machine.
    pub not_kept: bool,
    /// All rooms the user is in; in this session.
    pub rooms: bool,
    /// A room that is shorter than it was; in this session, which is about to end.
    pub shorter_room: bool,
    /// Why the server does not let the client in, as it stands in the log; until there is a session.
    pub not_let_in: Option<String>,
}

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// The server is being called.
    Connecting,
    /// It will be called again in so many seconds.
    Waiting {
        /// Seconds left.
        seconds: u64,
    },
    /// There is a session, of that number.
    Connected {
        /// The link's number of it.
        session: u64,
    },
    /// The server did not let us in; nothing happens until the user does something.
    Refused {
        /// Why, in a word.
        code: RefusalCode,
    },
}

impl State {
    /// What a client knows as it starts: what is stored of `profile`, and no room but the lobby.
    #[must_use]
    pub fn new(server: String, profile: Profile, zone: TimeZone, size: Size) -> Self {
        let mut state = Self {
            size,
            server,
            name: profile.name.clone(),
            me: 0,
            device: profile.device.clone(),
            journal: None,
            epoch: None,
            called: None,
            connection: Connection::Connecting,
            trouble: None,
            rooms: Rooms::new(zone),
            outbox: Outbox::new(profile.device.clone(), Vec::new()),
            unaddressed: Unaddressed::default(),
            questions: Vec::new(),
            acquaintances: Vec::new(),
            prompt: Prompt::default(),
            draft: None,
            help: None,
            kept: Drafts::default(),
            ticking: false,
            keeping: false,
            told: Told::default(),
        };
        state.take_up(profile);
        state
    }

    /// Goes on with what is stored of `profile`: puts drafts back where nothing is typed, and shows the
    /// room that was open.
    pub fn take_up(&mut self, profile: Profile) {
        let mut drafts = profile.drafts;
        self.kept = drafts.clone();
        let messages = self.unaddressed.take(profile.unsettled, &mut drafts);
        self.outbox.replace(messages);
        self.journal = profile.journal;
        self.name = profile.name;
        let unaddressed = self.unaddressed.shown.take();
        self.put_back(&drafts);
        self.unaddressed.shown = unaddressed;
    }

    /// Forgets all rooms but the lobby, and what was said there. What is typed stays, each text with
    /// its room.
    pub fn forget_rooms(&mut self) {
        let drafts = self.typed();
        self.rooms = Rooms::new(self.room().log.zone().clone());
        *self.draft.as_mut().unwrap_or(&mut self.prompt.editor) = Editor::default();
        self.prompt.end_completion();
        self.put_back(&drafts);
    }

    /// Forgets all that belongs to a server: its rooms, messages and drafts. They are stored for it.
    pub fn forget_server(&mut self) {
        self.rooms = Rooms::new(self.room().log.zone().clone());
        *self.draft.as_mut().unwrap_or(&mut self.prompt.editor) = Editor::default();
        self.prompt.end_completion();
        self.outbox.replace(Vec::new());
        self.unaddressed = Unaddressed::default();
        self.acquaintances.clear();
        (self.me, self.epoch) = (0, None);
    }

    fn put_back(&mut self, drafts: &Drafts) {
        let Drafts { shown, texts, titles } = drafts;
        let texts = texts.iter().filter(|(_, text)| text.len() <= PROMPT_BYTES_MAX);
        for (name, text) in texts {
            let is_shown = self.room().name == *name;
            let Some(room) = self.rooms.get_or_make(name) else {
                continue;
            };
            let box_ = match (is_shown, &mut self.draft) {
                (true, Some(draft)) => draft,
                (true, None) => &mut self.prompt.editor,
                (false, _) => &mut room.editor,
            };
            if box_.is_empty() {
                *box_ = Editor::new(text);
            }
        }
        for (name, title) in titles {
            if self.rooms.get_or_make(name).is_some() {
                self.rooms.entitle(name, title);
            }
        }
        if self.rooms.get_or_make(shown).is_some()
            && let Some(index) = self.rooms.index(shown)
        {
            self.show(index);
        }
    }

    /// What is typed and not sent in each room, and the room on the screen.
    fn typed(&self) -> Drafts {
        let shown = self.room().name.clone();
        let box_ = self.draft.as_ref().unwrap_or(&self.prompt.editor);
        let others = self.rooms.list().iter().filter(|room| room.name != shown);
        let boxes = others.map(|room| (&room.name, &room.editor)).chain([(&shown, box_)]);
        let typed = boxes.filter(|(_, editor)| !editor.is_empty());
        let texts = typed.map(|(name, editor)| (name.clone(), editor.text())).collect();
        let mut drafts = Drafts { shown, texts, ..Drafts::default() };
        drafts.titles = self.titles(&drafts);
        drafts
    }

    /// What is typed and not sent, with what waits for an address, and the room on the screen.
    #[must_use]
    pub fn drafts(&self) -> Drafts {
        let mut drafts = self.typed();
        // Whoever is killed before the server has answered has lost nothing.
        if let Some(question) = self.questions.first() {
            drafts.texts.entry(drafts.shown.clone()).or_insert_with(|| question.typed.clone());
        }
        drafts.texts.extend(self.unaddressed.texts.clone());
        if let Some(shown) = &self.unaddressed.shown {
            drafts.shown = shown.clone();
        }
        drafts
    }

    /// What stands before the input, one column a character: whether it is a name that is asked for.
    #[must_use]
    pub const fn prompt_label(&self) -> &'static str {
        match (self.draft.is_some(), self.size.width) {
            (_, 0..LABEL_WIDTH_MIN) => "",
            (true, _) => "name> ",
            (false, _) => "> ",
        }
    }

    /// The input box as rows, as wide as the screen has room for.
    #[must_use]
    pub fn prompt_rows(&self) -> Rows {
        let width = usize::from(self.size.width).saturating_sub(self.prompt_label().len());
        Rows::new(&self.prompt.editor, width)
    }

    /// Where things are on the screen now.
    #[must_use]
    pub fn panes(&self) -> Panes {
        let rows = u16::try_from(self.prompt_rows().rows.len()).unwrap_or(u16::MAX);
        let topic = !self.rooms.shown().topic.as_str().is_empty();
        let wants = Wants {
            prompt_rows: rows,
            rooms: self.rooms.list().len() > 1,
            users: !self.rooms.shown().is_private(),
            topic,
        };
        panes(self.size, wants)
    }

    /// The room on the screen.
    #[must_use]
    pub fn room(&self) -> &Room {
        self.rooms.shown()
    }

    /// The room on the screen.
    pub fn room_mut(&mut self) -> &mut Room {
        self.rooms.shown_mut()
    }

    /// The number of the session, where there is one.
    #[must_use]
    pub const fn session(&self) -> Option<u64> {
        match self.connection {
            Connection::Connected { session } => Some(session),
            _ => None,
        }
    }

    /// Goes to another room. What is typed stays with the room it was typed for.
    pub fn show(&mut self, index: usize) {
        self.prompt.put_back();
        self.unaddressed.shown = None;
        let typed = self.draft.as_mut().unwrap_or(&mut self.prompt.editor);
        self.rooms.show(index, typed);
        self.prompt.end_completion();
    }

    /// Lets a room go. What is typed there comes back with Up.
    pub fn close(&mut self, name: &RoomName) {
        self.prompt.put_back();
        if let Some(text) = self.typed().texts.get(name).filter(|_| *name != RoomName::lobby()) {
            self.prompt.remember(text.clone());
        }
        let typed = self.draft.as_mut().unwrap_or(&mut self.prompt.editor);
        self.rooms.close(name, typed);
        self.prompt.end_completion();
    }
}
