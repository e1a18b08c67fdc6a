//! The inputs: all that can change the screen.

use crossterm::event::{Event, KeyEvent, KeyEventKind, MouseEventKind};
use jiff::tz::TimeZone;
use ratatui::layout::Size;

/// One thing that happens.
#[allow(clippy::large_enum_variant, reason = "it is moved once; a box would cost an allocation")]
#[derive(Debug, Clone)]
pub enum Input {
    /// The program starts: once, before all else.
    Start {
        /// What the user should know about the terminal.
        notice: Option<&'static str>,
    },
    /// A frame is about to be drawn. This comes once for each frame, not for each message: thousands may come
    /// between two frames, and nobody sees them.
    Frame,
    /// A key is pressed, or repeats.
    Key(KeyEvent),
    /// A text is pasted.
    Paste(String),
    /// The mouse wheel turns.
    Wheel(Wheel),
    /// The screen has another size.
    Resize(Size),
    /// The machine is in another time zone.
    Zone(TimeZone),
    /// An input of the client: an event of the link, an answer of the store, a tick.
    Client(chat_client::Input),
}

/// The direction of the wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wheel {
    /// Towards older messages.
    Up,
    /// Towards newer ones.
    Down,
}

impl Input {
    /// Converts an event of the terminal; `None` if it means nothing here (a key is released, the mouse
    /// moves).
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
