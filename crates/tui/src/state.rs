//! The state of the screen: that of the client, and what the screen alone has.

mod attention;
mod below;
mod compose;
mod export;
mod find;
mod hit;
mod input_box;
mod jump;
mod look;
mod page;
mod pending_order;
mod popup;
mod question;
mod redraw;
mod room_list;
mod rooms;
mod sanction_lookup;
mod selection;
mod skipped;
mod thread;
mod user_list;

use std::path::PathBuf;

use chat_client::store::Profile;
use chat_client::{Hindrance, ServerAddress};
use chat_proto::{RoomName, Secret, Seq, ShortString, Timestamp};
use jiff::tz::TimeZone;
use ratatui::layout::{Rect, Size};

pub use self::attention::Attention;
pub(crate) use self::compose::{Compose, thread_of};
pub use self::export::ExportStep;
pub(crate) use self::export::{Export, Stage};
pub(crate) use self::find::{Find, FindRows};
pub use self::hit::{Pane, Target, hit, pane};
pub(crate) use self::input_box::InputBox;
pub(crate) use self::jump::{Arrival, GoTo, Origin};
pub use self::look::Look;
pub use self::page::{Page, Subject as PageSubject};
pub(crate) use self::pending_order::PendingOrder;
pub use self::popup::{Picker, Popup};
pub use self::question::Question;
pub use self::redraw::Redraw;
pub(crate) use self::room_list::{HiddenRooms, RoomList, RoomRow};
use self::rooms::RoomView;
pub use self::sanction_lookup::{SanctionLookup, Whom};
pub use self::selection::Selection;
pub(crate) use self::selection::{applies, links, other_author, text};
pub(crate) use self::skipped::{Author, Direction, RULE_BEFORE};
pub(crate) use self::thread::ClosedThread;
pub use self::thread::LogPane;
pub(crate) use self::thread::ThreadPane;
pub(crate) use self::user_list::UserRow;
use crate::action::Action;
use crate::chord::Chord;
use crate::layout::{self, LayoutOptions, Panes, bare, panes};
use crate::prompt::{Editor, Prompt};
use crate::rows::LogRows;
use crate::viewport::{ScrollPosition, Viewport};

/// All that the screen shows, and all that an input depends on.
#[derive(Debug)]
pub struct State {
    /// The state of the client.
    pub client: chat_client::State,
    /// The size of the screen.
    pub size: Size,
    /// The time zone of times and dates.
    pub zone: TimeZone,
    /// The time of the last input.
    pub now: Timestamp,
    /// The settings and the theme.
    pub look: Look,
    /// The input box.
    pub prompt: Prompt,
    /// The draft of the room on the screen, while the input box asks for a name.
    pub draft_while_asking: Option<Editor>,
    /// Set while a list with an input line of its own is open.
    pub picker: Option<Picker>,
    /// Set while a page of help is open.
    pub page: Option<Page>,
    /// Where the settings are saved; `None` if nowhere.
    pub settings_file: Option<PathBuf>,
    /// Whether the screen says what a newcomer can do: at a first start, until the user sends something.
    pub is_first: bool,
    /// Whether the first screen may ask for another server: at a first start, until there is a session.
    pub may_ask_server: bool,
    /// The server that Esc goes back to, until there is a session.
    pub back: Option<Back>,
    /// Whether the server is the demo.
    pub is_demo: bool,
    /// The first of two keys, if it was pressed last.
    pub first_key: Option<Chord>,
    /// Whether the input box has a text that the client does not know yet: a key is shown first.
    pub is_draft_due: bool,
    /// Set if a key was pressed that quits if it is pressed again.
    pub quitting: Option<QuitQuestion>,
    /// Where the steps to unread rooms began, and the room that the last one led to.
    pub unread_from: Option<(RoomName, RoomName)>,
    /// Whether the user list is open; `None` if the size of the screen decides.
    pub users: Option<bool>,
    /// Whether the messages are alone on the screen, so that the terminal can select them.
    pub is_bare: bool,
    /// The selected message of the room on the screen: keys act on it.
    pub selection: Option<Selection>,
    /// What Enter does with the text, if it does not simply send it.
    pub(crate) compose: Option<Compose>,
    /// The epoch of the journal when that was begun.
    compose_epoch: Option<ShortString>,
    /// The thread that is on the screen.
    pub(crate) thread: Option<ThreadPane>,
    /// The one that was closed last, until the client has its draft.
    pub(crate) closed_thread: Option<ClosedThread>,
    /// The room that the user has asked to leave, and the text for the status line once it is left.
    pub(crate) leaving: Option<(RoomName, String)>,
    /// Set while a message is gone to that may not be loaded.
    pub(crate) goto: Option<GoTo>,
    /// Set while messages are searched, and while the user looks at a result.
    pub(crate) find: Option<Find>,
    /// The room that is being exported.
    pub(crate) export: Option<Export>,
    /// How many exports have begun.
    pub(crate) exports: u64,
    /// Where the user was before that; Esc comes back.
    pub(crate) origin: Option<Origin>,
    /// The message that is deleted if the user says yes.
    pub(crate) deleting: Option<Seq>,
    /// Set while the user is asked whether an order is to be given.
    pub question: Option<Question>,
    /// The last order, until the server has answered it.
    pub(crate) pending_order: Option<PendingOrder>,
    /// While a password is changed: the present one, and the new one.
    pub(crate) passwords: (Option<Secret>, Option<Secret>),
    /// The mute or the ban that is looked for, to end it.
    pub(crate) sanction_lookup: Option<SanctionLookup>,
    /// What was done, or why it was not, for the status line: until the next key or click, or for a while.
    pub done: Option<Result<String, String>>,
    /// The same as the last frame showed it, and until when it is shown.
    pub(crate) done_until: Option<(Result<String, String>, Timestamp)>,
    /// Set while one message waits in a session, mostly for the disk: until then the status line does not say so.
    pub(crate) storing_until: Option<Timestamp>,
    /// Set while a mention is looked for that may not be loaded.
    pub(crate) seek: Option<Seek>,
    /// The mention that was found last.
    pub(crate) mention: Option<Seq>,
    /// Whether no other key was pressed since then: a selection begins there.
    pub(crate) is_at_mention: bool,
    /// Whether links can be opened on this machine. If not, they are copied.
    pub opens_links: bool,
    /// The parts of the screen that the next frame draws.
    pub redraw: Redraw,
    /// The first row of the room list, if the user has scrolled it.
    rooms_top: Option<usize>,
    /// The focus of the terminal, and the title it was sent.
    pub attention: Attention,
    /// The room on the screen. It is the current room of the client, once its effects are taken in.
    shown: RoomName,
    views: rooms::RoomViews,
}

/// The server that worked before the user went to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    /// Its address.
    pub server: ServerAddress,
    /// How many messages wait for it.
    pub waiting: usize,
}

/// The user was asked to press a key again to quit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuitQuestion {
    /// The action of the key, in words.
    pub action: Action,
    /// When the question is over.
    pub until: Timestamp,
}

/// A mention is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seek {
    /// Whether it is one of the newer messages.
    pub(crate) is_newer: bool,
    /// The message from which it is looked for.
    pub(crate) from: Seq,
    /// The end of the loaded messages that was reached last.
    pub(crate) reached: Option<Seq>,
    /// How many pages may still be loaded.
    pub(crate) pages: usize,
    /// Where the user was.
    pub(crate) began: ScrollPosition,
}

impl State {
    /// Whether the screen shows or hides something whose time ends.
    #[must_use]
    pub fn shows_for_a_while(&self) -> bool {
        let room = self.client.room();
        self.quitting.is_some()
            || self.done.is_some()
            || self.storing_until.is_some()
            || room.is_waiting_to_load()
            || self.client.typing_in(room.name()).next().is_some()
            || matches!(self.client.hindrance(room), Some(Hindrance::Muted(_)))
    }

    /// The screen of a client of the server at the address `server`, with the stored `profile`.
    #[must_use]
    pub fn new(server: String, profile: Profile, zone: TimeZone, size: Size) -> Self {
        Self::of(chat_client::State::new(server, profile), zone, size)
    }

    /// The screen of a client.
    #[must_use]
    pub fn of(client: chat_client::State, zone: TimeZone, size: Size) -> Self {
        Self {
            client,
            size,
            zone,
            now: Timestamp::from_millis(0),
            look: Look::default(),
            prompt: Prompt::default(),
            draft_while_asking: None,
            picker: None,
            page: None,
            settings_file: None,
            first_key: None,
            is_draft_due: false,
            quitting: None,
            unread_from: None,
            users: None,
            is_first: false,
            may_ask_server: false,
            back: None,
            is_demo: false,
            is_bare: false,
            selection: None,
            compose: None,
            compose_epoch: None,
            thread: None,
            closed_thread: None,
            leaving: None,
            goto: None,
            find: None,
            export: None,
            exports: 0,
            origin: None,
            deleting: None,
            question: None,
            pending_order: None,
            sanction_lookup: None,
            passwords: (None, None),
            done: None,
            done_until: None,
            storing_until: None,
            seek: None,
            mention: None,
            is_at_mention: false,
            opens_links: false,
            redraw: Redraw::default(),
            rooms_top: None,
            attention: Attention::default(),
            shown: RoomName::lobby(),
            views: rooms::RoomViews::new(),
        }
    }

    /// The editor of the input line on the screen.
    #[must_use]
    pub fn editor(&self) -> &Editor {
        self.picker.as_ref().map_or_else(|| &self.input().editor, |picker| &picker.query)
    }

    /// The panes of the screen.
    #[must_use]
    pub fn panes(&self) -> Panes {
        if self.is_bare {
            return bare(self.size);
        }
        let room = self.client.room();
        let options = LayoutOptions {
            prompt_rows: self.prompt_height(),
            rooms: self.client.rooms().list().len() > 1,
            thread: self.thread.as_ref().map(|thread| thread.has_focus),
            welcome: self.is_first
                && self.client.session().is_some()
                && self.shown == RoomName::lobby(),
            users: if room.is_private() {
                Some(false)
            } else {
                self.users.or_else(|| self.look.shows_users())
            },
        };
        panes(self.size, options)
    }

    /// Where the input box is: [`Self::panes`] without the others, since each key asks for it.
    pub(crate) fn prompt_area(&self) -> Rect {
        match self.is_bare {
            true => bare(self.size).prompt,
            false => layout::prompt(self.size, self.prompt_height()),
        }
    }

    /// How many rows the input box would like.
    fn prompt_height(&self) -> u16 {
        u16::try_from(self.prompt_rows().rows.len()).unwrap_or(u16::MAX)
    }

    /// The log that keys are for as rows, and how many of them fit; `None` if none fit.
    #[must_use]
    pub fn log_rows(&self) -> Option<(LogRows<'_>, usize)> {
        self.rows_of(self.focus())
    }

    /// Forgets all heights: the texts are written in another way.
    pub(crate) fn forget_heights(&mut self) {
        self.views.values_mut().for_each(|view| view.heights.forget());
        self.thread.iter_mut().for_each(ThreadPane::forget_heights);
    }

    /// The part of the log that keys are for that is on the screen.
    #[must_use]
    pub fn viewport(&self) -> Viewport {
        self.viewport_of(self.focus())
    }

    /// The part of a room's log that is on the screen.
    pub fn viewport_mut(&mut self, room: &RoomName) -> &mut Viewport {
        &mut self.view(room).viewport
    }

    /// Moves through the log that keys are for, if any row fits.
    pub fn move_through(&mut self, moves: impl FnOnce(&mut Viewport, LogRows<'_>, usize)) {
        self.move_in(self.focus(), moves);
    }

    fn view(&mut self, room: &RoomName) -> &mut RoomView {
        self.views.entry(room.clone()).or_default()
    }
}
