//! Where the user was before going to a message, to come back.

use chat_proto::{RoomName, Seq};

use super::{Find, LogPane, State};
use crate::viewport::ScrollPosition;

/// A place in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) room: RoomName,
    pub(crate) position: ScrollPosition,
    /// The first message of the thread that was shown.
    pub(crate) thread: Option<Seq>,
}

/// A message that is gone to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GoTo {
    /// Its room.
    pub(crate) room: RoomName,
    /// Its `seq`.
    pub(crate) seq: Seq,
    pub(crate) arrival: Arrival,
    /// How often it may still be asked for.
    pub(crate) tries: usize,
}

/// What happens once a message is loaded that is gone to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It is selected.
    Select,
    /// It is shown, and the messages after it: it is the first one of a day.
    ShowDay,
    /// The screen is as it was before the user went elsewhere.
    Restore(Origin),
}

impl State {
    /// Where the user is.
    pub(crate) fn here(&self) -> Origin {
        let position = self.viewport_of(LogPane::Room).position();
        let thread = self.thread.as_ref().map(|thread| thread.root);
        Origin { room: self.shown().clone(), position, thread }
    }

    /// The user goes on somewhere else: there is no way back any more.
    pub(crate) fn end_jump(&mut self) {
        (self.origin, self.find) = (None, None);
    }

    /// The results of a search that Esc comes back to.
    pub(crate) fn hidden_find(&mut self) -> Option<&mut Find> {
        self.find.as_mut().filter(|find| !find.is_open)
    }
}
