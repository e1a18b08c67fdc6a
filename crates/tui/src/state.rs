//! What the client knows.

mod entry;
mod log;
mod outbox;
mod users;

use chat_proto::{RoomName, UserName};
use jiff::tz::TimeZone;
use ratatui::layout::Size;

pub use self::entry::{Body, Delivery, Entry, How, Part, Tone};
pub use self::log::{EntryId, Log, SCROLLBACK_MAX};
pub use self::outbox::{OUTBOX_MAX, Outbox, Unsettled};
pub use self::users::Users;
use crate::layout::{Panes, panes};
use crate::prompt::{Editor, Prompt, Rows};

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
    /// Whether there is a session.
    pub connection: Connection,
    /// The room on the screen.
    pub room: RoomName,
    /// Who is in it.
    pub users: Users,
    /// What was said in it.
    pub log: Log,
    /// What the user said that nobody has settled yet.
    pub outbox: Outbox,
    /// The input box.
    pub prompt: Prompt,
    /// Set where the input box asks for a name: what was typed before.
    pub draft: Option<Editor>,
    /// Set where the help is open: the first row it shows.
    pub help: Option<u16>,
    /// Whether a trouble with the line, or with reading it, was already told since the last welcome.
    pub told: Told,
}

/// What need not be told twice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told {
    /// That there is no session.
    pub lost: bool,
    /// That the server says things this version does not know.
    pub unreadable: bool,
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
    Refused,
}

impl State {
    /// What a client knows as it starts: nothing, and its name.
    #[must_use]
    pub fn new(server: String, name: UserName, zone: TimeZone, size: Size) -> Self {
        Self {
            size,
            server,
            name,
            connection: Connection::Connecting,
            room: RoomName::lobby(),
            users: Users::default(),
            log: Log::new(zone),
            outbox: Outbox::default(),
            prompt: Prompt::default(),
            draft: None,
            help: None,
            told: Told::default(),
        }
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
        panes(self.size, rows)
    }
}
