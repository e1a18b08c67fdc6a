//! A repeat: a message under a number that its device has used before.

use chat_proto::command::Body;
use chat_proto::{DeviceId, Seq, Timestamp, UserId};

use super::stored::RoomId;

/// A message that may be a repeat.
#[derive(Debug, Clone)]
pub(crate) struct ResentMessage {
    /// The user who sends it.
    pub(crate) user: UserId,
    /// The device that numbered it.
    pub(crate) device: DeviceId,
    /// The number.
    pub(crate) n: u64,
    /// The room it is sent to.
    pub(crate) room: RoomId,
    /// Its content.
    pub(crate) body: Body,
}

/// The stored message that has the number of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It is the same message.
    Same {
        /// Its number in the room.
        seq: Seq,
        /// The time at which it was stored.
        at: Timestamp,
    },
    /// It is another message, or a damaged one.
    Other,
}
