//! What is known of the user's attention: whether the terminal has the focus, and how to ask for it.

use super::State;
use crate::notification::Notifier;
use chat_proto::{RoomName, Timestamp};

/// The focus, and the title that the terminal was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attention {
    /// What the terminal understands.
    pub notifier: Notifier,
    /// Whether the terminal has the focus; `None` if it does not say.
    pub has_focus: Option<bool>,
    /// When the terminal got the focus.
    pub focused_at: Option<Timestamp>,
    /// The title of the window; `None` if it is that of before.
    pub title: Option<String>,
}

impl State {
    /// Whether the user looks at a room, as far as the terminal says. The page of a search hides the messages.
    #[must_use]
    pub fn looks_at(&self, room: &RoomName) -> bool {
        self.attention.has_focus == Some(true) && room == self.shown() && self.open_find().is_none()
    }
}
