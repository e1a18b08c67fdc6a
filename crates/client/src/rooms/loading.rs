//! The page of messages that is on its way.

use chat_proto::Seq;
use chat_proto::event::Message;

/// Messages that are asked for at once: some full screens.
pub(crate) const PAGE_MESSAGES: u64 = 100;

/// What the next page of a room is.
#[derive(Debug)]
pub(crate) enum Loading {
    /// The messages before the oldest one.
    Older,
    /// Messages after the end of the window.
    Newer(NewerPage),
    /// Nothing: the window is another one than when the page was asked for.
    Stale,
}

/// Messages after the end of a window. They come in several pages if they do not fit a line.
#[derive(Debug)]
pub(crate) struct NewerPage {
    /// The last message of the window.
    pub(crate) after: Seq,
    /// The last message that is asked for.
    pub(crate) to: Seq,
    /// The last message of the room when the first of them was asked for: events up to it count in them.
    pub(crate) as_of: Seq,
    /// The last of the messages, oldest first, while earlier ones are missing: two pages at most.
    pub(crate) messages: Vec<Message>,
}

impl NewerPage {
    /// All before this one are still to come.
    pub(crate) fn before(&self) -> Seq {
        self.messages.first().map_or(self.to.next(), |message| message.seq)
    }
}
