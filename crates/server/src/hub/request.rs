//! The items of the queue: messages, requests for changes, and tasks. Plain values, until they are decided.

use chat_proto::command::Body;
use chat_proto::{
    AwayText, DeviceId, RoomName, Seq, SessionId, Timestamp, Topic, UserId, UserName,
};
use tokio::sync::{mpsc, oneshot};

use super::answer::{Answer, Done};
use super::{HubError, IfTaken};
use crate::journal::{RoomId, Task};
use crate::token::TokenHash;

/// One item of the queue.
#[derive(Debug)]
pub(super) enum Item {
    /// A message.
    Message(Box<Submission>),
    /// A change.
    Request(Box<Request>, Option<Reply>),
    /// Work on the journal in the order of the queue.
    Task(Task),
    /// The daemon is going away: what comes after is refused.
    Close(Option<oneshot::Sender<()>>),
}

/// Where the answer to a request goes.
pub(super) type Reply = oneshot::Sender<Result<Done, HubError>>;

/// A message that a session sends.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    /// The room as the client names it.
    pub(super) name: RoomName,
    /// The same room, if the session is subscribed to it.
    pub(super) room: Option<RoomId>,
    pub(super) device: DeviceId,
    /// Whether the client named the device, so that the answer names it, too.
    pub(super) names_device: bool,
    pub(super) n: Option<u64>,
    pub(super) body: Body,
    /// The session reserves capacity for the answer.
    pub(super) answer: mpsc::Sender<Answer>,
}

/// A change that a session, or the hub itself, asks for.
#[derive(Debug)]
pub(super) enum Request {
    /// A new user.
    Register {
        /// Its number, if it has been sent one.
        user: Option<UserId>,
        wants: UserName,
        token: TokenHash,
    },
    /// A guest, for one session.
    Guest { user: UserId, wants: UserName },
    /// Another name.
    Rename { user: UserId, wants: UserName, if_taken: IfTaken },
    /// The user joins a room, which is made if there is none.
    Join { user: UserId, name: RoomName, scope: DirectScope },
    /// The user leaves a room.
    Leave { user: UserId, name: RoomName },
    /// Another topic.
    SetTopic { user: UserId, name: RoomName, topic: Topic },
    /// The user has read a room up to a message.
    Read { user: UserId, name: RoomName, seq: Seq },
    /// The user is away, or not any more.
    SetAway { user: UserId, text: Option<AwayText> },
    /// The users are connected.
    See { users: Vec<UserId>, at: Timestamp },
    /// Rooms that nobody uses are removed.
    ExpireRooms,
}

/// Who joins a direct message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DirectScope {
    /// The user who asks.
    Own,
    /// Both users, since a message is to be sent.
    Both,
}
