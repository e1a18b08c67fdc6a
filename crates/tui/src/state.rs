//! What is on the screen: what the client knows, and what is the screen's alone.

mod look;
mod rooms;

use chat_client::store::Profile;
use chat_proto::RoomName;
use jiff::tz::TimeZone;
use ratatui::layout::{Rect, Size};

pub use self::look::Look;
use self::rooms::RoomView;
use crate::layout::{Panes, Wants, panes};
use crate::prompt::{Editor, Prompt, Rows};
use crate::rows::LogRows;
use crate::settings::Panel;
use crate::viewport::Viewport;

/// Narrowest screen that has a label before the input, in columns.
const LABEL_WIDTH_MIN: u16 = 10;

/// All that the screen shows, and what the next input meets.
#[derive(Debug)]
pub struct State {
    /// What the client knows.
    pub client: chat_client::State,
    /// How large the screen is.
    pub size: Size,
    /// The time zone of times and dates.
    pub zone: TimeZone,
    /// The settings and the theme.
    pub look: Look,
    /// The input box.
    pub prompt: Prompt,
    /// Set while the input box asks for a name: what was typed before.
    pub draft: Option<Editor>,
    /// Set while the help is open: the first row it shows.
    pub help: Option<u16>,
    /// The room on the screen: the current one of the client, once its effects are taken in.
    shown: RoomName,
    views: rooms::RoomViews,
}

impl State {
    /// The screen of a client of the server at the address `server`, with what is stored as `profile`.
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
            look: Look::default(),
            prompt: Prompt::default(),
            draft: None,
            help: None,
            shown: RoomName::lobby(),
            views: rooms::RoomViews::new(),
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
        let room = self.client.room();
        let wants = Wants {
            prompt_rows: rows,
            rooms: self.client.rooms().list().len() > 1,
            users: if room.is_private() { Panel::Off } else { self.look.settings().users.value },
            topic: !room.topic().as_str().is_empty(),
        };
        panes(self.size, wants)
    }

    /// The log on the screen as rows, and how many of them are shown; `None` if there is no room for it.
    #[must_use]
    pub fn log_rows(&self) -> Option<(LogRows<'_>, usize)> {
        let Rect { width, height, .. } = self.panes().log;
        let log = self.client.room().log();
        let rows = LogRows { log, zone: &self.zone, width: width.into() };
        (width > 0 && height > 0).then_some((rows, height.into()))
    }

    /// The part of the log that is on the screen.
    #[must_use]
    pub fn viewport(&self) -> Viewport {
        self.views.get(&self.shown).map(|view| view.viewport).unwrap_or_default()
    }

    /// The part of a room's log that is on the screen.
    pub fn viewport_mut(&mut self, room: &RoomName) -> &mut Viewport {
        &mut self.view(room).viewport
    }

    /// Moves through the log on the screen, if there is room for it.
    pub fn move_through(&mut self, moves: impl FnOnce(&mut Viewport, LogRows<'_>, usize)) {
        let mut viewport = self.viewport();
        if let Some((rows, height)) = self.log_rows() {
            moves(&mut viewport, rows, height);
        }
        self.view(&self.shown.clone()).viewport = viewport;
    }

    fn view(&mut self, room: &RoomName) -> &mut RoomView {
        self.views.entry(room.clone()).or_default()
    }
}
