//! The inputs: everything that can change the screen.

use chat_client::link::News;
use chat_client::store::Profile;
use chat_proto::event::Welcome;
use crossterm::event::{Event, KeyEvent, KeyEventKind, MouseEventKind};
use jiff::tz::TimeZone;
use ratatui::layout::Size;

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Input {
    /// The program starts: once, before all else.
    Start {
        /// What the user should know about the terminal.
        notice: Option<&'static str>,
    },
    /// The screen is about to be drawn. This comes with each frame and not with each message: thousands
    /// may come between two frames, and nobody sees them.
    Frame,
    /// A key goes down, or repeats.
    Key(KeyEvent),
    /// A text is pasted.
    Paste(String),
    /// The mouse wheel turns.
    Wheel(Wheel),
    /// The screen has another size.
    Resize(Size),
    /// The machine is in another time zone.
    Zone(TimeZone),
    /// The link tells something.
    News(News),
    /// The link took no order, since too many wait.
    Stuck,
    /// The time has come that [`Effect::Tick`](crate::Effect::Tick) has asked for.
    Tick,
    /// What the first [`Effect::Keep`](crate::Effect::Keep) without an answer has asked for is stored, or
    /// why it is not.
    Stored(Result<(), String>),
    /// The client goes on as another user, of whom this is known; or why it cannot.
    Became(Result<Box<Profile>, String>),
    /// A session has begun with a server of another journal, for which this is stored; or why it cannot
    /// be stored.
    Filed {
        /// The number of the session.
        session: u64,
        /// What the server said.
        welcome: Box<Welcome>,
        /// What is stored.
        profile: Result<Box<Profile>, String>,
    },
}

/// Which way the wheel turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wheel {
    /// Towards older messages.
    Up,
    /// Towards newer ones.
    Down,
}

impl Input {
    /// Takes what the terminal reports; `None` where it means nothing here (a key going up, the
    /// mouse moving).
    #[must_use]
    pub fn from_terminal(event: Event) -> Option<Self> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(Self::Key(key)),
            Event::Paste(text) => Some(Self::Paste(text)),
            Event::Resize(width, height) => Some(Self::Resize(Size { width, height })),
            Event::Mouse(mouse) => match mouse.kind {
                MouseEventKind::ScrollUp => Some(Self::Wheel(Wheel::Up)),
                MouseEventKind::ScrollDown => Some(Self::Wheel(Wheel::Down)),
                _ => None,
            },
            Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
        }
    }
}
