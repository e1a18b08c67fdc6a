//! The events of the link, without anything that is unsafe to show.

use chat_proto::native::UnreadableEvent;

use super::{LinkError, LinkEvent};
use crate::sanitize;

impl LinkEvent {
    /// Sanitizes all texts that come from the network.
    #[must_use]
    pub fn sanitize(self) -> Self {
        match self {
            Self::Event(event) => Self::Event(sanitize::event(event)),
            Self::Welcome { session, welcome } => {
                Self::Welcome { session, welcome: sanitize::welcome(welcome) }
            }
            Self::Refused(refusal) => Self::Refused(Box::new(sanitize::refusal(&refusal))),
            Self::Unreadable(line) => {
                let refusal = sanitize::refusal(&line.refusal);
                Self::Unreadable(Box::new(UnreadableEvent { refusal, ..*line }))
            }
            Self::Lost(lost) => Self::Lost(lost.sanitize()),
            Self::Connecting | Self::Waiting { .. } | Self::About { .. } | Self::WrongKey(_) => {
                self
            }
        }
    }
}

impl LinkError {
    fn sanitize(self) -> Self {
        match self {
            Self::Goodbye { code, text } => Self::Goodbye { code, text: sanitize::line(&text) },
            Self::TurnedAway(text) => Self::TurnedAway(sanitize::line(&text)),
            Self::Another(text) => Self::Another(sanitize::line(&text)),
            Self::Unreachable(_)
            | Self::Broken(_)
            | Self::Silent
            | Self::Closed
            | Self::ClosedAtOnce
            | Self::NoTls
            | Self::Tls
            | Self::Asked => self,
        }
    }
}
