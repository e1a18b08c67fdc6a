//! The open thread: a message and those that answer it, which are loaded apart from the window of their room.

use chat_proto::event::{Details, Replies};
use chat_proto::{Refusal, RoomName, Seq};

use crate::entry::{Body, LogEntry};
use crate::log::{Bounds, Log};

/// Most pages of a thread that are loaded: with 200 messages each as many as the log of the current room holds. A
/// longer thread lacks its oldest answers.
pub(crate) const THREAD_PAGES_MAX: usize = 10;

/// A message and those that answer it. It is updated like the log of its room.
#[derive(Debug)]
pub struct Thread {
    pub(crate) room: RoomName,
    pub(crate) root: Seq,
    /// The messages, of which those between two others are in no thread, or in another one.
    pub(crate) log: Log,
    /// The session in which the server was asked for it.
    pub(crate) asked: Option<u64>,
    pub(crate) load: ThreadLoad,
    pub(crate) pages: usize,
    /// The last message of the room when the page was asked for that is on its way.
    pub(crate) as_of: Seq,
    /// The counts of the answers that the server has sent.
    pub(crate) replies: Option<Replies>,
}

/// How far the messages of a thread are loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThreadLoad {
    /// Those that were in the log of the room, since there was no session.
    Waiting,
    /// Others are on their way.
    Loading,
    /// All of them.
    Complete,
    /// The newest of them: there are more than a client loads.
    Newest,
    /// Those that were in the log of the room: the server has refused to send the others.
    Refused(Box<Refusal>),
}

impl Thread {
    /// The thread of message `root`, with the part of it that the log of its room has.
    pub(crate) fn new(room: RoomName, root: Seq, of: &Log) -> Self {
        let mut log = Log::new();
        log.set_bounds(Bounds::THREAD);
        of.copy_to(&mut log, |entry| is_in(entry, root));
        Self {
            room,
            root,
            log,
            asked: None,
            load: ThreadLoad::Waiting,
            pages: 0,
            as_of: Seq::NONE,
            replies: None,
        }
    }

    /// The room that it is in.
    #[must_use]
    pub const fn room(&self) -> &RoomName {
        &self.room
    }

    /// Its first message.
    #[must_use]
    pub const fn root(&self) -> Seq {
        self.root
    }

    /// Its messages.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// How far they are loaded.
    #[must_use]
    pub const fn load(&self) -> &ThreadLoad {
        &self.load
    }

    /// How many answers it has, loaded or not.
    #[must_use]
    pub fn count(&self) -> u64 {
        let root = self.log.message(self.root).and_then(|entry| entry.body.extras());
        let replies = root.and_then(|extras| extras.details.replies).or(self.replies);
        replies.map_or(0, |replies| replies.count)
    }

    /// How many of its answers are loaded.
    #[must_use]
    pub fn loaded(&self) -> u64 {
        let messages = self.log.messages().filter_map(|(seq, _)| seq);
        messages.filter(|seq| *seq != self.root).count() as u64
    }

    /// Whether a message with these details, or none, is one of it.
    pub(crate) fn has(&self, seq: Seq, details: Option<&Details>) -> bool {
        seq == self.root || details.and_then(answered) == Some(self.root)
    }

    /// Whether a change of that message may concern it.
    pub(crate) fn may_have(&self, seq: Seq) -> bool {
        self.load == ThreadLoad::Loading || self.log.message(seq).is_some()
    }
}

/// The message whose thread a message with these details is in: the first of its thread, or the one that it replies to.
#[must_use]
pub fn answered(details: &Details) -> Option<Seq> {
    details.thread.or(details.reply_to)
}

/// Whether an entry is the message, or answers it.
fn is_in(entry: &LogEntry, root: Seq) -> bool {
    let Body::Message { extras, .. } = &entry.body else { return false };
    let details = extras.as_ref().map(|extras| &extras.details);
    entry.message_seq() == Some(root) || details.and_then(answered) == Some(root)
}
