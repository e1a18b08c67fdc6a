//! A result of a search, and the state of its index.

use serde::{Deserialize, Serialize};

use super::{MessageKind, User};
use crate::{RoomName, Seq, Text, Timestamp};

/// A message that a search has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Its room.
    pub room: RoomName,
    /// Its position in the room.
    pub seq: Seq,
    /// The author.
    pub from: User,
    /// When the server stored it.
    pub at: Timestamp,
    /// Whether it is a text or an action.
    pub kind: MessageKind,
    /// The part of its text around the first match, on one line.
    pub text: Text,
    /// Where each match begins and ends in `text`, in characters (Unicode scalar values).
    pub marks: Vec<[u32; 2]>,
}

/// The state of the search index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchState {
    /// How many percent of the messages can be found.
    pub indexed: u8,
    /// Why the index cannot be written, for a person; `None` if it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}
