//! The news of the link without anything that is unsafe to show.

use super::{Lost, News};
use crate::clean;

impl News {
    /// Cleans all that came from the network.
    #[must_use]
    pub fn clean(self) -> Self {
        match self {
            Self::Event(event) => Self::Event(clean::event(event)),
            Self::Welcome { session, welcome } => {
                Self::Welcome { session, welcome: clean::welcome(welcome) }
            }
            Self::Refused(refusal) => Self::Refused(Box::new(clean::refusal(&refusal))),
            Self::Unreadable(refusal) => Self::Unreadable(Box::new(clean::refusal(&refusal))),
            Self::Lost(lost) => Self::Lost(lost.clean()),
            Self::Dialling | Self::Waiting { .. } | Self::About { .. } => self,
        }
    }
}

impl Lost {
    fn clean(self) -> Self {
        match self {
            Self::Goodbye { code, text } => Self::Goodbye { code, text: clean::line(&text) },
            Self::TurnedAway(text) => Self::TurnedAway(clean::line(&text)),
            Self::Another(text) => Self::Another(clean::line(&text)),
            Self::Unreachable(_)
            | Self::Broken(_)
            | Self::Silent
            | Self::Closed
            | Self::ClosedAtOnce
            | Self::Tls
            | Self::Asked => self,
        }
    }
}
