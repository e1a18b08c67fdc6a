//! The page of messages that is on its way.

use chat_proto::event::Message;
use chat_proto::{Seq, Timestamp};

/// Messages that are asked for at once: some full screens.
pub(crate) const PAGE_MESSAGES: u64 = 100;

/// The content of the next page of a room.
#[derive(Debug)]
pub(crate) enum PageRequest {
    /// The messages before the oldest one.
    Older,
    /// Messages after the end of the window.
    Newer(NewerPage),
    /// The first message that was stored at that time or later; the newest if there is none.
    Date(Timestamp),
    /// Messages for the front end. The window stays as it is.
    Fetch(NewerPage),
    /// Nothing: the window is another one than when the page was asked for.
    Stale,
}

/// The pages that are to be asked for once no other one is on its way.
#[derive(Debug, Default)]
pub(crate) struct QueuedPages {
    pub(crate) date: Option<Timestamp>,
    pub(crate) fetch: Option<NewerPage>,
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

    /// Adds a page of the server, the last messages that fit a line; `more` says whether there are older ones. Returns
    /// whether all are there that the server has.
    pub(crate) fn add(&mut self, page: Vec<Message>, more: bool) -> bool {
        let (after, before) = (self.after, self.before());
        let is_last = !more || page.first().is_none_or(|first| first.seq <= after.next());
        let come = page.into_iter().filter(|message| message.seq > after && message.seq < before);
        let come: Vec<Message> = come.collect();
        let has_come = !come.is_empty();
        self.messages.splice(0..0, come);
        is_last || !has_come
    }
}
