//! A command that waits for a commit, for a page of the journal, or for capacity in the queue of the hub. Meanwhile the
//! session delivers, but reads no further command, since that may depend on this one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use chat_proto::command::{Say, SearchOrder};
use chat_proto::event::AuditEntry;
use chat_proto::{Command, Event, Refusal, RoomName, Seq};

use super::unread::{PendingSubscription, UnreadCount};
use crate::door::Incoming;
use crate::hub::{Actor, Answer, HubError, NewMessage};
use crate::journal::{
    JournalError, MentionsPage, Pins, Rejection, StoredMessage, Thread, Versions,
};
use crate::room::Room;
use crate::search::{Page, SearchError};

/// Messages of one session that wait for capacity in the queue of the hub together, at most. Fewer would spread the
/// messages of a client over more commits, with a wake-up of its session for each. More would make a session with one
/// message wait longer behind others that send without a pause.
const MESSAGES_WAITING_MAX: usize = 16;

/// The command that waits, if any. Boxed, to keep the session's future small.
#[derive(Default)]
pub(super) struct PendingCommand(Option<Box<Stage>>);

enum Stage {
    /// Messages are collected, to wait for capacity in the queue.
    Messages(WaitingMessages),
    /// The command waits for its result.
    Waiting(CommandFuture),
    /// The command waits for the budget of its user.
    Paced(CommandFuture),
    /// The result waits for the connection to take more output.
    Done(CommandResult),
}

type CommandFuture = Pin<Box<dyn Future<Output = CommandResult> + Send>>;

/// Messages that wait for capacity in the queue, and the command after them.
pub(super) struct WaitingMessages {
    actor: Actor,
    messages: Vec<NewMessage>,
    then: Option<Command>,
}

/// The result of a command.
pub(super) enum CommandResult {
    /// The user has joined a room, and wants the messages after `since`.
    Joined { name: RoomName, since: Option<Seq>, room: Result<Arc<Room>, HubError> },
    /// The user has left a room.
    Left { name: RoomName, room: Result<Arc<Room>, HubError> },
    /// The topic of a room was set.
    Topic { name: RoomName, set: Result<(), HubError> },
    /// The user has read a room up to `seq`.
    Read { name: RoomName, seq: Result<Seq, HubError>, count: Option<UnreadCount> },
    /// The unread messages of a room that the session subscribes to were counted.
    Subscribed(Box<PendingSubscription>),
    /// The user has another name.
    Renamed(Result<(), HubError>),
    /// The event that answers the command.
    Answer(Box<Result<Event, Refusal>>),
    /// The user has another password.
    PasswordSet(Result<(), Refusal>),
    /// The user is away, or not any more.
    Away(Result<(), HubError>),
    /// The answer to a new role or to rules, if the client receives no other event that says so.
    Event { name: Option<RoomName>, event: Result<Option<Box<Event>>, HubError> },
    /// Records of the audit log, and whether there are older ones.
    Audit(Result<(Vec<AuditEntry>, bool), JournalError>),
    /// Whether a message of a conversation that the session is not subscribed to was sent before.
    Repeat { say: Say, answer: Result<Option<Answer>, HubError> },
    /// The two users of a direct message have joined it, so that the message can be sent.
    DirectOpened { say: Say, opened: Result<(), HubError> },
    /// The budget of the user allows what the client has sent.
    Due(Incoming),
    /// The messages are in the queue; the command after them.
    Queued(Option<Command>),
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

    /// Whether messages wait for capacity in the queue.
    pub(super) fn has_messages(&self) -> bool {
        matches!(self.0.as_deref(), Some(Stage::Messages(_)))
    }

    /// Whether another command may be carried out, or wait for the messages before it.
    pub(super) fn takes_more(&self) -> bool {
        match self.0.as_deref() {
            None => true,
            Some(Stage::Messages(WaitingMessages { messages, then, .. })) => {
                then.is_none() && messages.len() < MESSAGES_WAITING_MAX
            }
            Some(Stage::Waiting(_) | Stage::Paced(_) | Stage::Done(_)) => false,
        }
    }

    /// Waits for the result of a command. No other command may wait already.
    pub(super) fn wait(&mut self, result: impl Future<Output = CommandResult> + Send + 'static) {
        debug_assert!(self.is_empty(), "a command waits already");
        self.0 = Some(Box::new(Stage::Waiting(Box::pin(result))));
    }

    /// Waits for the event that answers a command. No other command may wait already.
    pub(super) fn answer(
        &mut self,
        event: impl Future<Output = Result<Event, Refusal>> + Send + 'static,
    ) {
        self.wait(async move { CommandResult::Answer(Box::new(event.await)) });
    }

    /// Waits until the budget of the user allows a command. No other command may wait already.
    pub(super) fn pace(&mut self, due: impl Future<Output = CommandResult> + Send + 'static) {
        debug_assert!(self.is_empty(), "a command waits already");
        self.0 = Some(Box::new(Stage::Paced(Box::pin(due))));
    }

    /// Whether a command waits for the budget of its user.
    pub(super) fn is_paced(&self) -> bool {
        matches!(self.0.as_deref(), Some(Stage::Paced(_)))
    }

    /// Drops a command that waits for the budget of its user: the session ends.
    pub(super) fn drop_paced(&mut self) {
        if self.is_paced() {
            self.0 = None;
        }
    }

    /// Queues a message. If the queue is full, or messages wait for it already, it waits, too.
    pub(super) fn send(&mut self, message: NewMessage, actor: &Actor) {
        if let Some(Stage::Messages(waiting)) = self.0.as_deref_mut() {
            return waiting.messages.push(message);
        }
        debug_assert!(self.is_empty(), "a command waits already");
        if let Err(message) = actor.try_send(message) {
            let (actor, messages) = (actor.clone(), vec![message]);
            let waiting = WaitingMessages { actor, messages, then: None };
            self.0 = Some(Box::new(Stage::Messages(waiting)));
        }
    }

    /// Lets `command` wait until the messages before it are queued.
    ///
    /// # Panics
    /// Panics if no messages wait.
    pub(super) fn wait_for_messages(&mut self, command: Command) {
        match self.0.as_deref_mut() {
            Some(Stage::Messages(waiting)) => waiting.then = Some(command),
            _ => unreachable!("no messages wait"),
        }
    }

    /// The result, once `takes_result`; waits forever if no command waits. Cancel safe.
    ///
    /// Without `takes_result` the command goes on, too: if it kept its capacity in the queue, all other sessions would
    /// wait for a client that does not read.
    pub(super) fn poll_next(
        &mut self,
        takes_result: bool,
        cx: &mut Context<'_>,
    ) -> Poll<CommandResult> {
        let Some(mut stage) = self.0.take() else { return Poll::Pending };
        if let Stage::Messages(waiting) = *stage {
            *stage = Stage::Waiting(Box::pin(waiting.queue()));
        }
        if let Stage::Waiting(result) | Stage::Paced(result) = &mut *stage
            && let Poll::Ready(result) = result.as_mut().poll(cx)
        {
            *stage = Stage::Done(result);
        }
        match *stage {
            Stage::Done(result) if takes_result => return Poll::Ready(result),
            _ => self.0 = Some(stage),
        }
        Poll::Pending
    }
}

impl WaitingMessages {
    async fn queue(self) -> CommandResult {
        self.actor.send_all(self.messages).await;
        CommandResult::Queued(self.then)
    }
}
