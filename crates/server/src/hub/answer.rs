//! The results that the hub sends: the [`Answer`] to a message, the `Response` to a request.

use std::sync::Arc;

use chat_proto::event::{AccountInfo, HookInfo, InviteInfo};
use chat_proto::{DeviceId, Event, RoomName, Seq, Timestamp};

use super::HubError;
use super::member::Member;
use crate::room::Room;

/// The outcome of a message, with what identifies the message.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The room it was sent to.
    pub room: RoomName,
    /// The number the device gave it.
    pub n: Option<u64>,
    /// The device, if the client named it.
    pub device: Option<DeviceId>,
    /// Whether it is stored.
    pub outcome: Outcome,
}

/// The outcome of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is stored.
    Stored {
        /// Its number in the room.
        seq: Seq,
        /// The time at which it was stored.
        at: Timestamp,
    },
    /// It was stored before.
    Repeat {
        /// Its number in the room.
        seq: Seq,
        /// The time at which it was stored.
        at: Timestamp,
    },
    /// It is not stored: its device has given its number to another message.
    NumberUsed,
    /// It is not stored; why. Boxed to keep the answers small, of which most are about stored messages.
    Refused(Box<HubError>),
}

impl Outcome {
    /// Returns true if the message is new and stored.
    pub(super) const fn is_stored(&self) -> bool {
        matches!(self, Self::Stored { .. })
    }
}

impl From<HubError> for Outcome {
    fn from(error: HubError) -> Self {
        Self::Refused(Box::new(error))
    }
}

/// The response to a request whose changes are stored.
#[derive(Debug)]
pub(super) enum Response {
    /// The changes are applied.
    Changed,
    /// A session of the user has begun.
    Admitted(Member),
    /// The user has joined or left this room.
    Room(Arc<Room>),
    /// The last message that the user has read.
    Read(Seq),
    /// An invite was made.
    Invite(InviteInfo),
    /// A hook was made.
    Hook(HookInfo),
    /// The account is changed; `None` if it ended with its session meanwhile.
    Account(Option<Box<AccountInfo>>),
    /// The changes are applied, and this event says so, unless another one does.
    Event(Option<Box<Event>>),
}

impl Response {
    pub(super) fn member(self) -> Member {
        match self {
            Self::Admitted(member) => member,
            other => unreachable!("a new user is answered with a member, not {other:?}"),
        }
    }

    pub(super) fn room(self) -> Arc<Room> {
        match self {
            Self::Room(room) => room,
            other => unreachable!("a join or leave is answered with a room, not {other:?}"),
        }
    }

    pub(super) fn invite(self) -> InviteInfo {
        match self {
            Self::Invite(invite) => invite,
            other => unreachable!("an invite is answered with its record, not {other:?}"),
        }
    }

    pub(super) fn hook(self) -> HookInfo {
        match self {
            Self::Hook(hook) => hook,
            other => unreachable!("a hook is answered with its record, not {other:?}"),
        }
    }

    pub(super) fn account(self) -> Option<Box<AccountInfo>> {
        match self {
            Self::Account(account) => account,
            other => unreachable!("an account is answered with its state, not {other:?}"),
        }
    }

    pub(super) fn event(self) -> Option<Box<Event>> {
        match self {
            Self::Event(event) => event,
            other => unreachable!("a role or rules are answered with an event, not {other:?}"),
        }
    }

    pub(super) fn read(self) -> Seq {
        match self {
            Self::Read(seq) => seq,
            other => unreachable!("a read is answered with a number, not {other:?}"),
        }
    }
}
