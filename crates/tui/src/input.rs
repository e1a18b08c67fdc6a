//! The inputs: all that can change the screen.

use std::path::PathBuf;

use crossterm::event::{Event, KeyEvent, KeyEventKind, MouseButton, MouseEventKind};
use jiff::tz::TimeZone;
use ratatui::layout::{Position, Size};

use crate::settings::Change;
use crate::theme::Answer;

/// One thing that happens.
#[allow(clippy::large_enum_variant, reason = "it is moved once; a box would cost an allocation")]
#[derive(Debug, Clone)]
pub enum Input {
    /// The program starts: once, before all else.
    Start {
        /// Notices about the terminal and the settings file.
        notices: Vec<String>,
    },
    /// A frame is about to be drawn. This comes once for each frame, not for each message: thousands may come
    /// between two frames, and nobody sees them.
    Frame,
    /// A key is pressed, or repeats.
    Key(KeyEvent),
    /// The keys that were typed are on the screen, or wait for a terminal that takes nothing: the text becomes a draft.
    Draft,
    /// A text is pasted.
    Paste(String),
    /// The mouse wheel turns over that cell.
    Wheel(Wheel, Position),
    /// The left button of the mouse is pressed on that cell.
    Click(Position),
    /// A link could not be opened.
    NotOpened {
        /// The link.
        link: String,
        /// The reason.
        why: String,
    },
    /// The terminal has got the focus, or lost it.
    Focus(bool),
    /// The screen has another size.
    Resize(Size),
    /// The machine is in another time zone.
    Zone(TimeZone),
    /// The terminal has sent one of its colours.
    Colour(Answer),
    /// The user has left the editor: the text, or the reason in words why it is as it was.
    Edited(Result<String, String>),
    /// The texts that were typed in earlier runs, the newest last: once, before the first key.
    Typed(Vec<String>),
    /// A step of an export is done: the path of the file, or the reason in words why it is not.
    Exported {
        /// The number of the export.
        run: u64,
        /// The path, or the reason.
        result: Result<PathBuf, String>,
    },
    /// A setting is saved, or why it is not.
    Saved {
        /// The change.
        change: Change,
        /// The reason in words, if it is not.
        result: Result<(), String>,
    },
    /// An input of the client: an event of the link, an answer of the store, a tick.
    Client(chat_client::Input),
}

/// Something that the terminal has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// A key, a paste, the mouse, another size.
    Event(Event),
    /// The answer to a question for a colour.
    Colour(Answer),
    /// The answer to the last question, what the terminal is: no more colours come.
    Attributes,
}

impl From<Event> for Report {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
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
    pub fn from_terminal(report: Report) -> Option<Self> {
        let event = match report {
            Report::Event(event) => event,
            Report::Colour(answer) => return Some(Self::Colour(answer)),
            Report::Attributes => return None,
        };
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(Self::Key(key)),
            Event::Paste(text) => Some(Self::Paste(text)),
            Event::Resize(width, height) => Some(Self::Resize(Size { width, height })),
            Event::Mouse(mouse) => {
                let at = Position::new(mouse.column, mouse.row);
                match mouse.kind {
                    MouseEventKind::ScrollUp => Some(Self::Wheel(Wheel::Up, at)),
                    MouseEventKind::ScrollDown => Some(Self::Wheel(Wheel::Down, at)),
                    MouseEventKind::Down(MouseButton::Left) => Some(Self::Click(at)),
                    _ => None,
                }
            }
            Event::FocusGained => Some(Self::Focus(true)),
            Event::FocusLost => Some(Self::Focus(false)),
            Event::Key(_) => None,
        }
    }
}
