//! A command that waits for a commit or for a page of the journal. Meanwhile the session delivers, but reads no
//! further command, since that may depend on this one.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use chat_proto::command::{Say, SearchOrder};
use chat_proto::{RoomName, Seq};

use super::unread::{Counted, PendingSubscription};
use crate::hub::{Answer, HubError};
use crate::journal::{
    JournalError, MentionsPage, Pins, Rejection, StoredMessage, Thread, Versions,
};
use crate::room::Room;
use crate::search::{Page, SearchError};

/// The command that waits, if any.
#[derive(Default)]
pub(super) struct PendingCommand(Option<Pin<Box<dyn Future<Output = Box<CommandResult>> + Send>>>);

/// The result of a command.
pub(super) enum CommandResult {
    /// The user has joined a room, and wants the messages after `since`.
    Joined { name: RoomName, since: Option<Seq>, room: Result<Arc<Room>, HubError> },
    /// The user has left a room.
    Left { name: RoomName, room: Result<Arc<Room>, HubError> },
    /// The topic of a room was set.
    Topic { name: RoomName, set: Result<(), HubError> },
    /// The user has read a room up to `seq`.
    Read { name: RoomName, seq: Result<Seq, HubError>, counted: Option<Counted> },
    /// The unread messages of a room that the session subscribes to were counted.
    Subscribed(Box<PendingSubscription>),
    /// The user has another name.
    Renamed(Result<(), HubError>),
    /// The user is away, or not any more.
    Away(Result<(), HubError>),
    /// Whether a message of a conversation that the session is not subscribed to was sent before.
    SentBefore { say: Say, answer: Result<Option<Answer>, HubError> },
    /// The two users of a direct message have joined it, so that the message can be sent.
    DirectOpened { say: Say, opened: Result<(), HubError> },
    /// The texts that a message has had.
    Versions { name: RoomName, seq: Seq, versions: Result<Versions, JournalError> },
    /// Messages that mention the user.
    Mentions(Result<MentionsPage, JournalError>),
    /// A message and those that answer it.
    Thread { name: RoomName, seq: Seq, thread: Result<Result<Thread, Rejection>, JournalError> },
    /// The pinned messages of a room.
    Pins { name: RoomName, pins: Result<Pins, JournalError> },
    /// Messages that were found.
    Found { typed: String, order: SearchOrder, page: Result<Page, SearchError> },
    /// A page of history, and whether there is more.
    History { name: RoomName, page: Result<(Vec<StoredMessage>, bool), JournalError> },
}

impl PendingCommand {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Waits for the result of a command. No other command may wait already.
    pub(super) fn wait(&mut self, result: impl Future<Output = CommandResult> + Send + 'static) {
        debug_assert!(self.is_empty(), "a command waits already");
        // Boxed, to keep the session's future small.
        self.0 = Some(Box::pin(async { Box::new(result.await) }));
    }

    /// The result. Cancel safe; waits forever if no command waits.
    pub(super) fn next(&mut self) -> impl Future<Output = Box<CommandResult>> {
        // By hand, to keep the session's future small.
        poll_fn(|cx| self.poll_next(cx))
    }

    /// See [`PendingCommand::next`].
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Box<CommandResult>> {
        let Some(waiting) = &mut self.0 else { return Poll::Pending };
        let result = ready!(waiting.as_mut().poll(cx));
        self.0 = None;
        Poll::Ready(result)
    }
}
