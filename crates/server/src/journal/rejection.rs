//! The rejections of events about messages.

use chat_proto::Seq;
use chat_proto::limits::{EDITS_MAX, PINS_MAX, REACTIONS_MAX, REACTORS_MAX};
use thiserror::Error;

/// Why an event about a message, or a message that answers one, is not stored. The author is at fault, or another
/// session was faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Rejection {
    /// There is none.
    #[error("there is no message {0} in this room; choose one that is shown")]
    NoSuchMessage(Seq),
    /// It is not the one that is meant, which was stored at another time.
    #[error(
        "message {0} is another one by now, since the server was set back to an older copy; choose one that is shown"
    )]
    Another(Seq),
    /// It was removed by age.
    #[error("message {0} was removed because of its age; choose a newer one")]
    Removed(Seq),
    /// It cannot be read.
    #[error("message {0} is damaged on the server's disk; nothing can be done with it")]
    Damaged(Seq),
    /// It is an event.
    #[error("message {0} is neither a text nor an action; choose the message that it is about")]
    IsEvent(Seq),
    /// It is in a thread, so no thread begins there.
    #[error("message {target} belongs to the thread of message {thread}; use that one as `thread`")]
    IsInThread {
        /// The message.
        target: Seq,
        /// The first message of its thread.
        thread: Seq,
    },
    /// It is another user's.
    #[error("message {0} is not yours; only its author can change it")]
    NotYours(Seq),
    /// It was deleted.
    #[error("message {0} was deleted; choose another one")]
    Deleted(Seq),
    /// It is as the event would make it: the user reacts so, or not; it is pinned, or not.
    #[error("message {0} is like that already; there is nothing to change")]
    NoChange(Seq),
    /// It has as many different reactions as it can have.
    #[error(
        "message {0} has {REACTIONS_MAX} different reactions, the most it can have; use one of them"
    )]
    TooManyReactions(Seq),
    /// It has as many reactions of all users as it can have.
    #[error("message {0} has {REACTORS_MAX} reactions, the most it can have; answer it instead")]
    TooManyReactors(Seq),
    /// Its room has as many pinned messages as it can have.
    #[error("this room has {PINS_MAX} pinned messages, the most it can have; unpin one first")]
    TooManyPins,
    /// It was edited as often as it can be.
    #[error("message {0} was edited {EDITS_MAX} times, the most it can be; send another message")]
    TooManyEdits(Seq),
}
